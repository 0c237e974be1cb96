"""The size of the store, and how much of it only strangers have sent."""

from typing import Literal

from app.store.records import StoreUsage
from app.store.rules.turns import UNPROVEN
from app.store.tx import Tx

SIZE = {
    "sqlite": """
        SELECT (pages.page_count - free.freelist_count) * size.page_size
        FROM pragma_page_count() pages, pragma_freelist_count() free, pragma_page_size() size
    """,
    "postgres": """
        SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_class
        WHERE relkind = 'r' AND relnamespace =
            (SELECT relnamespace FROM pg_class WHERE oid = 'playrelay.plays'::regclass)
    """,
}
UNPROVEN_DUE = """
    SELECT count(*) FROM (SELECT 1 FROM playrelay.outbox
        WHERE status = 'due' AND rank = $1 LIMIT $2) AS found
"""
KNOWN_VISITORS = """
    SELECT utk FROM playrelay.contacts WHERE contact_id IS NOT NULL AND utk = ANY ($1::text[])
    UNION SELECT utk FROM playrelay.plays WHERE attributed AND utk = ANY ($1::text[])
"""


async def known_visitors(tx: Tx, utks: list[str]) -> set[str]:
    """The usertokens that HubSpot has matched to a contact, or has accepted an event for."""
    return {utk for (utk,) in await tx.rows(KNOWN_VISITORS, utks)}


async def usage(tx: Tx, engine: Literal["sqlite", "postgres"], most: int) -> StoreUsage:
    """The size in bytes, and up to `most` due events of visitors without a proven identity."""
    return StoreUsage(
        size=int(await tx.value(SIZE[engine])),
        unproven=int(await tx.value(UNPROVEN_DUE, UNPROVEN, most)),
    )
