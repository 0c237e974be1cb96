"""Proves that the store accepts writes, and has space for a ping of the largest size."""

from app.domain.ping import MAX_BODY
from app.store.tx import Tx

HEARTBEAT = """
    INSERT INTO playrelay.heartbeat VALUES (1, $1, $2)
    ON CONFLICT (id) DO UPDATE SET at = excluded.at, room = excluded.room
"""
PADDING = bytes(MAX_BODY)


async def beat(tx: Tx, now: int) -> None:
    """Write a mark of that size."""
    await tx.change(HEARTBEAT, now, PADDING)
