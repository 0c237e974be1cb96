"""Verbs run in this process find an empty folder and no settings but the test's own."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("PLAYRELAY_") or name == "PORT":
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    """A verb sets the logs up for its process, which other tests share here."""
    root = logging.getLogger()
    before = {name: logging.getLogger(name).level for name in ("", "httpx", "httpcore", "uvicorn")}
    handlers = root.handlers[:]
    yield
    structlog.reset_defaults()
    root.handlers[:] = handlers
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)
