"""Finds plays by a session, a usertoken or a contact, tried in this order."""

from app.domain.destination import DESTINATIONS
from app.explain.explanation import Explanation, Pauses, explain
from app.store.event_reports import PlayHistory
from app.store.reports import COUNTED
from app.store.store import Store

INT64 = 2**63


async def explanations(
    store: Store, who: str, now: int, limit: int = 20, account: str = ""
) -> list[Explanation]:
    """Explain the plays that `who` names, the latest first; empty if the store has none.

    `account`: the name of the store's account, if there are several.
    """
    pauses = await pauses_of(store, now)
    return [explain(each, pauses, account) for each in await plays_of(store, who, limit)]


async def pauses_of(store: Store, now: int) -> Pauses:
    """Why sending is paused, for each paused destination."""
    depths = await store.admin.depths(now, COUNTED)
    if depths.paused_until > now:
        return dict.fromkeys(DESTINATIONS, depths.pause_reason)
    return {rest.destination: rest.reason for rest in depths.resting}


async def plays_of(store: Store, who: str, limit: int) -> list[PlayHistory]:
    """The plays that `who` names, the latest first."""
    found = await store.history.of_session(who, limit)
    if not found:
        found = await store.history.of_utk(who, limit)
    if not found and who.isascii() and who.isdecimal() and int(who) < INT64:
        found = await store.history.of_contact(int(who), limit)
    return found
