"""The verbs by which a person looks into the store and changes what stands there."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from app.cli import main
from tests.system.cli.outbox_store import CONTACT, HSENC, UTK, fill


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A filled store, and the setting that names it."""
    path = tmp_path / "relay.db"
    fill(path)
    monkeypatch.setenv("PLAYRELAY_DATABASE_URL", f"sqlite:///{path}")
    return path


def _statuses(capsys: pytest.CaptureFixture[str]) -> dict[int, str]:
    capsys.readouterr()
    assert main(["outbox", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    return {int(line.split()[0]): line.split()[1] for line in lines}


def test_list_tells_one_line_an_event(capsys: pytest.CaptureFixture[str]) -> None:
    """`outbox list` shows the newest event first: status, time, event, medium, reason."""
    assert main(["outbox", "list"]) == 0
    newest, *_, oldest = capsys.readouterr().out.splitlines()
    assert newest.split()[:3] == ["4", "waiting", "2026-09-21"]
    assert newest.split()[3:6] == ["14:13:20", "UTC", "media-played-percent"]
    assert newest.endswith(" 50  Tour  lookup")
    assert "media-played-percent 25  Launch film  mail" in oldest


def test_list_can_be_narrowed(capsys: pytest.CaptureFixture[str]) -> None:
    """`--status` shows only events of that status, `--limit` only so many."""
    assert main(["outbox", "list", "--status", "waiting", "--limit", "1"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line.split()[:2] == ["4", "waiting"]


def test_show_tells_what_hubspot_said(capsys: pytest.CaptureFixture[str]) -> None:
    """`outbox show` prints one event as JSON, with HubSpot's reason and correlation id."""
    assert main(["outbox", "show", "2"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["status"] == "rejected"
    assert shown["answer"] == {
        "reason": "refused",
        "http_status": 400,
        "category": "VALIDATION_ERROR",
        "message": "no such media",
        "correlation_id": "c-1",
    }


@pytest.mark.parametrize(("event", "source"), [("2", "_hsenc"), ("3", "usertoken")])
def test_show_names_no_visitor(event: str, source: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`outbox show` names the identity source, never the token itself."""
    assert main(["outbox", "show", event]) == 0
    said = capsys.readouterr().out
    assert json.loads(said)["knownBy"] == [source]
    assert UTK not in said
    assert HSENC not in said


def test_requeue_makes_events_due_again(capsys: pytest.CaptureFixture[str]) -> None:
    """`outbox requeue ID` makes that event due and leaves the others as they were."""
    assert main(["outbox", "requeue", "2"]) == 0
    assert capsys.readouterr().out == "requeued 1 event\n"
    assert _statuses(capsys) == {1: "delivered", 2: "due", 3: "waiting", 4: "waiting"}


def test_requeue_rejected_takes_all_of_them(capsys: pytest.CaptureFixture[str]) -> None:
    """`outbox requeue --rejected` makes every rejected event due, and no other."""
    assert main(["outbox", "requeue", "--rejected"]) == 0
    assert _statuses(capsys) == {1: "delivered", 2: "due", 3: "waiting", 4: "waiting"}


def test_discard_takes_events_out_of_the_way(capsys: pytest.CaptureFixture[str]) -> None:
    """`outbox discard` ends events that are not delivered; a person can take that back."""
    assert main(["outbox", "discard", "2", "3"]) == 0
    assert capsys.readouterr().out == "discarded 2 events\n"
    assert _statuses(capsys) == {1: "delivered", 2: "discarded", 3: "discarded", 4: "waiting"}
    assert main(["outbox", "requeue", "3"]) == 0
    assert _statuses(capsys)[3] == "due"


@pytest.mark.parametrize("verb", ["requeue", "discard"])
def test_a_delivered_event_stays_delivered(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    """An event that HubSpot has can't be requeued or discarded: exit status 1 and one line."""
    assert main(["outbox", verb, "1"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("playrelay: 1 not ")
    assert _statuses(capsys)[1] == "delivered"


@pytest.mark.parametrize("verb", ["show", "requeue", "discard"])
def test_an_event_that_is_not_there(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    """An unknown id fails with exit status 1 and one line on standard error."""
    assert main(["outbox", verb, "99"]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_forget_erases_a_visitor(capsys: pytest.CaptureFixture[str]) -> None:
    """`forget --utk` erases the visitor's play with its events, and nobody else's."""
    assert main(["forget", "--utk", UTK]) == 0
    assert capsys.readouterr().out == "erased 1 play or ping\n"
    assert _statuses(capsys) == {1: "delivered", 2: "rejected"}


def test_forget_by_a_contact_without_plays(capsys: pytest.CaptureFixture[str]) -> None:
    """`forget --contact` of somebody the store does not know erases nothing and says so."""
    assert main(["forget", "--contact", str(CONTACT + 1)]) == 1
    assert "nothing is stored about this visitor" in capsys.readouterr().err
    assert len(_statuses(capsys)) == 4


def test_migrate_creates_the_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`migrate` makes folder and file where there are none, and can be repeated."""
    monkeypatch.setenv("PLAYRELAY_DATABASE_URL", f"sqlite:///{tmp_path}/new/relay.db")
    assert main(["migrate"]) == 0
    assert main(["migrate"]) == 0
    assert (tmp_path / "new" / "relay-sandbox.db").stat().st_mode & 0o077 == 0


def test_a_file_that_is_no_database(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A store that can't be opened fails with exit status 1 and one line that says what to do."""
    store = store.with_stem("relay-sandbox")
    store.write_text("this is a letter, not a database. " * 100)
    for beside in ("-wal", "-shm"):
        store.with_name(store.name + beside).unlink(missing_ok=True)
    assert main(["outbox", "list"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("playrelay: ")
    assert "no SQLite database" in line


def test_changes_are_written_down(store: Path) -> None:
    """A requeue, a discard and an erasure leave a line in the audit log that names no visitor."""
    assert main(["outbox", "requeue", "2"]) == 0
    assert main(["outbox", "discard", "3"]) == 0
    assert main(["forget", "--utk", UTK]) == 0
    with closing(sqlite3.connect(store.with_stem("relay-sandbox"))) as db:
        notes = db.execute("SELECT who, what, subject, count FROM audit ORDER BY id").fetchall()
    assert notes == [
        ("command line", "requeue", "events 2", 1),
        ("command line", "discard", "events 3", 1),
        ("command line", "forget", "a visitor", 1),
    ]
