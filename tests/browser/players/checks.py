"""The assertions about the views of a visit, in every engine."""

from collections.abc import Callable, Sequence

import pytest

from tests.browser.hosts import View
from tests.browser.players.records import Case, load
from tests.browser.players.visits import Seen

TOLERANCE = 3
"""Percent: pings round down, and a position is read a moment after it was reached."""


def of_each(engine: str, aspect: str) -> pytest.MarkDecorator:
    """Run for each case of an engine; what is known not to be right yet must fail."""
    cases = [case for case in load().values() if engine in case.engines]
    params = [pytest.param(each, id=each.name, marks=_marks(each, aspect)) for each in cases]
    return pytest.mark.parametrize("case", params)


def of_each_in(*engines: str, aspect: str) -> pytest.MarkDecorator:
    """The same for each case of several engines."""
    params = [
        pytest.param(engine, case, id=f"{engine}-{case.name}", marks=_marks(case, aspect))
        for engine in engines
        for case in load().values()
        if engine in case.engines
    ]
    return pytest.mark.parametrize(("engine", "case"), params)


def shares_are_true(case: Case, seen: Seen, views: Callable[[], Sequence[View]]) -> None:
    """Each view is reported once, with the share that the browser says was played.

    What was sent on leaving may arrive after what the next page sends.
    """
    expected = pytest.approx(seen.shares[: len(case.views)], abs=TOLERANCE)
    seen.collector.wait(lambda _: [view.percent for view in views()] == expected)


def media_are_named(case: Case, seen: Seen, views: Sequence[View]) -> None:
    """Each view has the fields of the record."""
    assert len(views) == len(case.views)
    for view, expected in zip(views, case.views, strict=True):
        reported = {name: view.last.get(name) for name in expected.medium}
        there = {name: _there(seen, value) for name, value in expected.medium.items()}
        assert reported == there


def _marks(case: Case, aspect: str) -> Sequence[pytest.MarkDecorator]:
    if reason := case.fails.get(aspect):
        return [pytest.mark.xfail(strict=True, reason=reason)]
    if reason := case.unsteady.get(aspect):
        return [pytest.mark.xfail(strict=False, reason=reason)]
    return []


def _there(seen: Seen, value: object) -> object:
    return seen.site + value if isinstance(value, str) and value.startswith("/") else value
