"""The rolling ten seconds and the day."""

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sandbox.config import SandboxConfig
from app.sandbox.limiter import WINDOW_SECONDS, Limiter
from app.sandbox.state import Sandbox
from tests.unit.sandbox import strategies
from tests.unit.sandbox.setting import BY_UTK, CONTACT_UTK, PLAYED, TOKEN, Clock, played


@pytest.fixture
def narrow(sandbox: Sandbox) -> None:
    """Three requests per ten seconds."""
    sandbox.config = sandbox.config.changed({"rate": 3})


async def _look_up(http: httpx.AsyncClient) -> httpx.Response:
    return await http.get(BY_UTK, params={"utk": CONTACT_UTK})


@pytest.mark.usefixtures("narrow")
async def test_the_window_rolls(http: httpx.AsyncClient, clock: Clock) -> None:
    """A request is let in exactly when fewer than `rate` arrived in the ten seconds before it."""
    start = clock.now
    answers = []
    for second in (0, 4, 8, 10, 10, 14):
        clock.now = start + second
        answers.append((await _look_up(http)).status_code)
    #                    the first has left; the refused one counts, so that is the third again
    assert answers == [200, 200, 200, 200, 429, 429]


@pytest.mark.usefixtures("narrow")
async def test_a_429_is_hubspots(http: httpx.AsyncClient, clock: Clock, sandbox: Sandbox) -> None:
    """The 429 has errorType and policyName, the headers, and Retry-After only where asked for."""
    for _ in range(2):
        await _look_up(http)
        clock.now += 1
    answer = await _look_up(http)
    clock.now += 1
    assert answer.headers["X-HubSpot-RateLimit-Max"] == "3"
    assert answer.headers["X-HubSpot-RateLimit-Remaining"] == "0"
    assert answer.headers["X-HubSpot-RateLimit-Interval-Milliseconds"] == "10000"
    assert "X-HubSpot-RateLimit-Daily" not in answer.headers

    refused = await http.post(PLAYED, json=played())
    assert refused.status_code == 429
    body = refused.json()
    assert (body["status"], body["errorType"]) == ("error", "RATE_LIMIT")
    assert body["policyName"] == "TEN_SECONDLY_ROLLING"
    assert "category" not in body
    assert refused.headers["X-HubSpot-RateLimit-Remaining"] == "0"
    assert "Retry-After" not in refused.headers

    sandbox.config = sandbox.config.changed({"retry_after": True})
    clock.now += 0.5
    wait = (await _look_up(http)).headers["Retry-After"]
    clock.now += int(wait) - 1
    assert (await _look_up(http)).status_code == 429
    assert not sandbox.ledger.events


@pytest.mark.usefixtures("narrow")
async def test_waiting_as_long_as_it_says_is_enough(
    http: httpx.AsyncClient, clock: Clock, sandbox: Sandbox
) -> None:
    """A client that waits for Retry-After is accepted."""
    sandbox.config = sandbox.config.changed({"retry_after": True})
    for _ in range(4):
        await _look_up(http)
        clock.now += 0.7
    refused = await _look_up(http)
    clock.now += int(refused.headers["Retry-After"])
    assert (await _look_up(http)).status_code == 200


@pytest.mark.usefixtures("narrow")
async def test_every_request_counts(http: httpx.AsyncClient) -> None:
    """Token calls, refused calls and calls to nowhere use the limit up like any other."""
    answers = [
        await http.post(TOKEN),
        await http.post(PLAYED, json=played(), headers={"Authorization": ""}),
        await http.get("/nowhere"),
        await http.post(PLAYED, json=played()),
    ]
    assert [answer.status_code for answer in answers] == [400, 401, 404, 429]
    assert [a.headers["X-HubSpot-RateLimit-Remaining"] for a in answers] == ["2", "1", "0", "0"]


@pytest.mark.usefixtures("narrow")
async def test_the_controls_do_not_count(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    """Looking at the sandbox costs nothing of the account's limit."""
    for _ in range(5):
        assert (await http.get("/sandbox/state")).status_code == 200
    assert (await _look_up(http)).headers["X-HubSpot-RateLimit-Remaining"] == "2"
    assert sandbox.limiter.peak == 1


async def test_a_day_ends_at_the_accounts_midnight(
    http: httpx.AsyncClient, sandbox: Sandbox, clock: Clock
) -> None:
    """The daily limit is a 429 DAILY until midnight in the account's own time zone."""
    sandbox.config = sandbox.config.changed(
        {"daily_limit": 2, "time_zone": "America/New_York", "retry_after": True}
    )
    clock.now = 1_790_000_000.0  # 2026-09-21 10:13:20 in New York
    answers = [await _look_up(http) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[1].headers["X-HubSpot-RateLimit-Daily"] == "2"
    assert answers[1].headers["X-HubSpot-RateLimit-Daily-Remaining"] == "0"
    assert answers[2].json()["policyName"] == "DAILY"
    wait = int(answers[2].headers["Retry-After"])
    assert wait == 13 * 3600 + 46 * 60 + 40

    clock.now += wait - 1
    assert (await _look_up(http)).status_code == 429
    clock.now += 1
    assert (await _look_up(http)).status_code == 200


@strategies.unhurried
@given(st.lists(st.floats(0, 30, allow_nan=False), min_size=1, max_size=40), st.integers(0, 5))
def test_the_limiter_against_plain_counting(arrivals: list[float], rate: int) -> None:
    """For any arrivals, refusals and peak are what counting each window afresh gives."""
    world = SandboxConfig(rate=rate)
    limiter = Limiter()
    arrivals.sort()
    peak = 0
    for index, now in enumerate(arrivals):
        standing = limiter.arrive(now, world)
        inside = sum(now - WINDOW_SECONDS < each for each in arrivals[: index + 1])
        peak = max(peak, inside)
        assert (standing.refused_by is not None) == (inside > rate)
        assert standing.remaining == max(0, rate - inside)
        assert limiter.peak == peak
