"""Describes every metric, for docs/METRICS.md."""

from collections.abc import Iterator
from typing import NamedTuple

from prometheus_client import Counter

from app.telemetry.metrics import Metrics, Tally, refused_requests


class Described(NamedTuple):
    """A metric as a scrape shows it."""

    name: str
    kind: str
    meaning: str
    labels: tuple[str, ...]


def account_metrics() -> Iterator[Described]:
    """The metrics of an account."""
    metrics = Metrics()
    yield from map(_tally, metrics.tallies)
    for metric in metrics.declared:
        name = metric._name  # noqa: SLF001 - prometheus_client has no public reader
        suffix = "_total" if isinstance(metric, Counter) else ""
        labels = tuple(metric._labelnames)  # noqa: SLF001 - likewise
        yield Described(name + suffix, metric._type or "", metric._documentation, labels)  # noqa: SLF001 - likewise


def all_metrics() -> Iterator[Described]:
    """The metrics of an account, and those of the process."""
    yield from account_metrics()
    yield _tally(refused_requests())


def _tally(tally: Tally) -> Described:
    return Described(f"{tally.name}_total", "counter", tally.meaning, (tally.label,))
