"""Alerts and dashboard: they ask for metrics and labels that there are, and tell the truth."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.telemetry.exposition import ACCOUNT
from tests.project.deploy.files import DEPLOY, checked, documents, tool, values
from tools.docs_metrics import account_metrics, all_metrics

ALERTS = DEPLOY / "prometheus" / "alerts.yaml"
DASHBOARD = DEPLOY / "grafana" / "playrelay.json"
SCRAPED = {"up": {"job", "instance"}}
"""What Prometheus itself says of a target."""

INTERVAL = "5m"
"""What Grafana puts in the place of its variable."""


def exposed() -> dict[str, set[str]]:
    """Every series that `/metrics` has, with its labels."""
    series = dict(SCRAPED)
    for name, kind, _, labels in all_metrics():
        has = {*labels, ACCOUNT, "instance"}
        ends = ("_bucket", "_sum", "_count") if kind == "histogram" else ("",)
        series |= {name + end: has | ({"le"} if end == "_bucket" else set()) for end in ends}
    return series


def alerts() -> list[str]:
    """Every expression."""
    return [str(each) for each in values(documents(ALERTS), "expr")]


def dashboard() -> dict[str, Any]:
    """As Grafana reads it."""
    found: dict[str, Any] = json.loads(DASHBOARD.read_text("utf-8"))
    return found


def queries() -> list[str]:
    """Every query of the dashboard, as Grafana sends it."""
    found = [str(each) for each in values(dashboard(), "expr")]
    return [each.replace("$__rate_interval", INTERVAL).replace("$account", ".*") for each in found]


@pytest.mark.parametrize("expression", [*alerts(), *queries()])
def test_what_is_asked_for_is_there(expression: str) -> None:
    """Each metric is exposed, with each label that is matched or grouped by."""
    known = exposed()
    named = re.findall(r"\b(playrelay_\w+|up)\b(?:\{([^}]*)\})?", expression)
    assert named
    grouped = {
        label.strip()
        for group in re.findall(r"\bby \(([^)]*)\)", expression)
        for label in group.split(",")
    }
    for metric, matchers in named:
        assert metric in known
        assert {*re.findall(r"(\w+)\s*[=!]", matchers)} <= known[metric]
        assert grouped <= known[metric] | {"le"}


def test_every_metric_is_on_the_dashboard() -> None:
    """The dashboard shows each metric, except those of plays that the demo shows."""
    asked = {name for query in queries() for name in re.findall(r"playrelay_\w+", query)}
    shown = {re.sub(r"_(bucket|sum|count)$", "", name) for name in asked}
    measured = {name for name, *_ in account_metrics()}
    assert measured - shown == {
        "playrelay_plays_received_total",
        "playrelay_ping_warnings_total",
        "playrelay_quarantined_pings_total",
    }


def test_the_queries_are_promql(tmp_path: Path) -> None:
    """Prometheus' own parser accepts the queries."""
    rules = [{"record": f"q:{number}", "expr": query} for number, query in enumerate(queries())]
    file = tmp_path / "queries.yaml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}))
    assert f"SUCCESS: {len(rules)} rules" in checked(tool("promtool"), "check", "rules", str(file))


def test_the_alerts_fire_when_they_should() -> None:
    """Each in its trouble, and none before: promtool plays the series through."""
    checked(tool("promtool"), "check", "rules", str(ALERTS))
    said = checked(tool("promtool"), "test", "rules", str(ALERTS.with_name("alerts.test.yaml")))
    assert "SUCCESS" in said


def test_each_alert_is_tried() -> None:
    """Firing and silent: a new one without both is found out here."""
    (file,) = documents(ALERTS.with_name("alerts.test.yaml"))
    names = {*values(documents(ALERTS), "alert")}
    for case in (file["tests"][0], file["tests"][-1]):
        assert {test["alertname"] for test in case["alert_rule_test"]} == names
    assert all(test["exp_alerts"] for test in file["tests"][-1]["alert_rule_test"])


def test_the_panels_fit() -> None:
    """Ids are unique, and no two panels lie on each other."""
    panels = dashboard()["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        at = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert not cells & taken, panel["title"]
        assert at["x"] + at["w"] <= 24
        taken |= cells
