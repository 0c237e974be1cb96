"""Verbs run in this process find an empty folder and no settings but the test's own."""

import os
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("PLAYRELAY_") or name == "PORT":
            monkeypatch.delenv(name)
