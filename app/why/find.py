"""Who or what is asked about: a session, a usertoken or a contact, told apart by looking."""

from app.store.interface import Store
from app.store.values import Walk
from app.why.story import Story, tell

INT64 = 2**63


async def stories(
    store: Store, who: str, now: int, limit: int = 20, account: str = ""
) -> list[Story]:
    """The plays that `who` names, the latest first; none if the store knows nothing of it.

    `account`: the name of the account whose store it is, where there are several.
    """
    depths = await store.depths(now)
    pause = depths.pause_reason if depths.paused_until > now else ""
    return [tell(walk, pause, account) for walk in await _walks(store, who, limit)]


async def _walks(store: Store, who: str, limit: int) -> list[Walk]:
    found = await store.walks(session_id=who, limit=limit)
    if not found:
        found = await store.walks(utk=who, limit=limit)
    if not found and who.isascii() and who.isdecimal() and int(who) < INT64:
        found = await store.walks(contact_id=int(who), limit=limit)
    return found
