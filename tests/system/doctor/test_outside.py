"""`doctor --url` asks a running relay as a browser would."""

from pathlib import Path

import pytest

from tests.processes.ports import free_port
from tests.system.cli.process import run, serving

SETTINGS = {
    "PLAYRELAY_SANDBOX": "true",
    "PLAYRELAY_ALLOWED_ORIGINS": "https://www.example.com,https://*.example.org",
    "PLAYRELAY_CONSOLE_PASSWORD": "a long pass word",
}


def examined(folder: Path, address: str, **settings: str) -> tuple[int, list[str]]:
    """Exit status and lines."""
    ended = run("doctor", "--url", address, folder=folder, **{**SETTINGS, **settings})
    assert ended.stderr == ""
    return ended.returncode, ended.stdout.splitlines()


def test_what_is_open_and_what_is_closed(tmp_path: Path) -> None:
    """Pages can load and send; what operators alone should see is named while it is open."""
    with serving(folder=tmp_path, **SETTINGS) as relay:
        status, lines = examined(tmp_path, relay.address)
        foreign, refused = examined(
            tmp_path, relay.address, PLAYRELAY_ALLOWED_ORIGINS="https://other.example"
        )
    assert status == 1
    said = "\n".join(lines)
    assert "ok   pings      https://www.example.com may send" in lines
    assert "ok   strangers  sites that are not allowed are refused" in lines
    assert "FAIL closed     /metrics is open to everybody" in said
    assert foreign == 1
    assert "FAIL pings      https://other.example is refused" in "\n".join(refused)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_nobody_answers(tmp_path: Path, scheme: str) -> None:
    """One line says where and why."""
    status, lines = examined(tmp_path, f"{scheme}://127.0.0.1:{free_port()}")
    assert status == 1
    (line,) = lines
    assert line.startswith("FAIL address")
    assert "can't be reached (ConnectError)" in line
