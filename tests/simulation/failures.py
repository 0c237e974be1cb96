"""A worker that fails is started again by the relay; in a simulation that is a fault."""

import logging
import sys
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any, NoReturn

import structlog


@contextmanager
def no_worker_fails() -> Iterator[None]:
    """Raise at the end of the block what any worker failed with; log nothing."""
    failures: list[BaseException] = []

    def note(_logger: object, _method: str, event: MutableMapping[str, Any]) -> NoReturn:
        if event["event"] == "worker_failed":
            failures.append(sys.exc_info()[1] or AssertionError(event))
        raise structlog.DropEvent

    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR), processors=[note]
    )
    try:
        yield
    finally:
        structlog.reset_defaults()
    if failures:
        raise failures[0]
