"""`doctor` against a real store and a HubSpot stand-in on another port: one line a check."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.system.cli.process import Server, run, serving

TOKEN = "sandbox-access-token"
SITES = "https://www.example.com"
OAUTH = {
    "PLAYRELAY_HUBSPOT_CLIENT_ID": "sandbox-client",
    "PLAYRELAY_HUBSPOT_CLIENT_SECRET": "sandbox-client-secret",
    "PLAYRELAY_HUBSPOT_REFRESH_TOKEN": "sandbox-refresh-token",
}


@pytest.fixture
def hubspot(tmp_path: Path) -> Iterator[Server]:
    """A sandbox of its own, as HubSpot is one."""
    with serving("sandbox", "--port", "0", folder=tmp_path) as sandbox:
        yield sandbox


def _examined(
    folder: Path, hubspot: Server | None, **settings: str
) -> tuple[int, dict[str, str], str]:
    """Exit status, what each subject's last line says (with ok or FAIL), all that was printed."""
    if hubspot is not None:
        settings |= {
            "PLAYRELAY_HUBSPOT_BASE_URL": hubspot.address,
            "PLAYRELAY_ALLOWED_ORIGINS": SITES,
        }
    ended = run("doctor", folder=folder, **settings)
    assert ended.stderr == ""
    lines = [line.split(maxsplit=2) for line in ended.stdout.splitlines()]
    return ended.returncode, {line[1]: f"{line[0]} {line[2]}" for line in lines}, ended.stdout


def test_without_credentials_all_is_well(tmp_path: Path) -> None:
    """In sandbox mode settings and store are checked, and that there is no account is said."""
    status, says, _ = _examined(tmp_path, None)
    assert status == 0
    assert says["store"].startswith("ok accepts writes")
    assert "nothing reaches HubSpot" in says["sandbox"]
    assert says["events"] == "ok none is rejected"
    assert "are free" in says["disk"]


def test_a_good_static_token(tmp_path: Path, hubspot: Server) -> None:
    """With a good token every line says ok, and the token is not printed."""
    status, says, printed = _examined(tmp_path, hubspot, PLAYRELAY_HUBSPOT_ACCESS_TOKEN=TOKEN)
    assert status == 0
    assert list(says) == [
        *("settings", "store", "events", "delivery", "errors", "quota", "disk"),
        *("space", "media", "alerts", "clock", "token", "scopes", "endings"),
    ]
    dated = says.pop("endings")  # it warns as the days pass
    assert all(line.startswith("ok ") for line in says.values())
    assert "sending events (v1): 2027-09" in dated
    assert "look-up of usertokens (v1): 2027-09" in dated
    assert "OAuth" not in dated, "a static token does without"
    assert TOKEN not in printed


def test_good_oauth_credentials(tmp_path: Path, hubspot: Server) -> None:
    """With OAuth the token is fetched, its account told and both scopes are found."""
    status, says, printed = _examined(tmp_path, hubspot, **OAUTH)
    assert status == 0
    assert "for account" in says["token"]
    assert says["scopes"] == "ok media_bridge.write, crm.objects.contacts.read"
    assert not any(secret in printed for secret in list(OAUTH.values())[1:])


@pytest.mark.parametrize("form", ["not_found", "gone", "page"])
def test_a_lookup_that_has_ended(tmp_path: Path, hubspot: Server, form: str) -> None:
    """It is a fault of its own, which says what to do; the token is not blamed."""
    httpx.put(f"{hubspot.address}/sandbox/world", json={"lookup": form})
    status, says, _ = _examined(tmp_path, hubspot, PLAYRELAY_HUBSPOT_ACCESS_TOKEN=TOKEN)
    assert status == 1
    assert says["token"].startswith("ok ")
    assert says["endings"].startswith("FAIL look-up of usertokens (v1) is gone: nothing is lost")
    assert "PLAYRELAY_IDENTITY=passthrough" in says["endings"]


def test_an_end_that_hubspot_announces(tmp_path: Path, hubspot: Server) -> None:
    """The day of a Sunset header is warned of, and is no fault."""
    world = {"lookup_sunset": "Sat, 01 Jan 2022 00:00:00 GMT"}
    httpx.put(f"{hubspot.address}/sandbox/world", json=world)
    status, says, _ = _examined(tmp_path, hubspot, PLAYRELAY_HUBSPOT_ACCESS_TOKEN=TOKEN)
    assert status == 0
    assert says["endings"].startswith("warn look-up of usertokens (v1): 2022-01-01")
    assert "HubSpot's answers name this day" in says["endings"]


def test_a_refused_token(tmp_path: Path, hubspot: Server) -> None:
    """A token that HubSpot refuses fails with what to do, and is not printed."""
    status, says, printed = _examined(tmp_path, hubspot, PLAYRELAY_HUBSPOT_ACCESS_TOKEN="nobodys")
    assert status == 1
    assert says["token"].startswith("FAIL refused by HubSpot: create a new one")
    assert "nobodys" not in printed


def test_a_missing_scope(tmp_path: Path, hubspot: Server) -> None:
    """A scope that was not granted is named."""
    httpx.put(f"{hubspot.address}/sandbox/world", json={"scopes": ["crm.objects.contacts.read"]})
    status, says, _ = _examined(tmp_path, hubspot, **OAUTH)
    assert status == 1
    assert says["scopes"] == "FAIL missing: grant media_bridge.write and install the app again"


def test_a_hubspot_that_is_down(tmp_path: Path, hubspot: Server) -> None:
    """A HubSpot that can't be reached fails with what to check."""
    hubspot.stop()
    status, says, _ = _examined(tmp_path, hubspot, PLAYRELAY_HUBSPOT_ACCESS_TOKEN=TOKEN)
    assert status == 1
    assert "can't be reached" in says["HubSpot"]
    assert "PLAYRELAY_HUBSPOT_BASE_URL" in says["HubSpot"]


def test_a_medium_that_hubspot_refuses(tmp_path: Path) -> None:
    """It fails with HubSpot's words and what to do."""
    assert _examined(tmp_path, None)[1]["media"].startswith("ok ")
    with closing(sqlite3.connect(tmp_path / "data" / "playrelay-sandbox.db")) as db, db:
        refusal = ("/film", 2**41, '{"reason": "refused", "message": "no such media"}')
        db.execute("INSERT INTO refused_media VALUES (?, 1, ?, ?)", refusal)
    status, says, _ = _examined(tmp_path, None)
    assert status == 1
    assert says["media"].startswith(
        "FAIL HubSpot refuses 1 medium: externalId film (no such media): register it"
    )


def test_wrong_settings(tmp_path: Path) -> None:
    """Wrong settings end the examination with exit status 2, one line each."""
    ended = run("doctor", folder=tmp_path, PLAYRELAY_HUBSPOT_RATE="0", PLAYRELAY_IDENTITY="guess")
    assert ended.returncode == 2
    assert [line.split()[0] for line in ended.stdout.splitlines()] == ["FAIL", "FAIL"]


def test_an_unknown_variable(tmp_path: Path) -> None:
    """A misspelt variable is a fault here: the doctor is asked when something does not work."""
    status, says, _ = _examined(tmp_path, None, PLAYRELAY_MILESTONE="10")
    assert status == 1
    assert "did you mean PLAYRELAY_MILESTONES?" in says["settings"]
