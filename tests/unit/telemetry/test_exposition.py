"""Several accounts' figures in one text, as Prometheus reads it."""

from prometheus_client.parser import text_string_to_metric_families

from app.telemetry.exposition import exposition
from app.telemetry.metrics import Metrics, pings_by_outcome


def samples(text: bytes) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Each sample's value by name and labels."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
    }


def test_each_account_has_its_label() -> None:
    """Each sample has the account's label, a family has one head, and nothing is added up."""
    accounts = {name: Metrics() for name in ("acme", "globex")}
    for number, metrics in enumerate(accounts.values(), start=1):
        metrics.pings.count("accepted", number)
        metrics.outbox_depth.labels("due").set(number * 10)
        metrics.observe_commit(1, 0.002)
    refused = pings_by_outcome()
    refused.count("bad_json", 7)
    text = exposition({"": refused, **{n: m.registry for n, m in accounts.items()}})
    assert text.count(b"# TYPE playrelay_pings_total counter") == 1
    found = samples(text)
    assert found["playrelay_pings_total", (("outcome", "bad_json"),)] == 7
    for number, name in enumerate(accounts, start=1):
        account = ("account", name)
        assert found["playrelay_pings_total", (account, ("outcome", "accepted"))] == number
        assert found["playrelay_outbox_depth", (account, ("status", "due"))] == number * 10
        assert found["playrelay_commit_rows_bucket", (account, ("le", "1.0"))] == 1


def test_the_only_account_has_none() -> None:
    """A single account needs no label."""
    metrics = Metrics()
    metrics.events.inc()
    assert ("playrelay_events_created_total", ()) in samples(exposition({"": metrics.registry}))
    assert b"account=" not in exposition({"": metrics.registry})
