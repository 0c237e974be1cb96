"""A shared link shows one medium to whoever has it, until it ends, and nothing else."""

import html
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeVar

import httpx
import pytest

from app.console.pages.shared import PAGES_PER_MINUTE
from app.runtime.clock import now_ms
from tests.system.console.setting import HTML, PASSWORD, VIEWERS_PASSWORD, relay, sign_in
from tests.system.live.relay import Live

T = TypeVar("T")

KEY, NEW_KEY = "A" * 43 + "=", "B" * 43 + "="
PASSWORDS = {"console_password": PASSWORD, "console_viewer_password": VIEWERS_PASSWORD}
NAME = "<b>Launch</b>"
PAGE = "https://x.test/secret-launch"


def until(found: Callable[[], T]) -> T:
    """Ask until there is an answer; each question takes its time, so none is slept."""
    for _ in range(2_000):
        if answer := found():
            return answer
    raise AssertionError("it never came")


@contextmanager
def operated(folder: Path, **values: object) -> Iterator[Live]:
    """A relay with a key, its operator signed in, and a medium that was played twice."""
    with relay(folder, **{"secret_key": KEY, **PASSWORDS, **values}) as live:
        sign_in(live.client)
        for session, watched in (("one", [[1, 10]]), ("two", [[1, 1], [0, 9]])):
            ping = {
                "sessionId": session,
                "externalId": "film",
                "mediaName": NAME,
                "pageUrl": f"{PAGE}?utm_campaign=may",
                "duration": 90,
                "watched": watched,
            }
            assert live.client.post("/v1/progress", json=ping).status_code == 202
        until(lambda: "session=two" in live.client.get("/console/live").text)
        until(lambda: "session=one" in live.client.get("/console/live").text)
        yield live


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """One for all."""
    with operated(tmp_path_factory.mktemp("shared")) as live:
        yield live


@pytest.fixture
def outsider(live: Live) -> Iterator[httpx.Client]:
    """A browser that never signed in."""
    with httpx.Client(base_url=live.client.base_url, headers=HTML) as fresh:
        yield fresh


def made(live: Live, query: str = "", still: str = "", lives: str = "7") -> str:
    """The path of a new link, as the page shows it once."""
    form = {"lives": lives, "still": still}
    answer = live.client.post(f"/console/media/1/share{query}", data=form)
    assert answer.status_code == 200, answer.text
    (address,) = re.findall(r'id="made-link"[^>]*>([^<]+)<', answer.text)
    return str(address).removeprefix(str(live.client.base_url).rstrip("/"))


def texts(page: str) -> str:
    """The words of a page."""
    return html.unescape(re.sub(r"<[^>]+>", "", page))


def test_whoever_has_the_link_sees_the_figures(live: Live, outsider: httpx.Client) -> None:
    """The curve, the days and the counts; no contact, page, link, form or file beside them."""
    answer = outsider.get(made(live))
    assert answer.status_code == 200
    assert f"<h1>{html.escape(NAME)}</h1>" in answer.text
    assert re.search(r"<dt>Plays</dt><dd>2<", answer.text)
    assert answer.text.count("data-chart=") == 2
    assert "the last 28 days" in texts(answer.text)
    assert PAGE not in answer.text
    assert not re.search(r"<a |<form|\.csv|/console/(?!static/)", answer.text)
    assert "set-cookie" not in answer.headers


def test_no_cache_search_or_other_site_keeps_it(live: Live, outsider: httpx.Client) -> None:
    """The answers for a valid link and for an unknown one forbid caches and search engines."""
    for path in (made(live), "/console/shared/" + "A" * 64):
        answer = outsider.get(path)
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-robots-tag"] == "noindex, nofollow"
        assert '<meta name="robots" content="noindex, nofollow">' in answer.text


def test_a_filter_and_days_stand_still(live: Live, outsider: httpx.Client) -> None:
    """The filter and the days of a shared link are fixed and shown, whatever the address adds."""
    link = made(live, "?days=7&utm_campaign=may", still="yes")
    shown = outsider.get(f"{link}?utm_campaign=june&days=400").text
    assert re.search(r"<dt>Plays</dt><dd>2<", shown)
    assert "plays with utm_campaign may" in texts(shown)
    assert "the last" not in texts(shown)
    none = outsider.get(made(live, "?utm_campaign=june")).text
    assert re.search(r"<dt>Plays</dt><dd>0<", none)
    dates = outsider.get(made(live, "?from=2026-02-01&to=2026-02-03")).text
    assert "2026-02-01 – 2026-02-03" in texts(dates)


