"""A start that fails is one line; a start in sandbox mode says so wherever one looks."""

import json
from pathlib import Path

import httpx
import pytest

from tests.system.cli.process import run, serving


@pytest.mark.parametrize("verb", ["serve", "doctor", "migrate"])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ALL_PROXY", "socks5://127.0.0.1:1080"),
        ("SSL_CERT_FILE", "nowhere.pem"),
        ("PLAYRELAY_HUBSPOT_BASE_URL", "https://api.hubapi.com:99999"),
        ("PLAYRELAY_HOST", "0.0.0.0:8000"),
        ("PLAYRELAY_DATABASE_URL", "postgresql://relay:TopSecret/x@host/db"),
    ],
)
def test_a_setting_that_would_fail_later(verb: str, name: str, value: str, tmp_path: Path) -> None:
    """Exit status 2 and one line that names the variable and no secret."""
    ended = run(verb, folder=tmp_path, **{name: value})
    assert ended.returncode == 2
    (line,) = (ended.stdout + ended.stderr).splitlines()
    assert f"{name}: " in line
    assert "TopSecret" not in line


def test_an_address_of_another_machine(tmp_path: Path) -> None:
    """The host's variable is named, for the port is not at fault."""
    ended = run("serve", folder=tmp_path, PLAYRELAY_HOST="192.0.2.1")
    assert ended.returncode == 1
    (line,) = [line for line in ended.stderr.splitlines() if line.startswith("playrelay: ")]
    assert "PLAYRELAY_HOST is not an address of this machine" in line


def test_a_catalogue_that_is_a_folder(tmp_path: Path) -> None:
    """Any file that can't be read is named in one line."""
    (tmp_path / "media.csv").mkdir()
    ended = run("serve", folder=tmp_path, PLAYRELAY_PORT="0", PLAYRELAY_CATALOGUE="media.csv")
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr
    assert "media.csv: cannot be read (Is a directory)" in ended.stderr.splitlines()[-1]
    assert "PLAYRELAY_CATALOGUE" in ended.stderr.splitlines()[-1]


def test_the_sandbox_is_said_everywhere(tmp_path: Path) -> None:
    """The log's first line, `/readyz`, `/metrics` and the console's pages name the sandbox."""
    with serving(folder=tmp_path, PLAYRELAY_SANDBOX="true") as relay:
        first = json.loads(relay.said[0])
        ready = httpx.get(f"{relay.address}/readyz").json()
        metrics = httpx.get(f"{relay.address}/metrics").text.splitlines()
        page = httpx.get(f"{relay.address}/console", headers={"accept": "text/html"}).text
    assert first["event"] == "sandbox"
    assert ready == {"status": "ok", "sandbox": True}
    assert "playrelay_sandbox 1.0" in metrics
    assert "Nothing here reaches HubSpot" in page


def test_production_does_not_open_the_sandboxs_store(tmp_path: Path) -> None:
    """The same database URL is another file to each."""
    with serving(folder=tmp_path):
        pass
    assert [path.name for path in (tmp_path / "data").glob("*.db")] == ["playrelay-sandbox.db"]
    given = {"PLAYRELAY_HUBSPOT_ACCESS_TOKEN": "a-token", "PLAYRELAY_ALLOWED_ORIGINS": "*"}
    assert run("migrate", folder=tmp_path, **given).returncode == 0
    assert (tmp_path / "data" / "playrelay.db").exists()


def test_a_line_of_the_settings_can_not_steer_the_terminal(tmp_path: Path) -> None:
    """A message escapes the control characters of the text in `.env` that it repeats."""
    (tmp_path / ".env").write_text("PLAYRELAY_PORT=x\nPLAYRELAY_\x1b[31mRED=1\n")
    ended = run("serve", folder=tmp_path)
    assert ended.returncode == 2
    assert "\x1b" not in ended.stderr
    assert "\\u001b[31MRED" in ended.stderr
