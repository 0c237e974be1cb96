"""The console's pages over HTTP: what they say, what they refuse, and what they write down."""

import csv
import html
import io
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest

from app.console.csv_file import csv_file
from app.domain.period import SLOT_MS
from app.domain.timestamps import DAY_MS
from app.formatting import moment
from app.runtime.clock import now_ms
from tests.system.console.setting import HTML
from tests.system.live.relay import live_relay, settings_for

T = TypeVar("T")

CONTACT = "0" * 32
"""A usertoken that the sandbox takes for a contact's."""

SCRIPT = "<script>alert(1)</script>"
FORMULA = '=HYPERLINK("https://evil.example";"x")'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the store."""
    return tmp_path_factory.mktemp("relay")


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[httpx.Client]:
    """A browser at a sandboxed relay in which a few plays have become events."""
    with live_relay(settings_for(folder)) as live:
        live.client.headers.update(HTML)
        play(live.client, "one", mediaName=SCRIPT, playedPercent=60, pageUrl="https://x.test/a")
        play(live.client, "two", mediaName=FORMULA, externalId="+film", pageUrl="https://x.test/=b")
        play(
            live.client,
            "three",
            mediaName="Stranger's",
            externalId="other",
            contactUtk="f" * 31 + "1",
        )
        until(lambda: "started</span> delivered" in page(live.client, "play?session=two"))
        until(lambda: "not known to HubSpot" in page(live.client, "play?session=three"))
        yield live.client


def play(client: httpx.Client, session: str, **fields: Any) -> None:
    """A ping that is acknowledged."""
    ping = {"sessionId": session, "externalId": "film", "contactUtk": CONTACT, **fields}
    ping.setdefault("pageUrl", "https://x.test/c")
    answer = client.post("/v1/progress", json={"duration": 90, "playedPercent": 0, **ping})
    assert answer.status_code == 202


def until(found: Callable[[], T]) -> T:
    """Ask until there is an answer; each question takes its time, so none is slept."""
    for _ in range(2_000):
        if answer := found():
            return answer
    raise AssertionError("it never came")


def page(client: httpx.Client, path: str) -> str:
    """The text of a page that is there."""
    answer = client.get(f"/console/{path}")
    assert answer.status_code == 200, answer.text
    return answer.text


def table(text: str) -> list[list[str]]:
    """A CSV file's rows."""
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


def test_now_says_that_all_is_well(client: httpx.Client) -> None:
    """The page says it in a sentence, with the figures of the day."""
    now = page(client, "now")
    assert "All is well" in now
    assert re.search(r"Plays begun</dt><dd>3<", now)


def test_media_are_listed_with_their_names_as_text(client: httpx.Client) -> None:
    """Media names are shown as text, whatever strangers wrote in them."""
    listed = page(client, "media")
    assert html.escape(SCRIPT) in listed
    assert SCRIPT not in listed
    assert re.search(r'aria-sort="descending"><a href="[^"]*order=plays', listed)


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("media?days=0", "days: "),
        ("media?days=1000", "days: "),
        ("media?order=x", "order: "),
        ("media?from=yesterday", "from: 'yesterday' is not a day: write it as 2026-11-24"),
        ("media?to=2026-02-30", "to: '2026-02-30' is not a day"),
        ("media?from=1999-12-31", "from: 1999-12-31 is not between 2000-01-01 and 2100-01-01"),
        ("media?from=2026-02-02&to=2026-02-01", "from: 2026-02-02 is after to"),
        ("media?from=2024-01-01&to=2026-01-01", "from: at most 400 days"),
        ("media?zone=Mars/Base", "zone: 'Mars/Base' is not a time zone"),
        ("media?search=" + "x" * 201, "search: "),
        ("media?after=x", "after: "),
        ("embed?portal=x", "portal: "),
        ("embed?site=a%20b", "site: "),
        ("rejected/kind?before=x", "before: "),
        ("media/0", "medium: "),
    ],
)
def test_a_bad_question_names_its_field(client: httpx.Client, path: str, what: str) -> None:
    """A page names the field in one line."""
    answer = client.get(f"/console/{path}")
    assert answer.status_code == 422
    assert f'<p class="lede">{what}' in html.unescape(answer.text)


