"""Every request of a stranger counts, and little of it is kept."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.collect.endpoint import IDENTIFIED_COST, REFERER_LIMIT
from app.collect.rate import AddressRate
from app.collect.sites import ORIGIN_LIMIT
from app.telemetry.refusal_log import RefusalLog
from tests.system.collect.test_progress import PATH, PLAY, play, problem
from tests.system.live.relay import Live, live_relay, settings_for

SITE = "https://www.example.com"
NO_PAGE = {key: value for key, value in PLAY.items() if key != "pageUrl"}


@pytest.fixture
def collect(tmp_path: Path) -> Iterator[Live]:
    """A relay that only collects, so that what it keeps stays where it can be seen."""
    settings = settings_for(tmp_path, role="collect", allowed_origins=(SITE,))
    with live_relay(settings) as live:
        yield live


def referers(folder: Path) -> list[str | None]:
    """Those that were kept."""
    with closing(sqlite3.connect(folder / "playrelay.db")) as db:
        return [referer for (referer,) in db.execute("SELECT referer FROM inbox ORDER BY id")]


def test_a_referer_is_cut_before_it_is_kept(collect: Live, tmp_path: Path) -> None:
    """A Referer is cut to the length of a page's address before it is kept."""
    long = f"{SITE}/{'a' * 10_000}"
    assert collect.client.post(PATH, json=NO_PAGE, headers={"referer": long}).status_code == 202
    assert referers(tmp_path) == [long[:REFERER_LIMIT]]


def test_a_referer_that_nobody_needs_is_not_kept(collect: Live, tmp_path: Path) -> None:
    """Each play names its page, by address or id; one that doesn't needs it."""
    headers = {"referer": f"{SITE}/"}
    for body in (PLAY, {**NO_PAGE, "pageId": 5}, {"plays": [PLAY, NO_PAGE]}):
        assert collect.client.post(PATH, json=body, headers=headers).status_code == 202
    assert referers(tmp_path) == [None, None, f"{SITE}/"]


def test_a_long_origin_is_refused_and_not_remembered(collect: Live) -> None:
    """A long origin is kept neither as a verdict nor as a site that was seen."""
    long = f"https://{'a' * ORIGIN_LIMIT}.example"
    answer = collect.client.post(PATH, json=PLAY, headers={"origin": long})
    assert problem(answer)["reason"] == "origin_not_allowed"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert collect.app.state.relay.activity.origins() == []


@pytest.mark.parametrize(
    "request_",
    [
        {"method": "POST", "json": PLAY, "headers": {"origin": "https://evil.example"}},
        {"method": "OPTIONS", "headers": {"origin": SITE}},
        {"method": "POST", "content": b"{"},
        {"method": "GET"},
    ],
    ids=["foreign origin", "preflight", "bad body", "other method"],
)
def test_what_is_refused_counts_against_its_address(
    tmp_path: Path, request_: dict[str, object]
) -> None:
    """A flood of refused requests ends in 429s, before anything is read."""
    settings = settings_for(tmp_path, pings_per_minute=2, allowed_origins=(SITE,))
    with live_relay(settings) as live:
        statuses = [live.client.request(url=PATH, **request_).status_code for _ in range(3)]  # type: ignore[arg-type]
        assert statuses[2] == 429
        assert 429 not in statuses[:2]


def test_each_play_of_a_batch_counts(tmp_path: Path) -> None:
    """A request that is let in is let in whole; what it brought is counted like requests."""
    with live_relay(settings_for(tmp_path, pings_per_minute=10)) as live:
        batch = {"plays": [play(sessionId=str(number)) for number in range(20)]}
        assert live.client.post(PATH, json=batch).json()["accepted"] == 20
        assert problem(live.client.post(PATH, json=PLAY))["reason"] == "rate_limited"


def test_a_look_up_at_once_counts_like_many_plays(tmp_path: Path) -> None:
    """An immediate look-up counts as many plays, so that nobody can cause many of them."""
    with live_relay(settings_for(tmp_path, pings_per_minute=1 + IDENTIFIED_COST)) as live:
        assert live.client.post(PATH, json=play(identified=True)).status_code == 202
        assert problem(live.client.post(PATH, json=PLAY))["reason"] == "rate_limited"


def test_charging_counts_in_the_window_that_is_open() -> None:
    """A charge counts only in the open window: without one, nothing is owed."""
    now = 0.0
    rate = AddressRate(10, lambda: now)
    rate.charge("192.0.2.1", 100)
    assert rate.retry_after("192.0.2.1") == 0
    rate.charge("192.0.2.1", 9)
    assert rate.retry_after("192.0.2.1") == 61
    now = 60.0
    assert rate.retry_after("192.0.2.1") == 0


def test_a_page_can_read_why_it_is_refused(collect: Live) -> None:
    """The page can read the reason and the remedy, although it may not send."""
    origin = "https://blog.example.net"
    answer = collect.client.post(PATH, json=PLAY, headers={"origin": origin})
    assert answer.headers["access-control-allow-origin"] == origin
    assert answer.headers["vary"] == "Origin"
    assert origin in problem(answer)["detail"]
    assert "access-control-allow-credentials" not in answer.headers


def test_refusals_are_logged_once_a_second() -> None:
    """Refusals are logged by reason, with the count of those without a line of their own."""
    now = 10.0
    lines: list[tuple[str, int]] = []

    def write(event: str, *, reason: str, count: int, request: str) -> None:
        assert (event, bool(request)) == ("ping_refused", True)
        lines.append((reason, count))

    log = RefusalLog("ping_refused", lambda: now, write)
    for _ in range(1000):
        log.note("invalid", request="1")
    log.note("bad_json", request="2")
    now = 11.5
    log.note("invalid", request="3")
    assert lines == [("invalid", 1), ("bad_json", 1), ("invalid", 1000)]


def test_the_answer_warns_of_what_can_not_be_used(collect: Live) -> None:
    """Index, field, reason and remedy; a ping without fault gets an answer without warnings."""
    bad = play(contactUtk="undefined", playedPercent=0.5, mood="good")
    answer = collect.client.post(PATH, json={"plays": [play(), bad]}).json()
    assert answer["accepted"] == 2
    assert {(each["index"], each["field"]) for each in answer["warnings"]} == {
        (1, "contactUtk"),
        (1, "playedPercent"),
        (1, "mood"),
    }
    assert all(each["reason"] and each["detail"] for each in answer["warnings"])
    assert "warnings" not in collect.client.post(PATH, json=play()).json()
    text = collect.client.get("/metrics").text
    assert 'playrelay_ping_warnings_total{reason="fraction"} 1.0' in text