@pytest.mark.parametrize("accept", ["text/html", "*/*"])
def test_an_altered_link_is_none(live: Live, outsider: httpx.Client, accept: str) -> None:
    """Altered, invented or cut short: said alike, with what to do."""
    link = made(live)
    altered = link[:-1] + ("A" if link[-1] != "A" else "B")
    for path in (altered, link[:-1], f"/console/shared/{'A' * 64}", "/console/shared/%00"):
        answer = outsider.get(path, headers={"accept": accept})
        assert answer.status_code == 404, path
        assert "take the whole link as it was sent to you" in answer.text
        assert "<a " not in answer.text
    assert outsider.get(f"{link}?account=another").status_code == 404


def test_an_operator_ends_a_link(live: Live, outsider: httpx.Client) -> None:
    """One, or all; whoever has it is told, and the audit log says who made and ended which."""
    first, second, third = (made(live) for _ in range(3))
    listed = live.client.get("/console/shared").text
    ids = re.findall(r'name="id" value="([0-9a-f]{32})"', listed)
    assert "the last 28 days" in texts(listed)
    shown = {link: outsider.get(link).status_code for link in (first, second, third)}
    assert set(shown.values()) == {200}
    assert live.client.post("/console/shared", data={"id": ids[0]}).status_code == 303
    gone = [link for link in shown if outsider.get(link).status_code == 410]
    assert len(gone) == 1
    assert "ask whoever sent it to you for a new one" in outsider.get(gone[0]).text
    assert live.client.post("/console/shared", data={"id": "\0"}).status_code == 422
    assert live.client.post("/console/shared", data={"all": "yes"}).status_code == 303
    assert {outsider.get(link).status_code for link in shown} == {410}
    assert "Nothing is shared" in live.client.get("/console/shared").text
    audit = texts(live.client.get("/console/audit").text)
    assert f"operatorshare medium{ids[0][:8]}: {NAME} (days=28&zone=UTC)1" in audit
    assert f"operatorend shared link{ids[0][:8]}: {NAME}" in audit
    assert "operatorend shared linkall" in audit


def test_a_life_is_one_of_those_offered(live: Live) -> None:
    """Anything else is refused by its field's name."""
    for lives in ("", "0", "400", "x"):
        answer = live.client.post("/console/media/1/share", data={"lives": lives})
        assert answer.status_code == 422
        assert "lives: choose one of 1, 7, 30, 90 days" in answer.text
    assert live.client.post("/console/media/99/share", data={"lives": "1"}).status_code == 404


def test_viewers_are_not_offered_any(live: Live, outsider: httpx.Client) -> None:
    """The form is for operators."""
    assert "Create a link" in live.client.get("/console/media/1").text
    sign_in(outsider, VIEWERS_PASSWORD)
    page = outsider.get("/console/media/1").text
    assert "Create a link" not in page
    assert "Share this page" not in page


def test_who_opens_many_waits(tmp_path: Path) -> None:
    """One address has so many pages in a minute, and is told when it has more."""
    with relay(tmp_path, **PASSWORDS) as live:
        answers = [live.client.get("/console/shared/x") for _ in range(PAGES_PER_MINUTE + 1)]
    assert {each.status_code for each in answers[:-1]} == {404}
    assert answers[-1].status_code == 429
    assert 0 < int(answers[-1].headers["retry-after"]) <= 60


def test_a_link_holds_as_long_as_its_key_and_its_time(tmp_path: Path) -> None:
    """A link is valid under any listed key; without a key or without the console there is none."""
    with operated(tmp_path) as live:
        link = made(live)
    with operated(tmp_path, secret_key=f"{NEW_KEY},{KEY}") as rotated:
        assert rotated.client.get(link).status_code == 200
        newer = made(rotated)
    with operated(tmp_path, secret_key=NEW_KEY) as replaced:
        assert replaced.client.get(link).status_code == 404
        assert replaced.client.get(newer).status_code == 200
        with closing(sqlite3.connect(tmp_path / "playrelay.db", timeout=10)) as db:
            db.execute("UPDATE shared_links SET stops_at = ?", (now_ms(),))
            db.commit()
        assert replaced.client.get(newer).status_code == 410
    with operated(tmp_path, secret_key=None) as keyless:
        assert keyless.client.get(newer).status_code == 404
        page = keyless.client.get("/console/media/1").text
        assert "set <code>PLAYRELAY_SECRET_KEY</code>" in page
        refused = keyless.client.post("/console/media/1/share", data={"lives": "1"})
        assert refused.status_code == 409
        assert "openssl rand -base64 32" in refused.text
    with relay(tmp_path, secret_key=KEY) as off:
        assert "the console is off" in off.client.get(link).text
