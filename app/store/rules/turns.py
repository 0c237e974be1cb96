"""The order in which events are sent, so that a flood from one sender delays only itself."""

from collections.abc import Collection

from app.domain.destination import MEDIA_BRIDGE, Destination
from app.domain.identity import Identity, Unknown

PROVEN, UNPROVEN = 0, 1
"""An event's rank. Proven: the site signed the visitor's contactId, HubSpot knows the usertoken, or
HubSpot has put an event of the play on a contact. Proven events go first."""

TURN_MS = 3_000
"""Each event goes this much behind the previous one of the same visitor."""

RECENT_MS = 10 * 60 * 1000
FREE_PLAYS = 5
"""A visitor's plays in `RECENT_MS` that do not delay the next one."""

MOST_TURNS = 100
"""The longest such delay: five minutes, so that the event is sent on the same day."""


def rank_of(identity: Identity | Unknown, *, attributed: bool) -> int:
    """The rank by the visitor's identity. `attributed`: an event of the play is on a contact."""
    if attributed:
        return PROVEN
    known = isinstance(identity, Identity) and identity.source in {"signed", "usertoken"}
    return PROVEN if known else UNPROVEN


def asks_media_bridge(
    identity: Identity | Unknown, destination: Destination, destinations: Collection[Destination]
) -> bool:
    """Whether an event goes to the contact that the Media Bridge names for the play.

    This applies to other destinations, if the event goes to both and no contact is certain.
    """
    beside = destination != MEDIA_BRIDGE and MEDIA_BRIDGE in destinations
    return beside and (isinstance(identity, Unknown) or identity.contact_id is None)


def turn_at(now: int, before: int, recent_plays: int) -> int:
    """When it is an event's turn. `before`: events of its visitor that are written with it."""
    turns = before + max(0, recent_plays - FREE_PLAYS)
    return now + TURN_MS * min(turns, MOST_TURNS)
