"""Describes media that HubSpot refuses: its message, the next attempt, what to do."""

from collections.abc import Collection, Sequence

from app.formatting import count, moment
from app.store.event_reports import REFUSED_MEDIA, MediumRefusal


def describe(refusal: MediumRefusal, now: int) -> str:
    """Describe one medium: HubSpot's message, and when the next event is tried."""
    said = refusal.said.rstrip(". ")
    again = (
        f"Tried again at {moment(refusal.try_at)}"
        if refusal.try_at > now
        else "Its next event is tried again"
    )
    return f"HubSpot refuses it: {said}. {again}."


def summary(refused: Sequence[MediumRefusal]) -> str:
    """How many there are, with the first as an example; `refused` must not be empty."""
    first = refused[0]
    among = ":" if len(refused) == 1 else ", such as"
    said = first.said.rstrip(". ")
    return f"HubSpot refuses {many(refused)}{among} {named(first)} ({said})"


def many(refused: Sequence[MediumRefusal]) -> str:
    """How many media these are; `REFUSED_MEDIA` means that there may be more."""
    found = count(len(refused), "medium", "media")
    return f"{found} or more" if len(refused) >= REFUSED_MEDIA else found


def named(refusal: MediumRefusal) -> str:
    """The medium by HubSpot's field names: `mediaBridgeId 42, externalId film`."""
    bridge_id, _, external_id = refusal.medium.partition("/")
    given = (("mediaBridgeId", bridge_id), ("externalId", external_id))
    return ", ".join(f"{name} {value}" for name, value in given if value)


def remedy(refused: Collection[MediumRefusal], account: str = "") -> str:
    """What to do. An object can be created with any externalId, but not with a chosen id.

    `account`: its name, if there are several.
    """
    option = f" --account {account}" if account else ""
    by_id = sum(not each.medium.startswith("/") for each in refused)
    todo = []
    if unmade := len(refused) - by_id:
        them = "it" if unmade == 1 else "them"
        todo.append(
            f"register {them} (playrelay media register{option}) or create {them} in HubSpot by "
            f"hand, then playrelay outbox requeue --rejected{option}"
        )
    if by_id:
        todo.append("correct a wrong mediaBridgeId in the page or the catalogue")
    return "; ".join(todo)
