"""`serve` and `sandbox` as processes: up, in each other's way, and down again."""

import signal
import socket
from pathlib import Path

import httpx
import pytest

from tests.system.cli.process import run, serving


def test_serve_says_where_it_is(tmp_path: Path) -> None:
    """Without credentials `serve` names its address and its demo page, and that page is there."""
    with serving(folder=tmp_path) as relay:
        assert httpx.get(f"{relay.address}/readyz").status_code == 200
        assert httpx.get(f"{relay.address}/demo").status_code == 200
        assert relay.stop() in {0, -signal.SIGTERM}  # uvicorn hands the signal on when all is done
    assert f"  demo page: {relay.address}/demo" in relay.said
    assert (tmp_path / "data" / "playrelay-sandbox.db").exists()


@pytest.mark.parametrize(
    ("verb", "advice"),
    [(["serve"], "PLAYRELAY_PORT"), (["sandbox", "--port", "{port}"], "can't listen on")],
)
def test_a_port_in_use(verb: list[str], advice: str, tmp_path: Path) -> None:
    """A port that is taken fails with exit status 1 and one line that says what to do."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = run(
            *(word.format(port=port) for word in verb), folder=tmp_path, PLAYRELAY_PORT=port
        )
    assert ended.returncode == 1
    (line,) = ended.stderr.splitlines()
    assert line.startswith("playrelay: ")
    assert port in line
    assert advice in line


def test_two_relays_on_one_store(tmp_path: Path) -> None:
    """The second relay that would deliver from a store ends with exit status 1 and one line."""
    with serving(folder=tmp_path):
        ended = run("serve", folder=tmp_path, PLAYRELAY_PORT="0")
    assert ended.returncode == 1
    assert "another playrelay already delivers from" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_second_process_may_collect(tmp_path: Path) -> None:
    """One process that delivers and one that only collects can share a store."""
    with (
        serving(folder=tmp_path, PLAYRELAY_SANDBOX="true", PLAYRELAY_ROLE="deliver") as deliver,
        serving(folder=tmp_path, PLAYRELAY_SANDBOX="true", PLAYRELAY_ROLE="collect") as collect,
    ):
        assert httpx.post(f"{deliver.address}/v1/progress", content=b"{}").status_code == 404
        assert httpx.post(f"{collect.address}/v1/progress", content=b"{}").status_code == 422


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    """A store that can't be created fails with exit status 1 and one line that says what to do."""
    (tmp_path / "data").write_text("a file where the folder should be")
    ended = run("serve", folder=tmp_path, PLAYRELAY_PORT="0")
    assert ended.returncode == 1
    said = ended.stderr.splitlines()[-1]
    assert "check the folder and its permissions, or set PLAYRELAY_DATABASE_URL" in said
    assert "Traceback" not in ended.stderr


def test_a_catalogue_that_is_not_there(tmp_path: Path) -> None:
    """The catalogue is a setting too: one that can't be read exits with 2 and says why."""
    ended = run("serve", folder=tmp_path, PLAYRELAY_PORT="0", PLAYRELAY_CATALOGUE="media.toml")
    assert ended.returncode == 2
    assert "media.toml: cannot be read" in ended.stderr.splitlines()[-1]
    assert "Traceback" not in ended.stderr


def test_a_misspelt_variable_is_named(tmp_path: Path) -> None:
    """A variable that nothing reads does not stop the start, but is named with its likely name."""
    with serving(folder=tmp_path, PLAYRELAY_HUBSPOT_RATES="5") as relay:
        relay.stop()
    said = "\n".join(relay.said)
    assert "PLAYRELAY_HUBSPOT_RATES is not a setting: did you mean PLAYRELAY_HUBSPOT_RATE?" in said


def test_settings_come_from_a_dotenv_file_too(tmp_path: Path) -> None:
    """A `.env` file in the working folder is read; the environment wins over it."""
    (tmp_path / ".env").write_text(
        "PLAYRELAY_DATABASE_URL=sqlite:///elsewhere/relay.db\nPLAYRELAY_PORT=1\n"
    )
    with serving(folder=tmp_path) as relay:
        relay.stop()
    assert (tmp_path / "elsewhere" / "relay-sandbox.db").exists()


def test_the_sandbox_alone(tmp_path: Path) -> None:
    """`sandbox` prints the two settings by which a relay uses it, and takes a relay's events."""
    with serving("sandbox", "--port", "0", folder=tmp_path) as sandbox:
        settings = dict(line.strip().split("=") for line in sandbox.said if "=" in line)
        state = httpx.get(f"{sandbox.address}/sandbox/state").json()
        sandbox.stop()
        settings |= dict(line.strip().split("=") for line in sandbox.said if "=" in line)
    assert state["kept"] == 0
    assert settings["PLAYRELAY_HUBSPOT_BASE_URL"] == sandbox.address
    assert settings["PLAYRELAY_HUBSPOT_ACCESS_TOKEN"]
