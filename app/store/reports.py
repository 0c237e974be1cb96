"""Reports about figures of media, and about who watched. Each report is limited in size.

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
"""Counting stops here: people need no exact number beyond it."""

MEDIA_SORTED = 1_000
"""The most media of a period that are sorted: those played last, because visitors can invent any
number. The search covers ten times as many."""

PAGES_A_DAY = 50
"""Pages distinguished per medium and day; plays on others are counted together."""

TRAITS_A_DAY = 50
"""Combinations of traits distinguished per medium and day, for filters; see `domain.traits`."""

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
        """Whether its name, ids or address contain the text."""
        about = self.medium
        words = (about.name, about.external_id, about.url, about.bridge_id)
        return search.casefold() in "\n".join(str(word) for word in words if word).casefold()


class PageFigures(msgspec.Struct, frozen=True):
    """Plays on one page: its address, or `page 123`; empty: all other pages together."""

    page: str
    plays: int


class MediumReport(msgspec.Struct, frozen=True):
    """The report of one medium in a period. `days`: the plain counts of each day that had plays.

    `pages`: the most played first, by UTC days. `before`: the same number of days before the
    period.
    """

    id: int
    medium: Medium
    figures: Figures
    days: Sequence[tuple[date, Figures]]
    pages: Sequence[PageFigures]
    before: Figures = NONE


class Viewers(msgspec.Struct, frozen=True):
    """Different visitors, and the plays in which they were counted. `cut`: there are more plays."""

    viewers: int
    plays: int
    cut: bool = False


class Choices(msgspec.Struct, frozen=True):
    """The values by which the plays of a medium in a period can be filtered.

    `values`: by trait, with the number of plays for each. `others`: plays beyond the distinguished
    combinations of their days. `since`: the medium's plays are counted by traits from this time on
    (ms); 0: all are.
    """

    values: Mapping[str, Sequence[tuple[str, int]]]
    others: int = 0
    since: int = 0


class FilteredReport(msgspec.Struct, frozen=True):
    """A medium's figures for some of its plays. `viewers_before`: for the comparison."""

    report: MediumReport
    viewers: Viewers
    viewers_before: Viewers | None
    choices: Choices


Match = Literal["any", "all"]
"""Whether somebody must have watched any of several media, or all of them."""

Point = tuple[int, int]
"""A place in a list by furthest point: hundredths of a percent, and the store's id of the play."""


class WatchedMedium(msgspec.Struct, frozen=True):
    """A medium that somebody has watched: its row id, 0 if the store no longer has one."""

    id: int
    medium: Medium


class Watcher(msgspec.Struct, frozen=True):
    """A contact on whom HubSpot has put a play of the chosen media.

    `furthest`: the play that got furthest, which covered `percent`. `media`: the coverage of each
    medium in percent, the highest first. `plays`: the number of plays of these media.
    """

    contact_id: int
    percent: float
    furthest: Play
    media: Sequence[tuple[WatchedMedium, float]]
    plays: int


class WatcherPage(msgspec.Struct, frozen=True):
    """A part of a list of watchers. `after`: where the next part begins; None: this is the last."""

    watchers: Sequence[Watcher]
    after: Point | None


class WatchedByContact(msgspec.Struct, frozen=True):
    """What a contact watched of one medium. `furthest`: the play that got furthest.

    `last_at`: when a ping last arrived for any of the `plays`.
    """

    medium: WatchedMedium
    percent: float
    furthest: Play
    plays: int
    last_at: int
