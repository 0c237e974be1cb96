"""The console's sign-ins, stored so that signing out ends them on every replica."""

from app.store.tx import Tx

SESSION_MS = 12 * 60 * 60 * 1000
"""How long a sign-in holds: a working day."""

MAX_SESSIONS = 1_000
"""If more people sign in, the oldest sign-ins end."""

ADD = "INSERT INTO playrelay.console_sessions VALUES ($1, $2)"
PRUNE = """
    DELETE FROM playrelay.console_sessions WHERE expires_at <= $1 OR digest IN (
        SELECT digest FROM playrelay.console_sessions
        ORDER BY expires_at DESC, digest LIMIT 1000000 OFFSET $2)
"""
FIND = "SELECT 1 FROM playrelay.console_sessions WHERE digest = $1 AND expires_at > $2"
END = "DELETE FROM playrelay.console_sessions WHERE digest = $1"
END_ALL = "DELETE FROM playrelay.console_sessions"


async def add(tx: Tx, digest: str, expires_at: int, now: int) -> None:
    """Save one until it expires, and drop expired ones."""
    await tx.change(PRUNE, now, MAX_SESSIONS - 1)
    await tx.change(ADD, digest, expires_at)


async def holds(tx: Tx, digest: str, now: int) -> bool:
    """Whether it exists and has not expired."""
    return await tx.value(FIND, digest, now) is not None


async def end(tx: Tx, digest: str) -> None:
    """End one, if it exists."""
    await tx.change(END, digest)


async def end_all(tx: Tx) -> None:
    """End all of them."""
    await tx.change(END_ALL)
