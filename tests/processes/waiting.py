"""Waiting for what another process does: ask again and again, and give up in the end."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

SECONDS = 40.0
"""Far more than anything here takes on a busy machine: only what never happens takes so long."""

BETWEEN = 0.02


def until(what: str, look: Callable[[], T], *, seconds: float = SECONDS) -> T:
    """The first true answer of `look`; AssertionError that names `what` if there is none."""
    deadline = time.monotonic() + seconds
    while not (seen := look()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:g} s: {what} (last seen: {seen!r})")
        time.sleep(BETWEEN)
    return seen
