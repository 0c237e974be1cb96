"""When refusals in a row are the account's fault."""

import pytest

from app.domain.streak import IN_A_ROW, OF_ONE_MEDIUM, Refusal, is_accounts_fault, kind_of

FORBIDDEN = kind_of(403, "FORBIDDEN", "")


def refusals(
    count: int, *, visitors: int = 99, media: int = 99, kind: str = FORBIDDEN
) -> list[Refusal]:
    """So many in a row, of so many visitors and media."""
    return [Refusal(kind, f"v{n % visitors}", f"m{n % media}") for n in range(count)]


OTHER = refusals(1, kind=kind_of(400, "VALIDATION_ERROR", ""))


@pytest.mark.parametrize(
    ("latest", "accounts"),
    [
        pytest.param([], False, id="none"),
        pytest.param(refusals(IN_A_ROW), True, id="several alike"),
        pytest.param(refusals(IN_A_ROW - 1), False, id="too few"),
        pytest.param(refusals(IN_A_ROW, media=2, visitors=3), True, id="two media"),
        pytest.param(refusals(99, visitors=1), False, id="one visitor"),
        pytest.param(refusals(99, visitors=2), False, id="two visitors"),
        pytest.param(refusals(OF_ONE_MEDIUM - 1, media=1), False, id="one medium"),
        pytest.param(refusals(OF_ONE_MEDIUM, media=1), True, id="one medium, often"),
        pytest.param([*refusals(4), *OTHER, *refusals(4)], False, id="another kind in between"),
        pytest.param([*OTHER, *refusals(9)], False, id="another kind since"),
        pytest.param([*refusals(5), *OTHER], True, id="another kind before"),
    ],
)
def test_refusals_in_a_row(latest: list[Refusal], *, accounts: bool) -> None:
    """Alike, of different visitors and media, and enough of them: then no event is to blame."""
    assert is_accounts_fault(latest) is accounts


def test_what_makes_refusals_alike() -> None:
    """Status and category; HubSpot's words only where it names no category."""
    assert kind_of(403, "FORBIDDEN", "a") == kind_of(403, "FORBIDDEN", "b")
    assert kind_of(403, "", "a") != kind_of(403, "", "b")
    assert kind_of(403, "FORBIDDEN", "") != kind_of(400, "FORBIDDEN", "")
