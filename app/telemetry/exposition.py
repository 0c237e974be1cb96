"""Prometheus' text of several accounts' figures, each labelled with the account's name."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

ACCOUNT = "account"
"""The label. Its values are the names in the operator's file, so there are no more than those."""


class Figures(Protocol):
    """A registry, or one metric alone."""

    def collect(self) -> Iterable[Metric]:
        """The current values."""
        ...


class _Labelled(Collector):
    def __init__(self, figures: Mapping[str, Figures]) -> None:
        self._figures = figures

    def collect(self) -> Iterable[Metric]:
        families: dict[str, Metric] = {}
        for account, figures in self._figures.items():
            added = {ACCOUNT: account} if account else {}
            for metric in figures.collect():
                family = families.setdefault(
                    metric.name, Metric(metric.name, metric.documentation, metric.type)
                )
                family.samples += [
                    sample._replace(labels={**sample.labels, **added}) for sample in metric.samples
                ]
        return families.values()


def exposition(figures: Mapping[str, Figures], process: Iterable[Figures] = ()) -> bytes:
    """By the name of the account; "" adds no label. `process`: what belongs to no account."""
    together = CollectorRegistry()
    together.register(_Labelled(figures))
    for each in process:
        together.register(each)
    return generate_latest(together)
