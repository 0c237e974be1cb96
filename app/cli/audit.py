"""Records what commands change."""

from app.runtime.clock import now_ms
from app.store.store import Store


async def noted(store: Store, what: str, subject: str, changed: int) -> int:
    """Write down in the audit log what was changed, if anything was."""
    if changed:
        await store.admin.note("command line", what, subject, now_ms(), changed)
    return changed
