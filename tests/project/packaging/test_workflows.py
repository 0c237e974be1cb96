"""The workflows: nothing in them runs what others can change, and each is read by its own judge."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.places import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def test_the_auditor_finds_nothing() -> None:
    """zizmor, which knows the holes of workflows, finds none of medium weight or more."""
    zizmor = Path(sys.executable).parent / "zizmor"
    done = subprocess.run(  # noqa: S603 - our own command
        [zizmor, "--offline", "--quiet", "--min-severity", "medium", ROOT / ".github"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_every_action_is_pinned(path: Path) -> None:
    """An action of others is named by its commit, and the release is beside it for people."""
    for line in path.read_text().splitlines():
        if (used := re.search(r"uses: (\S+)", line)) and not used[1].startswith("./"):
            assert re.search(r"@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line), line


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_every_job_has_an_end_and_few_rights(path: Path) -> None:
    """A workflow may read; a job that needs more says so itself. None runs for hours."""
    workflow = yaml.safe_load(path.read_text())
    assert workflow["permissions"] == {"contents": "read"}
    for name, job in workflow["jobs"].items():
        assert "uses" in job or job["timeout-minutes"] <= 40, name
