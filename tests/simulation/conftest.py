"""Sets the size of a simulation: small by default, see README.md."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.runtime.environment import OpenDatabase
from tests.simulation.run import sqlite_in

FULL = os.environ.get("PLAYRELAY_SIMULATION") == "full"


MEMORY = Path("/dev/shm")  # noqa: S108 - only where the system has it
"""No power fails here, so no disk need be waited for."""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """An empty one, in memory if there is such."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else tmp_path) as found:
        yield Path(found)


@pytest.fixture
def open_database(folder: Path) -> OpenDatabase:
    """Opens an empty store, on whichever engine is to be put to the test."""
    return sqlite_in(folder)
