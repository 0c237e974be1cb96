"""What never changes while a store is open."""

from collections.abc import Mapping

import msgspec

from app.domain.destination import MEDIA_BRIDGE, Destination
from app.domain.identity import IdentityMode

DAY_MS = 24 * 60 * 60 * 1000


class Quota(msgspec.Struct, frozen=True):
    """What HubSpot grants: at most `rate` requests in any `window_ms`, and few errors.

    Once `error_share` of a day's requests (UTC), and no fewer than `error_floor`, have ended in an
    error, the account is strained; once so many were refused, nothing is sent on chance.
    """

    rate: int
    window_ms: int
    error_share: float = 0.04
    error_floor: int = 20


class Retention(msgspec.Struct, frozen=True):
    """How long things are kept, in ms: settled events, plays, events that wait for a contact.

    `figures_ms`: what media came to, and who changed what.
    """

    settled_ms: int
    plays_ms: int
    park_ms: int
    figures_ms: int = 400 * DAY_MS


class LongestWaits(msgspec.Struct, frozen=True):
    """How far ahead of now each kind of time may be by its own rule, in ms.

    `retries`, `pauses`: by the first word of the reason, up to a colon; any other retry is due at
    once, any other pause as long as `pause`. `strangers`: of an event that was sent once, twice …
    for a visitor that HubSpot does not know. `waiting`: of an event that waits for anything else.
    """

    lease: int
    pause: int
    pauses: Mapping[str, int]
    retries: Mapping[str, int]
    strangers: tuple[int, ...]
    waiting: int


class StorePolicy(msgspec.Struct, frozen=True):
    """What an account's store is opened with.

    `identity`: which identities events may have. `settle_ms`: a play is over after such a silence.
    `destinations`: those of all the account's sites.
    """

    identity: IdentityMode
    quota: Quota
    retention: Retention
    settle_ms: int
    longest: LongestWaits
    destinations: tuple[Destination, ...] = (MEDIA_BRIDGE,)
