"""Records the changes that commands make."""

from app.runtime.clock import now_ms
from app.store.store import Store


async def noted(store: Store, what: str, subject: str, changed: int) -> int:
    """Record a change in the audit log, unless nothing was changed."""
    if changed:
        await store.admin.note("command line", what, subject, now_ms(), changed)
    return changed
