"""A contactId that the site's own server signed: until when, for which site, under which secret."""

import pytest

from app.domain.signature import LONGEST_LIFE_S, sign, signature_fault
from tests.unit.domain.setting import EXPIRES, NOW, SECRET, SIGNATURES

DAY = 24 * 60 * 60
ENDLESS = "23e3d46f86950f1c963794fe36ae51e82cf30748634385d6936cfb1e0d38d87f"
"""printf %s 7 | openssl dgst -sha256 -hmac "the site's and the relay's\""""


def fault(
    contact_id: int,
    signature: str | None,
    *secrets: str,
    site: str = "",
    occurred_at: int = NOW,
    endless: bool = False,
) -> str | None:
    """Why it is not believed, when it arrives now."""
    return signature_fault(
        contact_id,
        signature,
        secrets,
        site=site,
        occurred_at=occurred_at,
        received_at=NOW,
        endless=endless,
    )


@pytest.mark.parametrize("contact_id", SIGNATURES)
def test_the_signature_is_what_other_languages_make(contact_id: int) -> None:
    """HMAC-SHA256 of contactId and expiry, as openssl computes it; upper case will do."""
    assert sign(contact_id, SECRET, expires=EXPIRES) == SIGNATURES[contact_id]
    assert fault(contact_id, SIGNATURES[contact_id], SECRET) is None
    assert fault(contact_id, f" {SIGNATURES[contact_id].upper()} ", SECRET) is None


def test_a_signature_is_good_on_one_site() -> None:
    """Copied to another site, or to one without a key, it proves nothing."""
    # printf %s 7.1790086400.academy | openssl dgst -sha256 -hmac "the site's and the relay's"
    signed = f"{EXPIRES}.a6acd09e7293f697ffe94d168b4616b772d54bd0fae00e0ebf2e71cce9bf5591"
    assert sign(7, SECRET, expires=EXPIRES, site="academy") == signed
    assert fault(7, signed, SECRET, site="academy") is None
    assert fault(7, signed, SECRET, site="shop") == "wrong"
    assert fault(7, signed, SECRET) == "wrong"
    assert fault(7, SIGNATURES[7], SECRET, site="academy") == "wrong"


@pytest.mark.parametrize(
    ("expires", "occurred_at", "expected"),
    [
        pytest.param(NOW // 1000, NOW, None, id="just good"),
        pytest.param(NOW // 1000 - 1, NOW, "expired", id="just too late"),
        pytest.param(NOW // 1000 - DAY, NOW - DAY * 1000, None, id="held back by the browser"),
        pytest.param(NOW // 1000 + LONGEST_LIFE_S, NOW, None, id="as far ahead as may be"),
        pytest.param(NOW // 1000 + LONGEST_LIFE_S + 1, NOW, "endless", id="further ahead"),
        pytest.param(999_999_999_999, NOW, "endless", id="for ever"),
        pytest.param(0, NOW, "expired", id="the epoch"),
    ],
)
def test_a_signature_ends(expires: int, occurred_at: int, expected: str | None) -> None:
    """It counts for what was watched before its end, and its end can't be far."""
    assert fault(7, sign(7, SECRET, expires=expires), SECRET, occurred_at=occurred_at) == expected


def test_the_old_form_counts_where_it_is_asked_for() -> None:
    """The HMAC of the contactId alone never ends, so it is believed by setting only."""
    assert fault(7, ENDLESS, SECRET) == "endless"
    assert fault(7, ENDLESS, SECRET, endless=True) is None
    assert fault(8, ENDLESS, SECRET, endless=True) == "wrong"


def test_any_of_several_secrets_will_do() -> None:
    """While a secret is replaced, signatures under the old and the new one count."""
    assert fault(7, SIGNATURES[7], "the new one", SECRET) is None
    assert fault(7, SIGNATURES[7], "the new one") == "wrong"


@pytest.mark.parametrize(
    ("contact_id", "signature", "secret", "expected"),
    [
        pytest.param(7, None, SECRET, "unsigned", id="unsigned"),
        pytest.param(7, "", SECRET, "unsigned", id="blank"),
        pytest.param(7, SIGNATURES[7], "", "no_secret", id="blank secret"),
        pytest.param(8, SIGNATURES[7], SECRET, "wrong", id="another's signature"),
        pytest.param(7, SIGNATURES[7], "another secret", "wrong", id="another secret"),
        pytest.param(7, sign(7, "", expires=EXPIRES), "", "no_secret", id="signed with nothing"),
        pytest.param(7, SIGNATURES[7][:-1], SECRET, "malformed", id="cut short"),
        pytest.param(7, SIGNATURES[7][:-1] + "é", SECRET, "malformed", id="not ASCII"),
        pytest.param(7, "." + SIGNATURES[7], SECRET, "malformed", id="no expiry"),
        pytest.param(7, f"{EXPIRES}000.{'0' * 64}", SECRET, "malformed", id="in milliseconds"),
    ],
)
def test_not_signed(contact_id: int, signature: str | None, secret: str, expected: str) -> None:
    """Without the very signature under the very secret a contactId proves nothing."""
    assert fault(contact_id, signature, secret) == expected
