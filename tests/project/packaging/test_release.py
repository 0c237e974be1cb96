"""A release names one version everywhere."""

import json
from pathlib import Path

import pytest

from tools.release import faults


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """One whose npm package has version 1.2.0, released on a day."""
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "package.json").write_text(json.dumps({"version": "1.2.0"}))
    (tmp_path / "CHANGELOG.md").write_text("# Changes\n\n## 1.2.0, 2026-11-28\n")
    return tmp_path


def test_nothing_is_wrong_where_all_agree(checkout: Path) -> None:
    """Package, npm package, tag and change log name the same version."""
    assert list(faults(checkout, "1.2.0", "1.2.0")) == []


def test_a_version_that_differs_is_named(checkout: Path) -> None:
    """The npm package's is checked at any time; the tag's and the change log's at a release."""
    assert list(faults(checkout, "1.3.0", None)) == [
        "static/package.json has version 1.2.0, app/__init__.py has 1.3.0"
    ]
    assert list(faults(checkout, "1.2.0", "1.2.1")) == [
        "the tag names 1.2.1, app/__init__.py has 1.2.0",
        "CHANGELOG.md has no section '## 1.2.1, YYYY-MM-DD'",
    ]
