"""Different visitors of one or all media, counted from the plays that are still kept.

An erased visitor is therefore no longer counted. Counting stops at a limit, along an index.
"""

from collections.abc import Set as AbstractSet

from app.domain.period import Period
from app.store.reports import COUNTED, MEDIA_SORTED, Viewers
from app.store.tx import Tx

MEDIUM_KEY = "SELECT key FROM playrelay.media WHERE id = $1"
VIEWERS = """
    SELECT count(DISTINCT viewer) AS viewers, count(*) AS plays FROM (
        SELECT viewer FROM playrelay.plays WHERE medium = $1 AND started >= $2 AND started < $3
        LIMIT $4) AS counted
"""
VIEWERS_OF_TRAITS = """
    SELECT count(DISTINCT viewer) AS viewers, count(*) AS plays FROM (
        SELECT viewer FROM playrelay.plays
        WHERE medium = $1 AND started >= $2 AND started < $3 AND trait = ANY ($4::bigint[])
        LIMIT $5) AS counted
"""
MEDIA_KEYS = """
    SELECT key FROM playrelay.media WHERE last_day >= $1 ORDER BY last_day DESC, id DESC LIMIT $2
"""
VIEWERS_OF_ALL = """
    SELECT count(DISTINCT viewer) AS viewers, count(*) AS plays FROM (
        SELECT viewer FROM playrelay.plays
        WHERE medium = ANY ($1::text[]) AND started >= $2 AND started < $3
        LIMIT $4) AS counted
"""


async def viewers_of_all(tx: Tx, period: Period, most: int = COUNTED) -> Viewers:
    """The viewers of all media of a period; if more than `MEDIA_SORTED`, of those played last."""
    first, _ = period.utc_days
    keys = [key for (key,) in await tx.rows(MEDIA_KEYS, first - 1, MEDIA_SORTED)]
    found, plays = await tx.one(VIEWERS_OF_ALL, keys, period.start, period.end, most)
    return Viewers(found, plays, cut=plays >= most)


async def viewers(tx: Tx, medium: int, period: Period, most: int = COUNTED) -> Viewers:
    """The viewers of a medium in a period. `most`: the most plays that are counted."""
    key = await tx.value(MEDIUM_KEY, medium)
    found, plays = await tx.one(VIEWERS, key, period.start, period.end, most)
    return Viewers(found, plays, cut=plays >= most)


async def viewers_of_traits(
    tx: Tx, key: str, start: int, end: int, digests: AbstractSet[int], most: int = COUNTED
) -> Viewers:
    """The viewers of a medium, by its key, in some slots, among plays that have these traits."""
    if not digests:
        return Viewers(0, 0)
    values = (key, start, end, sorted(digests), most)
    found, plays = await tx.one(VIEWERS_OF_TRAITS, *values)
    return Viewers(found, plays, cut=plays >= most)