def test_what_is_not_there_is_said(client: httpx.Client) -> None:
    """A medium, a job, an account."""
    for path in ("media/999", "jobs/x", "media?account=nobody's"):
        answer = client.get(f"/console/{path}")
        assert answer.status_code == 404
        assert "<h1>Not found</h1>" in answer.text


def test_a_period_is_compared_with_the_one_before(tmp_path: Path) -> None:
    """Plays, shares and time watched beside what they were; and where the plays were left."""
    with live_relay(settings_for(tmp_path)) as live:
        live.client.headers.update(HTML)
        now = live.app.state.relay.clock()
        ten_days_ago = {"occurredTimestamp": now - 10 * DAY_MS, "sentAt": now}
        play(live.client, "then", playedPercent=None, watched=[[1, 1], [0, 1]], **ten_days_ago)
        play(live.client, "one", playedPercent=None, watched=[[1, 1], [0, 1]])
        play(live.client, "two", playedPercent=None, watched=[[1, 1], [3, 1]])
        until(lambda: "session=two" in page(live.client, "live"))
        medium = page(live.client, "media/1?days=7")
        alone = page(live.client, "media/1?days=365")
    shown = re.findall(r"<dt>([^<]+)</dt><dd>(.*?)</dd>", medium)
    figures = {name: re.sub(r"<[^>]+>", "", value) for name, value in shown}
    assert figures["Plays"] == "2 +100 %"
    assert figures["Completed"] == "1 50 %"
    assert figures["Watched on average"] == "75 % +25 points"
    assert figures["Watched in all"] == "4 min +400 %"
    assert figures["Viewers"] == "1 2.0 plays each +0 %"
    assert "Repeated most: 0:45 to 0:49" in medium
    assert "100 times in 100 plays" in medium
    assert "Compared with the 7 days before" in medium
    assert "Most people leave between 0:40 and 0:45" in medium
    assert "Compared with" not in alone
    assert "Viewers</dt>" not in alone
    assert "Viewers are counted only while their plays are kept" in alone


def test_a_day_begins_where_the_zone_says(tmp_path: Path) -> None:
    """Any dates, in the setting's time zone unless the address names another."""
    with live_relay(settings_for(tmp_path, time_zone="Asia/Tokyo")) as live:
        live.client.headers.update(HTML)
        now = live.app.state.relay.clock()
        midnight = now // DAY_MS * DAY_MS  # of UTC: nine in the morning of the same day in Tokyo
        for session, hours in (("earlier", -10), ("later", -8)):
            begun = {"occurredTimestamp": midnight + hours * 3_600_000, "sentAt": now}
            play(live.client, session, **begun)
        until(lambda: "session=earlier" in page(live.client, "live"))
        until(lambda: "session=later" in page(live.client, "live"))
        today = datetime.fromtimestamp(midnight / 1000, UTC).date()
        yesterday = today - timedelta(1)
        by_day = {
            (day, zone): plays(page(live.client, f"media?from={day}&to={day}{zone}"))
            for day in (today, yesterday)
            for zone in ("", "&zone=UTC")
        }
        shown = page(live.client, f"media/1?from={today}&to={today}")
        now_shown = live.client.get("/console").text
        days = table(page(live.client, f"media/1/days.csv?to={today}&days=3"))
    assert by_day == {
        (today, ""): "1",
        (yesterday, ""): "1",
        (today, "&zone=UTC"): "",
        (yesterday, "&zone=UTC"): "2",
    }
    assert "Days begin at midnight in Asia/Tokyo." in shown
    assert f'value="{today}"' in shown
    assert [row[:2] for row in days[1:]] == [[f"{yesterday}", "1"], [f"{today}", "1"]]
    assert "Day (Asia/Tokyo)" in now_shown
    of_day = re.findall(
        r'datetime="([\d-]+)".*?</th><td class="n">\d+</td><td class="n">(\d+)', now_shown
    )
    assert {day: count for day, count in of_day if count != "0"} == {
        f"{today}": "1",
        f"{yesterday}": "1",
    }


