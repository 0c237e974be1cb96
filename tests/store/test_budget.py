"""The day's errors: counted, and an account near HubSpot's share of them is told apart."""

import pytest

from app.domain.outcome import AccountNews, Failing, Healthy, Rejected, Retry
from app.store.interface import Store
from app.store.values import Quota
from tests.store.setting import DAY, LEASE, NOW, claimed, played

BUDGET = Quota(rate=1_000, window_ms=10_000, error_share=0.25, error_floor=2)
REFUSED = Rejected("refused", 400)
MIDNIGHT = NOW - NOW % DAY + DAY


async def answered(store: Store, *news: AccountNews, now: int = NOW) -> None:
    """So many requests with these answers."""
    for number, each in enumerate(news):
        session = f"{now}-{number}-{id(news)}"
        await played(store, now, sessionId=session, contactUtk=None, _hsenc=session)
        job = await claimed(store, now, BUDGET)
        outcome = REFUSED if isinstance(each, Healthy) else Retry(now + DAY, "unavailable")
        await store.settle(job, outcome, each, now, BUDGET)


async def limits(store: Store, now: int = NOW) -> tuple[bool, bool]:
    """Whether the account is strained, and whether anything is still sent on chance."""
    claim = await store.claim(now, LEASE, BUDGET)
    return claim.strained, claim.on_chance


SILENCE = Failing("the connection broke")
GOOD, OUTAGE = Healthy(), Failing("x", erred=True)
REFUSAL, ELSEWHERE = Healthy(erred=True, unlucky=True), Healthy(erred=True)


@pytest.mark.parametrize(
    ("news", "strained", "on_chance"),
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
    store: Store, news: list[AccountNews], *, strained: bool, on_chance: bool
) -> None:
    """A quarter and at least two: what is sent on chance is stopped by its own refusals alone."""
    await answered(store, *news)
    assert await limits(store) == (strained, on_chance)


async def test_every_day_begins_anew(store: Store) -> None:
    """At midnight UTC."""
    await answered(store, *[REFUSAL] * 3, now=MIDNIGHT - 1)
    assert await limits(store, MIDNIGHT - 1) == (True, False)
    assert await limits(store, MIDNIGHT) == (False, True)
    await answered(store, REFUSAL, now=MIDNIGHT)
    depths = await store.depths(MIDNIGHT)
    assert (depths.requests_today, depths.errors_today) == (1, 1)


async def test_look_ups_count_too(store: Store) -> None:
    """A look-up that HubSpot refuses is a request and an error like any other."""
    await played(store)
    asked = await store.claim_lookup(NOW + DAY, 100, LEASE, BUDGET)
    again = dict.fromkeys(asked.utks, 0)
    await store.settle_lookup(asked.permit, {}, again, REFUSAL, NOW + DAY, BUDGET)
    depths = await store.depths(NOW + DAY)
    assert (depths.requests_today, depths.errors_today) == (1, 1)
