"""Finds the plays of a session, a usertoken or a contact; tries each meaning in turn."""

from app.explain.explanation import Explanation, explain
from app.store.reports import COUNTED, PlayHistory
from app.store.store import Store

INT64 = 2**63


async def explanations(
    store: Store, who: str, now: int, limit: int = 20, account: str = ""
) -> list[Explanation]:
    """Explain the plays that `who` names, the latest first; none if the store has none.

    `account`: the name of the account whose store it is, where there are several.
    """
    pause = await pause_of(store, now)
    return [explain(each, pause, account) for each in await plays_of(store, who, limit)]


async def pause_of(store: Store, now: int) -> str:
    """Why nothing is sent at the moment; empty if something is."""
    depths = await store.admin.depths(now, COUNTED)
    return depths.pause_reason if depths.paused_until > now else ""


async def plays_of(store: Store, who: str, limit: int) -> list[PlayHistory]:
    """The plays that `who` names, the latest first."""
    found = await store.history.of_session(who, limit)
    if not found:
        found = await store.history.of_utk(who, limit)
    if not found and who.isascii() and who.isdecimal() and int(who) < INT64:
        found = await store.history.of_contact(int(who), limit)
    return found
