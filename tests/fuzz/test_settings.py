"""Settings as nobody should write them: each fault is a line that names its variable."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cli.terminal import printable
from app.config import Settings, SettingsError, load
from app.config.sources import variable_name
from tests.fuzz.amount import AMOUNT, thorough

NAMES = sorted(variable_name(name) for name in Settings.model_fields)

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60)
plausible = st.sampled_from(
    [
        "true", "0", "-1", "8000", "1e3", "*", "https://www.example.com", "sqlite:///data/x.db",
        "postgresql://u:p@h:5432/d", "http://[::1", "a,b,,c", "lookup", "10.0.0.0/8", "{}", "[]",
        "2026-03", "v1", "٣", "1_000", "inf", "data/none.toml", "9" * 400,
    ]
)  # fmt: skip
values = texts | plausible | st.tuples(plausible, texts).map("".join)
names = st.sampled_from([*NAMES, *(f"{name}_FILE" for name in NAMES)])
environments = st.dictionaries(names | texts.map("PLAYRELAY_".__add__), values, max_size=6)


def outcome(dotenv: str | None, variables: dict[str, str]) -> list[str]:
    """The lines that a terminal shows when loading ends; none if it succeeds.

    No other exception is right.
    """
    try:
        load(dotenv, variables)
    except SettingsError as error:
        return [printable(line) for line in error.faults]
    return []


@pytest.fixture(autouse=True)
def _folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("PLAYRELAY_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def is_readable(line: str) -> bool:
    """It names a variable or the file, and is not endless."""
    return line.startswith(("PLAYRELAY_", ".env")) and len(line) < 2000


@pytest.mark.timeout(max(120, AMOUNT))
def test_any_environment_loads_or_says_what_is_wrong() -> None:
    """Each fault is one readable line."""

    @thorough
    @given(environments)
    def check(variables: dict[str, str]) -> None:
        assert all(map(is_readable, outcome(None, variables)))

    check()


@pytest.mark.timeout(max(120, AMOUNT))
def test_any_dotenv_file_loads_or_says_what_is_wrong(tmp_path: Path) -> None:
    """Any bytes in a dotenv file load, or get a message."""
    file = tmp_path / ".env"
    lines = environments.map(lambda some: "\n".join(f"{k}={v}" for k, v in some.items()).encode())

    @thorough
    @given(lines | st.binary(max_size=200) | st.tuples(lines, st.binary(max_size=8)).map(b"".join))
    def check(content: bytes) -> None:
        file.write_bytes(content)
        assert all(map(is_readable, outcome(".env", {})))

    check()
