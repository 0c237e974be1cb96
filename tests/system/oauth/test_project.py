"""HubSpot's packages on npm accept the project of `connect --make-app`, and its client works."""

import json
import subprocess
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import pytest

from app.cli.make_app import redirect_urls
from app.domain.url import parse_url
from app.oauth.install import requested_scopes
from app.oauth.project import APP_FILE, AppAuth, project_files
from tests.machine.debian import in_ci
from tests.machine.node import find_node
from tests.machine.npm import install, with_node
from tests.places import ROOT
from tests.processes.sandbox import Sandbox
from tests.system.cli.process import run

EXAMPLE = ROOT / "deploy" / "hubspot"
PARSER = Path(__file__).parent / "project"
RELAY = "https://relay.example.com"

pytestmark = pytest.mark.timeout(300)  # the parser may have to be downloaded


@pytest.fixture(scope="module")
def npm() -> str:
    """npm, with HubSpot's parser installed; skips without one, but not in CI."""
    found = find_node("npm")
    if found is None or not install(found, PARSER):
        assert not in_ci(), (
            "no npm packages: python -m tests.machine.npm tests/system/oauth/project"
        )
        pytest.skip("no Node, or no npm packages here")
    return found


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """A folder that the command has written into."""
    ended = run("connect", "--make-app", "app", "--relay", RELAY, folder=tmp_path)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "hs project upload" in ended.stdout
    return tmp_path / "app"


def printed(npm: str, script: str, *arguments: str | Path) -> dict[str, Any]:
    """The output of a script, as JSON."""
    ended = subprocess.run(  # noqa: S603 - our own script
        [find_node() or "node", PARSER / script, *arguments],
        env=with_node(npm),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


def texts(folder: Path) -> dict[str, str]:
    """Every file, by its path in the folder."""
    files = [each for each in folder.rglob("*") if each.is_file()]
    return {each.relative_to(folder).as_posix(): each.read_text("utf-8") for each in files}


def test_the_example_is_what_the_command_writes(written: Path) -> None:
    """The files in deploy/hubspot are those that the command writes."""
    assert texts(EXAMPLE) == texts(written)


def test_hubspots_parser_takes_it(npm: str, written: Path) -> None:
    """It finds one app, of a platform version that it knows, and passes nothing over."""
    found = printed(npm, "check.mjs", written)
    (node,) = found.pop("nodes")
    assert found == {
        "isKnown": True,
        "isLegacy": False,
        "apps": 1,
        "skipped": [],
        "wrongUids": [],
    }
    assert node["componentType"] == "APPLICATION"
    assert node["config"]["auth"]["redirectUrls"] == [
        "http://localhost:8012/connect",
        f"{RELAY}/console/connect/callback",
    ]


def test_hubspots_parser_takes_static_auth(npm: str, tmp_path: Path) -> None:
    """A token for one account has all scopes, and no address to come back to."""
    made = run("connect", "--make-app", ".", "--auth", "static", folder=tmp_path)
    assert "PLAYRELAY_HUBSPOT_ACCESS_TOKEN" in made.stdout
    (node,) = printed(npm, "check.mjs", tmp_path)["nodes"]
    assert node["config"]["auth"] == {
        "type": "static",
        "requiredScopes": ["media_bridge.write", "crm.objects.contacts.read", "media_bridge.read"],
    }


def test_the_parser_would_object(npm: str, written: Path) -> None:
    """The parser finds no app in another folder, so the two tests above can fail."""
    (written / "src" / "apps").mkdir()
    other = written / "src" / "apps" / "app-hsmeta.json"
    (written / APP_FILE).rename(other)
    (written / APP_FILE).write_text((EXAMPLE / APP_FILE).read_text())
    assert printed(npm, "check.mjs", written)["skipped"] == ["apps/app-hsmeta.json"]


def test_no_file_is_written_over(tmp_path: Path) -> None:
    """If one of the files exists, none is written, and the one is named."""
    mine = tmp_path / "app" / APP_FILE
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    ended = run("connect", "--make-app", "app", folder=tmp_path)
    assert ended.returncode == 1
    assert ended.stderr == f"playrelay: app/{APP_FILE} exists: choose another --make-app\n"
    assert texts(tmp_path / "app") == {APP_FILE: "mine"}


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    """One line says why."""
    (tmp_path / "file").write_text("")
    ended = run("connect", "--make-app", "file", folder=tmp_path)
    assert ended.returncode == 1
    assert ended.stderr == "playrelay: file: File exists: choose another --make-app\n"


@pytest.mark.parametrize("auth", ["oauth", "static"])
@pytest.mark.parametrize("lookup", [True, False])
@pytest.mark.parametrize("register", [True, False])
def test_the_app_declares_what_is_asked_for(auth: AppAuth, *, lookup: bool, register: bool) -> None:
    """HubSpot refuses an installation that asks for a scope which the app does not declare."""
    asked = requested_scopes(lookup=lookup, register=register)
    app = json.loads(project_files(auth, asked, [])[APP_FILE])["config"]["auth"]
    declared = app["requiredScopes"], app.get("optionalScopes", [])
    wanted = [*asked.needed], [*asked.optional]
    assert declared == (wanted if auth == "oauth" else ([*asked.needed, *asked.optional], []))


def test_where_browsers_come_back_to() -> None:
    """Browsers return to the port or the address that is given, and to the console."""
    assert redirect_urls(9000, None, None) == ["http://localhost:9000/connect"]
    behind = parse_url("https://example.com/relay/")
    assert redirect_urls(1, "https://a.example/back", behind) == [
        "https://a.example/back",
        "https://example.com/relay/console/connect/callback",
    ]


def test_its_client_gets_tokens(npm: str, tmp_path: Path) -> None:
    """HubSpot's client for Node knows OAuth v1: it reads the sandbox's tokens, and its refusal."""
    with Sandbox(tmp_path / "hubspot") as hubspot:
        hubspot.start()
        said = printed(npm, "tokens.mjs", hubspot.up(), "sandbox-refresh-token")
        assert said == {"issued": {"accessToken": ANY, "expiresIn": 1800}, "refused": 400}
        assert said["issued"]["accessToken"]