def plays(text: str) -> str:
    """The plays of all listed media; empty if there are none."""
    found = re.search(r"<dt>Plays</dt><dd>(\d+)<", text)
    return found[1] if found else ""


def names(text: str) -> list[str]:
    """The names of the listed media, in their order."""
    return re.findall(r'<th scope="row" class="long"><a [^>]+>([^<]+)<', text)


def test_media_are_sorted_and_found(client: httpx.Client) -> None:
    """Media are sorted by each column, as in the address, and found by name, id or address."""
    heads = re.findall(r'<a href="/console/media\?([^"]*order=(\w+)[^"]*)"', page(client, "media"))
    assert {order for _, order in heads} > {"plays", "name", "average", "watched", "completed"}
    listed = sorted(names(page(client, "media")))
    assert len(listed) == 3
    for address, order in heads:
        text = page(client, f"media?{html.unescape(address)}")
        assert sorted(names(text)) == listed
        assert re.search(rf'aria-sort="\w+"><a href="[^"]*order={order}', text)
    by_name = names(page(client, "media?order=name"))
    assert by_name == sorted(by_name, key=str.casefold)
    assert names(page(client, "media?search=STRANGER")) == ["Stranger&#39;s"]
    assert "has “&lt;b&gt;” in its name" in page(client, "media?search=<b>")


def test_the_csv_files_run_nothing(client: httpx.Client) -> None:
    """A name that a spreadsheet would take for a formula is marked as text."""
    answer = client.get("/console/media.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"] == (
        'attachment; filename="playrelay-media-28-days.csv"'
    )
    head, *rows = table(answer.text)
    assert head[:5] == ["medium", "media type", "media bridge id", "external id", "plays"]
    cells = [cell for row in rows for cell in row]
    assert f"'{FORMULA}" in cells
    assert "'+film" in cells
    assert not [cell for cell in cells if cell[:1] in set("=+-@\t\r")]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n"])
def test_each_beginning_of_a_formula_is_defused(start: str) -> None:
    """Each cell that begins a formula is defused, and every cell is quoted against semicolons."""
    text = bytes(csv_file("x.csv", ["a"], [[f"{start}1;{start}2"]]).body).decode()
    assert f'"\'{start}1;{start}2"' in text


def test_a_medium_tells_how_far_people_got(client: httpx.Client) -> None:
    """Funnel, pages and three files of figures."""
    link = rf'(media/\d+)\?days=28">{re.escape(html.escape(SCRIPT))}'
    path = until(lambda: re.findall(link, page(client, "media")))[0]
    text = page(client, path)
    assert f"<h1>{html.escape(SCRIPT)}</h1>" in text
    assert "https://x.test/a" in text
    days = table(page(client, f"{path}/days.csv"))
    assert days[0][:3] == ["day", "plays", "reached 25 %"]
    assert int(days[-1][1]) >= 1
    assert len(table(page(client, f"{path}/retention.csv"))) == 101
    assert ["https://x.test/a", "1"] in table(page(client, f"{path}/pages.csv"))


