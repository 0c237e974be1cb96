"""Every metric, declared once. tools/docs_metrics.py reads them for docs/METRICS.md."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import product
from typing import TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import CounterMetricFamily
from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.registry import Collector

from app.domain.notices import WARNING_REASONS

M = TypeVar("M", bound=MetricWrapperBase)

OUTCOMES = ("delivered", "retry", "waiting", "next_rung", "rejected")
"""What sending an event can lead to."""

ALERT_CHANNELS = ("webhook", "mail")
"""How messages about what is wrong can go."""

_COMMIT_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5)
_COMMIT_ROWS = (1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2000)
_REQUEST_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20)


class Tally(Collector):
    """A counter by one label, for the hot path: the library's own takes a lock at every step.

    Only the event loop counts; a scrape reads a copy.
    """

    def __init__(self, name: str, meaning: str, label: str, values: Iterable[str] = ()) -> None:
        self.name = name
        self.meaning = meaning
        self.label = label
        self.counts: dict[str, int] = defaultdict(int)
        for value in values:  # from 0 on: Prometheus sees no increase in what only appears
            self.counts[value] = 0

    def count(self, value: str, steps: int = 1) -> None:
        """Count one more, or several."""
        self.counts[value] += steps

    def collect(self) -> Iterable[CounterMetricFamily]:
        """For the registry."""
        family = CounterMetricFamily(self.name, self.meaning, labels=[self.label])
        for value, total in sorted(self.counts.copy().items()):
            family.add_metric([value], total)
        yield family


def pings_by_outcome() -> Tally:
    """The pings of one account; or those that are refused before their account is known."""
    return Tally(
        "playrelay_pings", "Requests to /v1/progress by outcome (a reason code)", "outcome"
    )


def refused_requests() -> Tally:
    """Of the process: whatever route they were for."""
    return Tally(
        "playrelay_refused_requests",
        "Requests that the server refused before any route saw them, by reason",
        "reason",
        ("bad_request", "headers_too_large", "too_large"),
    )


class Metrics:
    """One account's figures, in a registry of their own: nothing is global."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.declared: list[MetricWrapperBase] = []
        self.tallies: list[Tally] = []
        self.pings = self._tally(pings_by_outcome())
        self.plays = self._tally(
            Tally("playrelay_plays_received", "Plays in accepted requests, by outcome", "outcome")
        )
        self.warnings = self._tally(
            Tally(
                "playrelay_ping_warnings",
                "Accepted fields that can't be used, by reason: the sender gets a warning",
                "reason",
                WARNING_REASONS,
            )
        )
        self.commit_rows = self._histogram(
            "playrelay_commit_rows", "Pings per group commit", _COMMIT_ROWS
        )
        self.commit_seconds = self._histogram(
            "playrelay_commit_seconds", "Time of one commit, to disk", _COMMIT_SECONDS
        )
        self.store_errors = self._counter(
            "playrelay_store_errors", "Operations the store refused, by fault", ["fault"]
        )
        self.folded = self._counter("playrelay_folded_pings", "Inbox rows folded into plays", [])
        self.quarantined = self._counter(
            "playrelay_quarantined_pings", "Inbox rows set aside because they can't be folded", []
        )
        self.events = self._counter("playrelay_events_created", "Events put into the outbox", [])
        self.outcomes = self._counter(
            "playrelay_event_outcomes", "Results of sent events, by outcome", ["outcome"]
        )
        for outcome in OUTCOMES:  # from 0 on: Prometheus sees no increase in what only appears
            self.outcomes.labels(outcome)
        self.destinations = self._counter(
            "playrelay_destination_outcomes",
            "The same, by the event's destination",
            ["destination", "outcome"],
        )
        self.retries = self._counter(
            "playrelay_retries", "Events put back to be sent again, by reason", ["reason"]
        )
        self.budget = self._counter(
            "playrelay_hubspot_budget",
            "Requests to HubSpot by what they achieved: event (delivered), lookup (found a "
            "contact), names (for the console) or wasted",
            ["use"],
        )
        self.requests = self._counter(
            "playrelay_hubspot_requests", "Requests to HubSpot", ["endpoint", "status"]
        )
        self.request_seconds = self._histogram(
            "playrelay_hubspot_request_seconds", "Time of one request to HubSpot", _REQUEST_SECONDS
        )
        self.contacts = self._counter(
            "playrelay_contact_lookups", "Usertokens looked up, by answer", ["answer"]
        )
        self.interrupted = self._counter(
            "playrelay_interrupted_events",
            "Events in flight when a process died: sent again, so HubSpot may get them twice",
            [],
        )
        self.unattributed = self._counter(
            "playrelay_unattributed_events", "Events whose visitor never became a contact", []
        )
        self.alerts = self._counter(
            "playrelay_alerts",
            "Alert messages by channel: delivered, failed (tried again) or dropped",
            ["channel", "outcome"],
        )
        for channel, outcome in product(ALERT_CHANNELS, ("delivered", "failed", "dropped")):
            self.alerts.labels(channel, outcome)
        self.inbox_depth = self._gauge("playrelay_inbox_depth", "Pings not folded yet")
        self.inbox_age = self._gauge("playrelay_inbox_age_seconds", "Age of the oldest such ping")
        self.outbox_depth = self._gauge("playrelay_outbox_depth", "Events by status", ["status"])
        self.outbox_age = self._gauge(
            "playrelay_outbox_age_seconds", "How long the oldest due event has been due"
        )
        self.strangers = self._gauge("playrelay_strangers", "Usertokens to be looked up (again)")
        self.quarantine_depth = self._gauge("playrelay_quarantine_depth", "Pings set aside")
        self.refused_media = self._gauge(
            "playrelay_refused_media",
            "Media that HubSpot refuses: their events are rejected",
        )
        self.quota_left = self._gauge(
            "playrelay_hubspot_quota_left",
            "Requests that HubSpot would still accept in this window",
        )
        self.day_requests = self._gauge(
            "playrelay_hubspot_day_requests", "Requests to HubSpot today (UTC)"
        )
        self.day_errors = self._gauge(
            "playrelay_hubspot_day_errors",
            "Those of them that ended in an error: HubSpot allows less than 5 %",
        )
        self.paused = self._gauge(
            "playrelay_account_paused", "1 while the account is paused, with the reason", ["reason"]
        )
        self.destination_paused = self._gauge(
            "playrelay_destination_paused",
            "1 while only this destination is paused, with the reason",
            ["destination", "reason"],
        )
        self.destination_depth = self._gauge(
            "playrelay_destination_depth",
            "Events by status, of destinations other than the Media Bridge",
            ["destination", "status"],
        )
        self.version_ends = self._gauge(
            "playrelay_hubspot_version_ends_timestamp_seconds",
            "When a version of HubSpot's API that is in use becomes unsupported, or as its answers "
            "say (Sunset)",
            ["use", "version"],
        )
        self.endpoint_gone = self._gauge(
            "playrelay_hubspot_endpoint_gone",
            "1 once HubSpot has told this process that the endpoint no longer exists",
            ["use"],
        )
        self.store_bytes = self._gauge("playrelay_store_bytes", "Size of the store")
        self.store_limit = self._gauge(
            "playrelay_store_limit_bytes",
            "Size from which plays without any identity are refused; 0: unlimited",
        )
        self.unproven = self._gauge(
            "playrelay_unproven_events",
            "Due events of visitors without a proven identity",
        )
        self.ready = self._gauge("playrelay_ready", "1 while the store accepts writes")
        self.sandbox = self._gauge("playrelay_sandbox", "1 while events go to the sandbox")

    def observe_commit(self, rows: int, seconds: float) -> None:
        """A commit of the store, with the pings it held."""
        if rows:
            self.commit_rows.observe(rows)
        self.commit_seconds.observe(seconds)

    def observe_request(self, endpoint: str, status: int | str, seconds: float) -> None:
        """A request to HubSpot, with its status."""
        self.requests.labels(endpoint, str(status)).inc()
        self.request_seconds.observe(seconds)

    def _tally(self, tally: Tally) -> Tally:
        self.registry.register(tally)
        self.tallies.append(tally)
        return tally

    def _counter(self, name: str, meaning: str, labels: list[str]) -> Counter:
        return self._declare(Counter(name, meaning, labels, registry=self.registry))

    def _gauge(self, name: str, meaning: str, labels: Iterable[str] = ()) -> Gauge:
        return self._declare(Gauge(name, meaning, labels, registry=self.registry))

    def _histogram(self, name: str, meaning: str, buckets: Iterable[float]) -> Histogram:
        return self._declare(
            Histogram(name, meaning, buckets=tuple(buckets), registry=self.registry)
        )

    def _declare(self, metric: M) -> M:
        self.declared.append(metric)
        return metric
