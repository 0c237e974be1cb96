"""The players that are used most, in Firefox: the same views, shares and names."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache

import pytest

from tests.browser.firefox import Tab
from tests.browser.harness import Harness
from tests.browser.hosts import Site, serving_collector
from tests.browser.players.checks import media_are_named, of_each, shares_are_true
from tests.browser.players.records import Case, load
from tests.browser.players.visits import Guide, Seen

Visit = Callable[[Case], Seen]


@pytest.fixture(scope="module")
def visit(firefox: Tab, players: Site, harness: Harness) -> Iterator[Visit]:
    """What came of the visit to a case, which is made once for all that is asserted of it."""
    with ExitStack() as servers:

        @cache
        def visited(name: str) -> Seen:
            case = load()[name]
            collector = servers.enter_context(serving_collector(harness))
            guide = Guide(firefox, players, collector)
            seen = Seen(players.url, collector)
            guide.open(case, "autumn")
            seen.shares += guide.watch(case)
            guide.leave()
            return seen

        yield lambda case: visited(case.name)


@of_each("firefox", "views")
def test_each_view_is_told_once_with_its_share(case: Case, visit: Visit) -> None:
    """As much as the browser says was played."""
    seen = visit(case)
    shares_are_true(case, seen, seen.views(path=f"/{case.name}/"))


@of_each("firefox", "medium")
def test_the_medium_is_named_as_the_page_names_it(case: Case, visit: Visit) -> None:
    """Its name, address and kind."""
    seen = visit(case)
    media_are_named(case, seen, seen.views(path=f"/{case.name}/"))
