"""The tables in the documents are what the code says, and a stale one is found."""

import shutil
from pathlib import Path

import pytest

from tests.places import ROOT
from tools import docs


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The documents, to be spoilt."""
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    for name in ("README.md", ".env.example"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def test_the_documents_are_up_to_date() -> None:
    """Every generated table in this checkout is what the code makes of it."""
    assert docs.main(["--check"]) == 0


def test_every_table_is_used() -> None:
    """No table is made that no document shows."""
    text = "".join(path.read_text("utf-8") for path, _, _ in docs.documents(ROOT))
    assert [name for name in docs.TABLES if f"<!-- generated: {name} -->" not in text] == []


def test_a_stale_table_is_named(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--check` exits with 1, one line for each stale file, and writes nothing."""
    spoilt = {name: copy / name for name in ("docs/API.md", "docs/SETTINGS.md", ".env.example")}
    for path in spoilt.values():
        text = path.read_text("utf-8")
        path.write_text(text.replace("| 422 |", "| 418 |").replace("500", "5").replace("300", "3"))
    before = {name: path.read_text("utf-8") for name, path in spoilt.items()}
    assert docs.main(["--check"], copy) == 1
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        "docs/API.md is stale: run make docs",
        "docs/SETTINGS.md is stale: run make docs",
        ".env.example is stale: run make docs",
    ]
    assert {name: path.read_text("utf-8") for name, path in spoilt.items()} == before


def test_a_stale_table_is_written_anew(copy: Path) -> None:
    """Without `--check` what was spoilt is mended, and nothing else is touched."""
    api = copy / "docs" / "API.md"
    whole = api.read_text("utf-8")
    api.write_text(whole.replace("| 422 |", "| 418 |"))
    assert docs.main([], copy) == 0
    assert api.read_text("utf-8") == whole


def test_an_unknown_table_is_named(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A marker that names no table is a fault of one line, not a table that stays empty."""
    (copy / "docs" / "API.md").write_text("<!-- generated: weather -->\n<!-- /generated -->")
    assert docs.main(["--check"], copy) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("docs/API.md: no table is called 'weather'")
