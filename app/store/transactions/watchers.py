"""Who watched: the contacts on whom HubSpot has put plays, ordered by how far they got.

Each list is read along an index and in portions, so that its cost does not grow with the number of
plays. A contact appears at the position of their furthest play; the other plays are skipped.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from app.store.reports import Match, Point, WatchedByContact, WatchedMedium, Watcher, WatcherPage
from app.store.rules.figures import decode_medium
from app.store.rules.plays import HUNDREDTHS, shown
from app.store.tx import Tx

MEDIA = "SELECT id, key, about FROM playrelay.media WHERE id = ANY ($1::bigint[])"
MEDIA_OF_KEYS = "SELECT id, key, about FROM playrelay.media WHERE key = ANY ($1::text[])"
FURTHEST = """
    SELECT covered, id, watched_by FROM playrelay.plays
    WHERE watched_by IS NOT NULL AND medium = $1 AND covered >= $2
    AND (covered, id) < ($3::bigint, $4)
    ORDER BY covered DESC, id DESC LIMIT $5
"""
SEEN_BEFORE = """
    SELECT DISTINCT watched_by FROM playrelay.plays
    WHERE watched_by = ANY ($1::bigint[]) AND medium = ANY ($2::text[])
    AND (covered, id) >= ($3::bigint, $4)
"""
REACHED = """
    SELECT watched_by, medium, max(covered) AS covered, count(*) AS plays FROM playrelay.plays
    WHERE watched_by = ANY ($1::bigint[]) AND medium = ANY ($2::text[])
    GROUP BY watched_by, medium
"""
STATES = "SELECT id, state FROM playrelay.plays WHERE id = ANY ($1::bigint[])"
OF_CONTACT = """
    SELECT medium, max(covered) AS covered, count(*) AS plays, max(received_at) AS last_at
    FROM playrelay.plays WHERE watched_by = $1
    GROUP BY medium ORDER BY max(received_at) DESC, medium LIMIT $2
"""
FURTHEST_OF_CONTACT = """
    SELECT state FROM playrelay.plays WHERE watched_by = $1 AND medium = $2
    ORDER BY covered DESC, id DESC LIMIT 1
"""

FIRST: Point = (HUNDREDTHS * 100 + 1, 0)
PORTION = 500

PORTIONS = 10
"""Portions that are read for one page; it may be short if contacts have very many plays each."""


class _Play(msgspec.Struct, frozen=True, order=True):
    """A play as the index has it."""

    covered: int
    id: int
    contact: int

    @property
    def point(self) -> Point:
        return self.covered, self.id


class _Asked(msgspec.Struct, frozen=True):
    """The question: media by their keys, the minimum coverage, whether all of them are required."""

    media: Mapping[str, WatchedMedium]
    least: int
    match: Match
    portion: int

    @property
    def keys(self) -> list[str]:
        return sorted(self.media)


Reached = Mapping[str, tuple[int, int]]
"""A contact's coverage and number of plays, by medium."""


async def watchers(
    tx: Tx,
    media: Sequence[int],
    over: int,
    match: Match,
    limit: int,
    after: Point | None,
    portion: int = PORTION,
) -> WatcherPage:
    """The contacts who covered at least `over` percent of any, or of all, of the media.

    `portion`: plays of a medium that are read at a time.
    """
    known = {key: _medium(row, about) for row, key, about in await tx.rows(MEDIA, [*media])}
    if not known or (match == "all" and len(known) < len(set(media))):
        return WatcherPage([], None)  # nobody has watched a medium that does not exist
    asked = _Asked(known, over * HUNDREDTHS, match, portion)
    found: list[tuple[_Play, Reached]] = []
    point = after
    for _ in range(PORTIONS):
        plays, end = await _portion(tx, asked, point or FIRST)
        found += await _contacts(tx, asked, plays, point)
        if len(found) > limit:
            point = found[limit - 1][0].point
            break
        point = end
        if point is None:
            break
    return WatcherPage(await _described(tx, asked, found[:limit]), point)


async def watched_by(tx: Tx, contact_id: int, limit: int) -> list[WatchedByContact]:
    """What a contact has watched, the medium played last first."""
    rows = await tx.rows(OF_CONTACT, contact_id, limit)
    stored = await tx.rows(MEDIA_OF_KEYS, [row["medium"] for row in rows])
    media = {key: _medium(row, about) for row, key, about in stored}
    found = []
    for key, covered, plays, last_at in rows:
        state = await tx.value(FURTHEST_OF_CONTACT, contact_id, key)
        if state is None:  # erased a moment ago
            continue
        play = shown(state)
        medium = media.get(key, WatchedMedium(0, play.medium))
        found.append(WatchedByContact(medium, covered / HUNDREDTHS, play, plays, last_at))
    return found


async def _portion(tx: Tx, asked: _Asked, point: Point) -> tuple[list[_Play], Point | None]:
    """The next plays of all media, the furthest first, and where they end (None: that was all).

    For a medium that has more plays, those after its last one are unknown: the portion ends there.
    """
    found: list[_Play] = []
    ends: list[Point] = []
    for key in asked.keys:
        rows = await tx.rows(FURTHEST, key, asked.least, *point, asked.portion)
        plays = [_Play(*row) for row in rows]
        found += plays
        if len(plays) == asked.portion:
            ends.append(plays[-1].point)
    end = max(ends, default=None)
    known = [play for play in found if end is None or play.point >= end]
    return sorted(known, reverse=True), end


async def _contacts(
    tx: Tx, asked: _Asked, plays: Iterable[_Play], point: Point | None
) -> list[tuple[_Play, Reached]]:
    """The furthest play of each contact that no earlier portion had, with what they watched."""
    firsts: dict[int, _Play] = {}
    for play in plays:
        firsts.setdefault(play.contact, play)
    if point is not None:
        for (contact,) in await tx.rows(SEEN_BEFORE, list(firsts), asked.keys, *point):
            del firsts[contact]
    reached: dict[int, dict[str, tuple[int, int]]] = defaultdict(dict)
    if firsts:
        for contact, key, covered, count in await tx.rows(REACHED, list(firsts), asked.keys):
            reached[contact][key] = (covered, count)
    return [
        (play, reached[contact])
        for contact, play in firsts.items()
        if asked.match == "any" or _all(asked, reached[contact])
    ]


def _all(asked: _Asked, reached: Reached) -> bool:
    return all(key in reached and reached[key][0] >= asked.least for key in asked.media)


async def _described(
    tx: Tx, asked: _Asked, found: Sequence[tuple[_Play, Reached]]
) -> list[Watcher]:
    states = {row: state for row, state in await tx.rows(STATES, [play.id for play, _ in found])}  # noqa: C416 - rows are no pairs
    return [
        Watcher(
            contact_id=play.contact,
            percent=play.covered / HUNDREDTHS,
            furthest=shown(states[play.id]),
            media=[
                (asked.media[key], covered / HUNDREDTHS)
                for key, (covered, _) in sorted(reached.items(), key=_furthest_first)
            ],
            plays=sum(count for _, count in reached.values()),
        )
        for play, reached in found
        if play.id in states  # not erased a moment ago
    ]


def _furthest_first(reached: tuple[str, tuple[int, int]]) -> tuple[int, str]:
    key, (covered, _) = reached
    return -covered, key


def _medium(row: int, about: bytes | str) -> WatchedMedium:
    return WatchedMedium(row, decode_medium(about))
