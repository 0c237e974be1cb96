"""What is shown of the figures of media, and of who watched them. Each answer is bounded.

Days are counted from the epoch (UTC), times are milliseconds since then.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal

import msgspec

from app.domain.figures import NONE, Figures
from app.domain.media import Medium
from app.domain.play import Play

COUNTED = 100_000
"""Counting stops here: beyond it, the exact number does not matter to a person."""

MEDIA_SORTED = 1_000
"""Media of a period that are sorted: the ones played last, for visitors can invent as many as they
like. The search looks through ten times as many."""

PAGES_A_DAY = 50
"""Pages told apart for a medium and day; plays on others are counted together."""

TRAITS_A_DAY = 50
"""Different traits of plays told apart for a medium and day, for filters; see `domain.traits`."""

Order = Literal["latest", "most"]


class Day(msgspec.Struct, frozen=True):
    """What the relay did in a day. `day`: its date, counted from the epoch.

    `plays`: those that began on it, as the figures of media count them.
    """

    day: int
    pings: int = 0
    plays: int = 0
    events: int = 0
    delivered: int = 0
    rejected: int = 0


class MediumFigures(msgspec.Struct, frozen=True):
    """One medium of the list. `plays`: ever; `figures`: the plain counts of the period."""

    id: int
    medium: Medium
    plays: int
    last_day: int
    figures: Figures = NONE

    def matches(self, search: str) -> bool:
        """Whether its name, ids or address say that."""
        about = self.medium
        words = (about.name, about.external_id, about.url, about.bridge_id)
        return search.casefold() in "\n".join(str(word) for word in words if word).casefold()


class PageFigures(msgspec.Struct, frozen=True):
    """Plays on one page: its address, or `page 123`; empty: all the others together."""

    page: str
    plays: int


class MediumReport(msgspec.Struct, frozen=True):
    """All about one medium in a period. `days`: the plain counts of each day that had plays.

    `pages`: the most played first, by days of UTC. `before`: of as many days before the period.
    """

    id: int
    medium: Medium
    figures: Figures
    days: Sequence[tuple[date, Figures]]
    pages: Sequence[PageFigures]
    before: Figures = NONE


class Viewers(msgspec.Struct, frozen=True):
    """Different visitors, and the plays that they were counted in. `cut`: there are more plays."""

    viewers: int
    plays: int
    cut: bool = False


class Choices(msgspec.Struct, frozen=True):
    """What the plays of a medium in a period can be told apart by.

    `values`: by trait, with how many plays have each. `others`: plays that are not told apart, for
    their days have too many traits. `since`: from this time on (ms) the medium's plays are counted
    by their traits; 0: all are.
    """

    values: Mapping[str, Sequence[tuple[str, int]]]
    others: int = 0
    since: int = 0


class FilteredReport(msgspec.Struct, frozen=True):
    """A medium's figures for some of its plays. `viewers_before`: where it is compared."""

    report: MediumReport
    viewers: Viewers
    viewers_before: Viewers | None
    choices: Choices


Match = Literal["any", "all"]
"""Whether somebody has to have watched any of several media, or all of them."""

Point = tuple[int, int]
"""A place in a list by furthest point: hundredths of a percent, and the store's id of the play."""


class WatchedMedium(msgspec.Struct, frozen=True):
    """A medium that somebody has watched: its row, 0 where the store has none any more."""

    id: int
    medium: Medium


class Watcher(msgspec.Struct, frozen=True):
    """A contact that HubSpot has put a play of some media on.

    `furthest`: the play that came the furthest, which covered `percent`. `media`: how much was
    covered of each medium, in percent, the most first. `plays`: how many there are of these media.
    """

    contact_id: int
    percent: float
    furthest: Play
    media: Sequence[tuple[WatchedMedium, float]]
    plays: int


class WatcherPage(msgspec.Struct, frozen=True):
    """Some of a list of watchers. `after`: where it goes on; None: nowhere."""

    watchers: Sequence[Watcher]
    after: Point | None


class WatchedByContact(msgspec.Struct, frozen=True):
    """What a contact watched of one medium. `furthest`: the play that came the furthest.

    `last_at`: when a ping last arrived for any of the `plays`.
    """

    medium: WatchedMedium
    percent: float
    furthest: Play
    plays: int
    last_at: int
