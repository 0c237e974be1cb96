"""The programs that run the documents' examples."""

import shutil

import pytest

from tests.machine.debian import in_ci
from tests.machine.node import find_node


def interpreter(name: str) -> str:
    """The path of the interpreter; without it the test is skipped, but fails in CI."""
    path = find_node() if name == "node" else shutil.which(name)
    if path is None:
        if in_ci():
            pytest.fail(f"{name} is not installed: `make test` does that")
        pytest.skip(f"{name} is not installed here")
    return path
