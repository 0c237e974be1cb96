"""A visit to a page of the matrix: what was truly played, and what came of it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from tests.browser.hosts import Collector, Json, Site, View
from tests.browser.player import ADAPTERS, READY, load, script
from tests.browser.players.pages import put
from tests.browser.players.records import FOLDER, Case

LAST = "the last of a case"
"""A play that is reported when everything else must have been."""

NOTICED = "matrix.told || localStorage.playrelay?.includes(location.pathname)"
"""Whether the tracker has noticed a play. Events of what is outside of the page don't reach it."""

OUTLINE = (FOLDER / "outline.js").read_text().strip().removesuffix(";")

VOLATILE = ("style=", "aria-valuenow=", "aria-valuetext=", "data-start=", "data-end=")
"""Attributes that show the position."""


class Tab(Protocol):
    """A page of some browser."""

    def open(self, url: str) -> None:
        """Go there."""

    def evaluate(self, expression: str) -> Any:
        """Evaluate it in the page, and await a promise."""

    def passed(self, condition: str) -> None:
        """Wait until it holds."""


@runtime_checkable
class FrameTab(Tab, Protocol):
    """A page in whose frames a vendor's player can be played, too."""

    def play_frame(self, vendor: str, until: float, *, tracked: bool) -> float:
        """Play it from the beginning to a position (seconds); returns the share."""


@dataclass(frozen=True)
class Look:
    """The page after a while."""

    outline: tuple[str, ...]
    complaints: tuple[str, ...]
    """Messages of its console."""


@dataclass
class Seen:
    """The result of the visits to a case."""

    site: str
    """Its address."""
    collector: Collector
    shares: list[float] = field(default_factory=list)
    """Of each view of the first visit, in percent, by the browser."""
    looks: dict[bool, list[Look]] = field(default_factory=lambda: {False: [], True: []})
    """By whether the tracker was there."""

    @property
    def undisturbed(self) -> bool:
        """Whether the page looked the same with the tracker and without it."""
        return not set(self.looks[True]).isdisjoint(self.looks[False])

    def views(self, visitor: str = "", path: str = "") -> list[View]:
        """The views of a visitor (a usertoken; else of all), of a page."""
        return [
            view
            for view in self.collector.views()
            if visitor in {"", *(ping.get("contactUtk") for ping in view.pings)}
            and path in view.last["pageUrl"]
            and not _is_last(view.last)
        ]


class Guide:
    """Leads a visitor through the site."""

    def __init__(self, tab: Tab, site: Site, collector: Collector) -> None:
        self._tab = tab
        self._site = site
        self._collector = collector

    def open(self, case: Case, film: str, *, tracked: bool = True) -> None:
        """Go to the page of a film."""
        embed = script(self._collector) if tracked else ""
        self._tab.open(put(self._site, case, film, embed))
        if tracked:
            self._ready()

    def watch(self, case: Case) -> Iterable[float]:
        """Watch all of it; yields the true share of each act."""
        for act in case.acts:
            if act.before:
                self._tab.evaluate(f"(async () => {{ await ({act.before}) }})()")
            share = self._play(case, act.until, tracked=True)
            yield self._tab.evaluate(act.share) if act.share else share

    def glance(self, case: Case, film: str, *, tracked: bool = True) -> None:
        """Go to the page of a film and watch the beginning."""
        self.open(case, film, tracked=tracked)
        self._play(case, case.briefly, tracked=tracked)
        if tracked and case.views:
            self.noticed()

    def noticed(self) -> None:
        """Wait until a play is noticed: a person's takes longer than to load what measures."""
        self._tab.evaluate(f"matrix.until(() => {NOTICED})")

    def prepare(self) -> None:
        """Load what measures before anything plays, where the tracker says nothing of a play."""
        self._tab.evaluate(load(*ADAPTERS))

    def slow_down(self) -> None:
        """Play at eight times the speed. Firefox mutes what is faster.

        A silent film that only scripts start and stop is a preview.
        """
        self._tab.evaluate("matrix.rate = 8")

    def outline(self, case: Case) -> list[str]:
        """The page as it stands."""
        ignored = json.dumps([*VOLATILE, *case.volatile])
        lines: list[str] = self._tab.evaluate(f"({OUTLINE})({ignored})")
        return lines

    def leave(self) -> None:
        """Go to a page without a player; all that was reported has arrived when this returns."""
        self._tab.open(self._site.put(script(self._collector), "/last"))
        self._ready()
        arrived = sum(map(_is_last, self._collector.plays))
        play = json.dumps({"externalId": LAST, "mediaType": "VIDEO"})
        self._tab.evaluate(f"void playrelay.progress({play})")
        self._collector.wait(lambda seen: sum(map(_is_last, seen.plays)) > arrived)

    def _play(self, case: Case, until: float, *, tracked: bool) -> float:
        if case.scripted or not case.frame:
            share: float = self._tab.evaluate(f"matrix.playTo({until})")
            return share
        self._tab.evaluate("matrix.start()")
        assert isinstance(self._tab, FrameTab), f"{case.name}: no frame can be played here"
        return self._tab.play_frame(case.frame, until, tracked=tracked)

    def _ready(self) -> None:
        self._tab.passed(READY)


def _is_last(play: Json) -> bool:
    return play.get("externalId") == LAST
