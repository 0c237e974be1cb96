"""The charts of media: how far people get, and plays by day; one line per medium."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.domain.figures import BINS, Figures
from app.domain.period import EPOCH, Period
from app.domain.timestamps import DAY_MS
from app.store.reports import MediumReport

Chart = Mapping[str, Any]


def curve(lines: Sequence[tuple[str, MediumReport]], duration: float | None = None) -> Chart:
    """By label: the percentage of plays that saw each percent of the medium.

    `duration`: of the medium, if its parts are shown in minutes.
    """
    series = [{"label": label, "values": _shares(report.figures)} for label, report in lines]
    return {"kind": "curve", "x": [*range(1, BINS + 1)], "duration": duration, "series": series}


def by_day(lines: Sequence[tuple[str, MediumReport, str]], period: Period) -> Chart:
    """By label: a count for each day, by its field name in `Figures`."""
    series = []
    for label, report, count in lines:
        known = dict(report.days)
        days = [known.get(day, Figures()) for day in period.dates()]
        series.append({"label": label, "values": [getattr(each, count) for each in days]})
    x = [(day - EPOCH).days * DAY_MS // 1000 for day in period.dates()]
    return {"kind": "days", "x": x, "series": series}


def _shares(figures: Figures) -> list[float]:
    most = figures.mapped or 1
    return [round(100 * seen / most, 1) for seen in figures.seen]
