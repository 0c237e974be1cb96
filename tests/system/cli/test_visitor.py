"""`export` and `forget`: what is stored of a visitor is shown to them, counted, and erased."""

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from pydantic import SecretStr

from app.cli import main
from app.config import Settings
from app.domain.outcome import Healthy
from app.hubspot.seal import Seal
from app.runtime.stores import open_store
from tests.store.setting import LEASE, NOW
from tests.system.cli.outbox_store import CONTACT, UTK, fill


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A filled store, and the setting that names it."""
    path = tmp_path / "relay.db"
    fill(path)
    monkeypatch.setenv("PLAYRELAY_DATABASE_URL", f"sqlite:///{path}")
    return path


def test_export_prints_all_that_is_stored(capsys: pytest.CaptureFixture[str]) -> None:
    """The visitor's plays with their page, events and look-ups; nobody else's."""
    assert main(["export", "--utk", UTK]) == 0
    data = json.loads(capsys.readouterr().out)
    (play,) = data["plays"]
    assert play["session"] == "stranger"
    assert play["contactUtk"] == UTK
    assert play["state"]["medium"]["name"] == "Tour"
    assert [event["value"] for event in play["events"]] == ["25", "50"]
    assert [lookup["contactUtk"] for lookup in data["lookups"]] == [UTK]
    assert data["unreadPings"] == []


def test_export_finds_a_contact_by_hubspots_answers(capsys: pytest.CaptureFixture[str]) -> None:
    """A play that HubSpot has put on a contact is the contact's, whatever brought it there."""
    assert main(["export", "--contact", str(CONTACT)]) == 0
    (play,) = json.loads(capsys.readouterr().out)["plays"]
    assert play["session"] == "by-mail"
    assert play["events"][0]["contactId"] == CONTACT


@pytest.mark.parametrize("verb", ["export", "forget"])
def test_nothing_stored_is_said(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A visitor whom the store does not know: one line, and exit status 1."""
    assert main([verb, "--utk", "f" * 32]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "nothing is stored about this visitor" in said.err


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("--utk", "nonsense", "32 hex digits of the cookie hubspotutk"),
        ("--utk", "ann@example.com", "mail addresses are not stored"),
        ("--contact", "ann@example.com", "mail addresses are not stored"),
        ("--contact", "0", "HubSpot's Record ID, a number"),
        ("--contact", "-5", "HubSpot's Record ID, a number"),
    ],
)
def test_what_names_no_visitor_is_refused(
    option: str, value: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is refused before the store is opened, and the message says what to give."""
    for verb in ("export", "forget"):
        with pytest.raises(SystemExit) as ended:
            main([verb, option, value])
        assert ended.value.code == 2
        assert says in capsys.readouterr().err


def test_a_dry_run_erases_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """It counts what would be erased; then all of it is still there to be erased."""
    assert main(["forget", "--dry-run", "--utk", UTK]) == 0
    assert capsys.readouterr().out == "would erase 1 play or ping\n"
    assert main(["forget", "--utk", UTK]) == 0
    assert capsys.readouterr().out == "erased 1 play or ping\n"
    assert main(["forget", "--dry-run", "--utk", UTK]) == 1


def test_names_are_exported_and_erased(
    store: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The stored names of HubSpot's contacts are exported in clear, and erased."""
    key = "k" * 43 + "="
    monkeypatch.setenv("PLAYRELAY_SANDBOX", "true")
    asyncio.run(_named(store, Seal.of([SecretStr(key)]).close_text("Ada Abel")))
    for secret, name in ((key, "Ada Abel"), ("o" * 43 + "=", "(encrypted with another")):
        monkeypatch.setenv("PLAYRELAY_SECRET_KEY", secret)
        assert main(["export", "--contact", str(CONTACT)]) == 0
        (exported,) = json.loads(capsys.readouterr().out)["names"]
        assert exported.startswith(name)
    assert main(["forget", "--contact", str(CONTACT)]) == 0
    with closing(sqlite3.connect(store.with_name("relay-sandbox.db"))) as db:
        assert db.execute("SELECT count(*) FROM contact_names").fetchone() == (0,)


async def _named(path: Path, sealed: str) -> None:
    """A contact's name was read."""
    store = await open_store(Settings(database_url=f"sqlite:///{path}"))
    await store.names.want([CONTACT], NOW)
    claim = await store.names.claim(NOW, 100, LEASE)
    assert claim.permit is not None
    await store.names.save(claim.permit, {CONTACT: sealed}, Healthy(of_event=False), NOW)
    await store.close()
