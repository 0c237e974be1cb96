"""Prometheus' text of several sets of figures, each told from the others by its account's name."""

from collections.abc import Iterable, Mapping

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

ACCOUNT = "account"
"""The label. Its values are the names in the operator's file, so there are no more than those."""


class _Labelled(Collector):
    def __init__(self, registries: Mapping[str, CollectorRegistry]) -> None:
        self._registries = registries

    def collect(self) -> Iterable[Metric]:
        families: dict[str, Metric] = {}
        for account, registry in self._registries.items():
            added = {ACCOUNT: account} if account else {}
            for metric in registry.collect():
                family = families.setdefault(
                    metric.name, Metric(metric.name, metric.documentation, metric.type)
                )
                family.samples += [
                    sample._replace(labels={**sample.labels, **added}) for sample in metric.samples
                ]
        return families.values()


def exposition(registries: Mapping[str, CollectorRegistry]) -> bytes:
    """By the name of the account; "" adds no label."""
    together = CollectorRegistry()
    together.register(_Labelled(registries))
    return generate_latest(together)
