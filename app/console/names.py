"""Contacts' names for the console's pages; missing ones are requested from HubSpot."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from app.console.view import View
from app.deliver.names import MISSING_SCOPE
from app.hubspot.scopes import CONTACTS

_LACKS_SCOPE = (
    f"Names can't be shown: give the app the scope {CONTACTS} in HubSpot, and install it again "
    "(playrelay connect --again; a static token: create a new one)."
)
_UNANSWERED = "HubSpot did not return the names. The relay asks again in a few minutes."
_ASKED = "Names are being loaded from HubSpot: reload the page in a moment."


class Names(NamedTuple):
    """Names by contact; and a message about those that are missing, or ""."""

    shown: Mapping[int, str]
    notice: str


async def names_of(view: View, contacts: Sequence[int]) -> Names:
    """The names of these contacts, which must be ones that the store has plays of."""
    settings, store = view.account.settings, view.account.store
    if not settings.console_names:
        return Names({}, "")
    known = await store.names.known(contacts, view.now)
    missing = [each for each in contacts if each not in known]
    if missing:
        await store.names.want(missing, view.now)
    seal = settings.seal
    shown = {
        contact: name
        for contact, each in known.items()
        if each.sealed and (name := seal.open_text(each.sealed))
    }
    faults = {each.fault for each in known.values()} - {""}
    if MISSING_SCOPE in faults:
        return Names(shown, _LACKS_SCOPE)
    if faults:
        return Names(shown, _UNANSWERED)
    return Names(shown, _ASKED if missing else "")
