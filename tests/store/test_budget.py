"""The day's errors: counted, and an account near HubSpot's share of them is told apart."""

import pytest

from app.domain.outcome import AccountUpdate, Failing, Healthy, Rejected, Retry
from app.store.policy import Quota
from app.store.store import Store
from tests.store.setting import DAY, LEASE, NOW, claimed, played, with_policy

BUDGET = Quota(rate=1_000, window_ms=10_000, error_share=0.25, error_floor=2)
REFUSED = Rejected("refused", 400)
MIDNIGHT = NOW - NOW % DAY + DAY


@pytest.fixture
def store(store: Store) -> Store:
    """One that grants few errors."""
    return with_policy(store, quota=BUDGET)


async def answered(store: Store, *updates: AccountUpdate, now: int = NOW) -> None:
    """So many requests with these answers."""
    for number, each in enumerate(updates):
        session = f"{now}-{number}-{id(updates)}"
        await played(store, now, sessionId=session, contactUtk=None, _hsenc=session)
        job = await claimed(store, now)
        outcome = REFUSED if isinstance(each, Healthy) else Retry(now + DAY, "unavailable")
        await store.outbox.settle(job, outcome, each, now)


async def limits(store: Store, now: int = NOW) -> tuple[bool, bool]:
    """Whether the account is strained, and whether an event that HubSpot may refuse may be sent."""
    claim = await store.outbox.claim(now, LEASE)
    return claim.strained, claim.may_risk


SILENCE = Failing("the connection broke")
GOOD, OUTAGE = Healthy(), Failing("x", was_error=True)
REFUSAL, ELSEWHERE = Healthy(was_error=True, uncertain_refused=True), Healthy(was_error=True)


@pytest.mark.parametrize(
    ("updates", "strained", "may_risk"),
    [
        pytest.param([], False, True, id="nothing yet"),
        pytest.param([GOOD] * 9, False, True, id="no errors"),
        pytest.param([REFUSAL], False, True, id="too few to tell"),
        pytest.param([REFUSAL] * 2 + [GOOD] * 7, False, True, id="a small share"),
        pytest.param([REFUSAL] * 2 + [GOOD] * 6, True, False, id="the share"),
        pytest.param([OUTAGE] * 3, True, True, id="an outage is no refusal"),
        pytest.param([SILENCE] * 3, False, True, id="what never arrived is no error"),
        pytest.param([ELSEWHERE] * 3, True, True, id="a medium that HubSpot does not know"),
        pytest.param([OUTAGE, OUTAGE, REFUSAL, REFUSAL], True, False, id="both"),
    ],
)
async def test_the_share_of_errors(
    store: Store, updates: list[AccountUpdate], *, strained: bool, may_risk: bool
) -> None:
    """A quarter and at least two: risky events are stopped by their own refusals alone."""
    await answered(store, *updates)
    assert await limits(store) == (strained, may_risk)


async def test_every_day_begins_anew(store: Store) -> None:
    """Every day begins at midnight UTC."""
    await answered(store, *[REFUSAL] * 3, now=MIDNIGHT - 1)
    assert await limits(store, MIDNIGHT - 1) == (True, False)
    assert await limits(store, MIDNIGHT) == (False, True)
    await answered(store, REFUSAL, now=MIDNIGHT)
    depths = await store.admin.depths(MIDNIGHT)
    assert (depths.requests_today, depths.errors_today) == (1, 1)


async def test_look_ups_count_too(store: Store) -> None:
    """A look-up that HubSpot refuses is a request and an error like any other."""
    await played(store)
    asked = await store.lookups.claim(NOW + DAY, 100, LEASE)
    again = dict.fromkeys(asked.utks, 0)
    await store.lookups.settle(asked.permit, {}, again, REFUSAL, NOW + DAY)
    depths = await store.admin.depths(NOW + DAY)
    assert (depths.requests_today, depths.errors_today) == (1, 1)