def test_a_medium_is_filtered(tmp_path: Path) -> None:
    """A medium is filtered by its plays' traits, which the page offers and the address names."""
    with live_relay(settings_for(tmp_path)) as live:
        live.client.headers.update(HTML)
        launch = "https://x.test/launch?utm_campaign=may"
        play(live.client, "mail", playedPercent=100, pageUrl=launch, externalPlayContext="EMAIL")
        play(
            live.client,
            "page",
            playedPercent=10,
            pageUrl="https://x.test/b",
            campaign="?utm_source=news&utm_campaign=june",
        )
        until(
            lambda: all(f"session={each}" in page(live.client, "live") for each in ("mail", "page"))
        )
        offered = page(live.client, "media/1?choose=yes")
        found = page(live.client, "media/1?utm_campaign=may&context=mail")
        none = page(live.client, "media/1?utm_campaign=may&context=page")
        arrived = page(live.client, "media/1?utm_source=news&utm_campaign=june")
        days = table(page(live.client, "media/1/days.csv?page=https://x.test/b"))
        refused = live.client.get("/console/media/1?context=letter")
        with closing(sqlite3.connect(tmp_path / "playrelay-sandbox.db", timeout=10)) as db, db:
            db.execute(
                "INSERT INTO figure_traits VALUES (99, 1, ?, 0, '', '', '', '', '', '', 1, 3,"
                "0, 0, 0, 0, 0, 0, 0, 0, NULL, NULL)",
                (now_ms() // DAY_MS,),
            )
            db.execute("UPDATE media SET filtered_since = ?", (now_ms() // SLOT_MS,))
        beyond = page(live.client, "media/1?utm_campaign=may")
    assert plays(offered) == "2"
    assert re.findall(r'<option value="(\w+)">[^<]+\(1\)</option>', offered) == [
        *("mail", "page", "june", "may", "news"),
    ]
    assert plays(arrived) == "1"
    assert plays(found) == "1"
    assert "https://x.test/launch?utm_campaign=may</a>" in found
    assert "Who watched" not in found
    assert "utm_campaign=may" in "".join(re.findall(r'href="([^"]*days=7[^"]*)"', found))
    assert plays(none) == "0"
    assert "3 plays of these days are in no filter" not in found
    assert "3 plays of these days are in no filter" in beyond
    assert "Filters cover plays since" not in found
    assert "Filters cover plays since" in beyond
    assert [row[1] for row in days[1:]] == ["1"]
    assert refused.status_code == 422
    assert "context: " in refused.text


def test_two_media_stand_side_by_side(client: httpx.Client) -> None:
    """Chosen by name, each figure beside the other's; the address says which, and the days."""
    asked = page(client, "media/compare?medium=1&days=7")
    assert "<table>" not in asked
    both = re.findall(r'<option value="(\d+)"( selected)?>', asked)
    assert [number for number, chosen in both if chosen] == ["1"]
    shown = page(client, "media/compare?medium=1&medium=2&days=7")
    titles = re.findall(r'<th class="n" scope="col"><a href="[^"]+/media/(\d+)\?days=7">', shown)
    assert titles == ["1", "2"]
    rows = re.findall(r'<th scope="row">([^<]+)</th>(.*?)</tr>', shown)
    figures = {name: re.findall(r'<td class="n">(\S+) ', cells) for name, cells in rows}
    assert figures["Plays"] == figures["Viewers"] == ["1", "1"]
    assert "medium=1&amp;medium=2" in "".join(re.findall(r'href="([^"]*days=28[^"]*)"', shown))
    assert shown.count('name="medium" value=') == 2
    assert client.get("/console/media/compare?medium=1&medium=99").status_code == 404
    assert client.get("/console/media/compare?medium=1&medium=2&medium=3").status_code == 422


def test_a_play_is_told(client: httpx.Client) -> None:
    """A play is found by a session in the address; by a token only in a form's body."""
    assert "on contact" in page(client, "play?session=two")
    question = {"who": f" {CONTACT} "}
    answer = client.post("/console/play", data=question)
    assert answer.status_code == 200
    assert "session <code>two</code>" in answer.text
    unknown = client.post("/console/play", data={"who": "nobody"})
    assert "No play found." in unknown.text
    assert client.post("/console/play", data={"who": "x" * 300}).status_code == 422


def test_rejections_are_requeued_and_it_is_written_down(client: httpx.Client, folder: Path) -> None:
    """Rejections are listed by kind; no tokens are shown; other events are left unchanged."""
    with closing(sqlite3.connect(folder / "playrelay-sandbox.db", timeout=10)) as db:
        db.execute(
            """UPDATE outbox SET status = 'rejected', family = 'BAD word', settled_at = ?1,
            due_at = ?1 + 86400000,
            answer = '{"message": "no <b>such</b> word"}' WHERE status = 'waiting'
            AND play = (SELECT id FROM plays WHERE session = 'three')""",
            (now_ms(),),
        )
        db.commit()
    kinds = page(client, "rejected")
    assert "BAD word" in kinds
    assert "no &lt;b&gt;such&lt;/b&gt; word" in kinds
    kind = page(client, "rejected/kind?family=BAD%20word")
    assert "contactUtk&#34;: &#34;…&#34;" in kind
    assert "f" * 31 not in kind
    assert "It is sent again automatically: <time" in kind
    gone = client.post("/console/rejected/requeue", data={"family": "another"})
    assert gone.status_code == 422
    assert client.post("/console/rejected/requeue", data={"id": "x"}).status_code == 422
    assert client.post("/console/rejected/erase", data={"x": ""}).status_code == 422
    started = client.post("/console/rejected/discard", data={"family": "BAD word"})
    assert started.status_code == 303
    job = started.headers["location"].removeprefix("/console/")
    until(lambda: "Done." in page(client, job))
    part = client.get(f"/console/{job}", headers={"hx-request": "true"}).text
    assert part.lstrip().startswith("<section")
    assert "hx-get" not in part
    audit = page(client, "audit")
    assert re.search(
        r"this machine</td><td>discard rejected</td><td[^>]*>BAD word</td><td[^>]*>1<", audit
    )


def test_media_that_hubspot_refuses_are_marked(client: httpx.Client, folder: Path) -> None:
    """The medium has HubSpot's words, the next try and the remedy; Now says that there are some."""
    assert "HubSpot refuses" not in page(client, "media") + page(client, "now")
    soon = now_ms() + 10 * 60 * 1000  # what is too far off would be brought back
    with closing(sqlite3.connect(folder / "playrelay-sandbox.db", timeout=10)) as db:
        refusal = ("/+film", soon, '{"reason": "refused", "message": "no <b> media"}')
        db.execute("INSERT INTO refused_media VALUES (?, 1, ?, ?)", refusal)
        db.commit()
    line = f"HubSpot refuses it: no &lt;b&gt; media. Tried again at {moment(soon)}."
    listed = page(client, "media")
    assert listed.count(line) == 1
    assert "playrelay media register" in listed
    ids = re.findall(r"/console/media/(\d+)", listed)
    pages = {each: page(client, f"media/{each}") for each in ids}
    (marked,) = [text for text in pages.values() if line in text]
    assert "<code>+film</code>" in marked
    assert "playrelay media register" in marked
    now = page(client, "now")
    assert "HubSpot refuses 1 medium: externalId +film (no &lt;b&gt; media)." in now
    assert 'href="/console/media?only=refused"' in now
    assert len(names(page(client, "media?only=refused"))) == 1


def test_the_snippet(client: httpx.Client) -> None:
    """The page shows what `playrelay embed` prints; a wrong address is reported."""
    text = html.unescape(
        page(client, "embed?url=https://r.example.com&consent=none&email=true&debug=on")
    )
    wanted = 'src="https://r.example.com/playrelay.js" data-consent="none" data-context="EMAIL"'
    assert wanted in text
    assert "script-src https://r.example.com" in text
    assert "This is not an address" in page(client, "embed?url=nonsense")


def test_an_examination(client: httpx.Client) -> None:
    """Asked for by a form; one after the other, a line each."""
    answer = client.post("/console/doctor", data={"x": ""})
    assert "accepts writes" in answer.text
    assert "settings: ok" in answer.text


def test_files_are_kept_by_browsers_under_their_own_names(client: httpx.Client) -> None:
    """Browsers may keep a file for good under its hash; a wrong hash is not found."""
    address = re.search(r'href="(/console/static/\w+/console.css)"', page(client, "audit"))
    assert address is not None
    found = client.get(address[1])
    assert "immutable" in found.headers["cache-control"]
    assert found.headers["content-type"].startswith("text/css")
    assert client.get(re.sub(r"/\w{16}/", "/0000000000000000/", address[1])).status_code == 404
    assert client.get("/console/static/x/../../settings.py").status_code == 404


def test_a_store_that_is_away_is_told(tmp_path: Path) -> None:
    """A page, or a piece of one, reports it with the remedy."""
    with live_relay(settings_for(tmp_path)) as live:
        with closing(sqlite3.connect(tmp_path / "playrelay-sandbox.db", timeout=10)) as db:
            db.execute("DROP TABLE audit")
            db.execute("DROP TABLE activity")
        answer = live.client.get("/console/audit", headers=HTML)
        part = live.client.get("/console/now", headers={"hx-request": "true"})
    assert (answer.status_code, part.status_code) == (503, 503)
    assert "<h1>Not available now</h1>" in answer.text
    assert '<p class="notice bad"' in part.text
