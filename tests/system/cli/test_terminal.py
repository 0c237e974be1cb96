"""Texts of visitors can't control the terminal of the person who reads them."""

import json
import sys
from pathlib import Path

import pytest

from app.cli.terminal import printable, say
from tests.system.cli.process import PLAYRELAY, run

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="/dev/full is Linux's")


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        pytest.param("Grüße, 世界 👩\u200d🚀", "Grüße, 世界 👩\u200d🚀", id="any language"),
        pytest.param("a\x1b[2Jb", "a\\u001b[2Jb", id="an escape sequence"),
        pytest.param("a\x9b2Jb", "a\\u009b2Jb", id="the same in one character"),
        pytest.param("a\r\nb\tc", "a\\r\\nb\\tc", id="line ends"),
        pytest.param("a\u2028b", "a\\u2028b", id="a line end of Unicode"),
        pytest.param("a\u202egpj.exe", "a\\u202egpj.exe", id="text that runs backwards"),
        pytest.param("\ud800", "\\ud800", id="half a pair"),
        pytest.param("\U000e0041", "\\udb40\\udc41", id="an invisible letter"),
    ],
)
def test_what_a_terminal_would_obey_is_shown(written: str, shown: str) -> None:
    """Such characters are written out; all others stay."""
    assert printable(written) == shown
    assert json.loads(f'"{shown}"') == written


def test_lines_stay_lines(capsys: pytest.CaptureFixture[str]) -> None:
    """Printed text may have several lines, each of them harmless."""
    say("one\x07\ntwo")
    say("wrong\x1b", error=True)
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("one\\u0007\ntwo\n", "wrong\\u001b\n")


@on_linux
@pytest.mark.parametrize("messages", ["2>&-", "2>/dev/full", "<&- 2>&-"])
@pytest.mark.parametrize("verb", ["embed", "migrate"])
def test_messages_that_nobody_can_read_stop_nothing(
    tmp_path: Path, verb: str, messages: str
) -> None:
    """The result stands alone on standard output, and the work is done."""
    shell = ("sh", "-c", f'exec "$@" {messages}', "sh", *PLAYRELAY)
    done = run(verb, folder=tmp_path, command=shell)
    assert done.returncode == 0
    assert done.stderr == ""
    (line,) = done.stdout.splitlines()
    assert line == "the store is up to date" or line.startswith("<script ")


@on_linux
def test_a_result_that_nobody_can_read_is_a_failure(tmp_path: Path) -> None:
    """A file that is written to a full disk must not pass for the whole result."""
    done = run(
        "embed", folder=tmp_path, command=("sh", "-c", 'exec "$@" >/dev/full', "sh", *PLAYRELAY)
    )
    assert done.returncode == 1
    assert "No space left on device" in done.stderr


@pytest.mark.parametrize("verb", ["doctor", "serve", "migrate"])
def test_no_verb_hands_a_terminal_what_it_would_obey(tmp_path: Path, verb: str) -> None:
    """A fault that quotes a name with an escape sequence shows the sequence as text."""
    (tmp_path / "sites.toml").write_text('[accounts.acme]\n"\\u001b[2Jrate" = 5\n')
    done = run(verb, folder=tmp_path, PLAYRELAY_SITES="sites.toml")
    printed = done.stdout + done.stderr
    assert done.returncode == 2
    assert "\x1b" not in printed
    assert "\\u001b[2Jrate: is not known" in printed
