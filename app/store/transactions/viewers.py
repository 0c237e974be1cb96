"""How many different visitors played a medium, or any, counted from the plays that are still kept.

So whoever is erased is not counted any more. Counting ends at a bound, along an index.
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
    """Those of all media of a period; of more than `MEDIA_SORTED`, those played last."""
    first, _ = period.utc_days
    keys = [key for (key,) in await tx.rows(MEDIA_KEYS, first - 1, MEDIA_SORTED)]
    found, plays = await tx.one(VIEWERS_OF_ALL, keys, period.start, period.end, most)
    return Viewers(found, plays, cut=plays >= most)


async def viewers(tx: Tx, medium: int, period: Period, most: int = COUNTED) -> Viewers:
    """Those of a medium in a period. `most`: plays that are counted."""
    key = await tx.value(MEDIUM_KEY, medium)
    found, plays = await tx.one(VIEWERS, key, period.start, period.end, most)
    return Viewers(found, plays, cut=plays >= most)


async def viewers_of_traits(
    tx: Tx, key: str, start: int, end: int, digests: AbstractSet[int], most: int = COUNTED
) -> Viewers:
    """Those of a medium, by its key, in some slots, of plays that have these traits."""
    if not digests:
        return Viewers(0, 0)
    values = (key, start, end, sorted(digests), most)
    found, plays = await tx.one(VIEWERS_OF_TRAITS, *values)
    return Viewers(found, plays, cut=plays >= most)
