"""`playrelay why`: what became of a visitor's plays, explained to the operator."""

import json
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


def test_a_session_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """The verdict comes first, then one line for each step; tokens are not shown."""
    assert main(["why", "by-mail"]) == 0
    title, verdict, *steps = capsys.readouterr().out.splitlines()
    assert title == "«Launch film», on https://www.example.com/launch (session by-mail)"
    assert verdict == (
        "  → 1 of 2 events on contact 4711; 1 event rejected by HubSpot (no such media): fix the "
        "cause, then playrelay outbox requeue 2"
    )
    assert "  2026-09-21 14:13:20 UTC  the play began" in steps
    assert HSENC not in "".join(steps)


@pytest.mark.parametrize(
    ("who", "session"),
    [("stranger", "stranger"), (UTK, "stranger"), (str(CONTACT), "by-mail")],
)
def test_whoever_is_asked_about(who: str, session: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A session id, a usertoken or a contact id: the relay recognizes each."""
    assert main(["why", who, "--json"]) == 0
    (explanation,) = json.loads(capsys.readouterr().out)
    assert explanation["title"].endswith(f"(session {session})")


def test_nothing_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit status 1, and what it may be."""
    assert main(["why", "nobody"]) == 1
    out, err = capsys.readouterr()
    assert out.strip() == ""
    assert "no play is found" in err
    assert len(err.splitlines()) == 1
