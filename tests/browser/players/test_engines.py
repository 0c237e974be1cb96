"""The players that are used most, in Firefox and WebKit: the same views, shares and names."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache

import pytest

from tests.browser.harness import Harness
from tests.browser.hosts import Site, serving_collector
from tests.browser.players.checks import media_are_named, of_each_in, shares_are_true
from tests.browser.players.records import Case, load
from tests.browser.players.visits import Guide, Seen

Visit = Callable[[str, Case], Seen]


@pytest.fixture(scope="module")
def visit(request: pytest.FixtureRequest, players: Site, harness: Harness) -> Iterator[Visit]:
    """The result of the visit to a case, which is made once for all assertions."""
    with ExitStack() as servers:

        @cache
        def visited(engine: str, name: str) -> Seen:
            case = load()[name]
            collector = servers.enter_context(serving_collector(harness))
            guide = Guide(request.getfixturevalue(engine), players, collector)
            seen = Seen(players.url, collector)
            guide.open(case, "autumn")
            guide.prepare()
            guide.slow_down()
            seen.shares += guide.watch(case)
            guide.leave()
            # What was sent on leaving may arrive after what the next page sends.
            collector.wait(lambda _: len(seen.views(path=f"/{name}/")) >= len(case.views))
            return seen

        yield lambda engine, case: visited(engine, case.name)


@of_each_in("firefox", "webkit", aspect="views")
def test_each_view_is_told_once_with_its_share(engine: str, case: Case, visit: Visit) -> None:
    """Each view is reported once, with the share that the browser played."""
    seen = visit(engine, case)
    shares_are_true(case, seen, lambda: seen.views(path=f"/{case.name}/"))


@of_each_in("firefox", "webkit", aspect="medium")
def test_the_medium_is_named_as_the_page_names_it(engine: str, case: Case, visit: Visit) -> None:
    """The medium gets its name, address and kind from the page."""
    seen = visit(engine, case)
    media_are_named(case, seen, seen.views(path=f"/{case.name}/"))
