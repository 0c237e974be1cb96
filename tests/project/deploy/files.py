"""Reads the files in deploy/."""

import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.machine.debian import in_ci
from tests.places import ROOT
from tests.project.deploy.install import find

DEPLOY = ROOT / "deploy"
INTERNAL = 8001
"""The port of what is for operators, in every file."""

KUBERNETES = DEPLOY / "kubernetes"


def documents(path: Path) -> list[dict[str, Any]]:
    """Every document of a YAML file."""
    return list(yaml.safe_load_all(path.read_text("utf-8")))


def tool(program: str) -> str:
    """A checker's path. Without it the test is skipped, but never in CI."""
    path = find(program)
    if path is None:
        if in_ci():
            pytest.fail(f"{program} is missing: python -m tests.project.deploy.install")
        pytest.skip(f"{program} is not installed")
    return path


def checked(*command: str, environment: Mapping[str, str] | None = None) -> str:
    """The output of a checker that finds no fault; otherwise the test fails with its output."""
    done = subprocess.run(  # noqa: S603 - checkers, on our own files
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
        env=environment,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def values(node: Any, key: str) -> Iterator[Any]:
    """Every value of a key, however deep."""
    if isinstance(node, dict):
        for name, value in node.items():
            if name == key:
                yield value
            yield from values(value, key)
    elif isinstance(node, list):
        for value in node:
            yield from values(value, key)
