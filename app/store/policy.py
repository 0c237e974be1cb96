"""Policies that never change while a store is open."""

from collections.abc import Mapping

import msgspec

from app.domain.destination import MEDIA_BRIDGE, Destination
from app.domain.identity import IdentityMode
from app.domain.timestamps import DAY_MS


class Quota(msgspec.Struct, frozen=True):
    """HubSpot's limits: at most `rate` requests in any `window_ms`, and few errors.

    Once `error_share` of a day's requests (UTC), and at least `error_floor`, ended in an error, the
    account is strained. Once so many identities were refused, events with an uncertain identity are
    no longer sent that day.
    """

    rate: int
    window_ms: int
    error_share: float = 0.04
    error_floor: int = 20


class Retention(msgspec.Struct, frozen=True):
    """How long data is kept, in ms: settled events, plays, events that wait for a contact.

    `figures_ms`: figures of media, and the audit log.
    """

    settled_ms: int
    plays_ms: int
    park_ms: int
    figures_ms: int = 400 * DAY_MS


class LongestWaits(msgspec.Struct, frozen=True):
    """How far ahead of now each kind of time may be by its own rule, in ms.

    `retries`, `pauses`: by the first word of the reason, up to a colon; any other retry is due at
    once, any other pause lasts up to `pause`. `strangers`: for an event that was sent once, twice,
    … for a visitor whom HubSpot does not know. `waiting`: for an event that waits for anything
    else.
    """

    lease: int
    pause: int
    pauses: Mapping[str, int]
    retries: Mapping[str, int]
    strangers: tuple[int, ...]
    waiting: int


class StorePolicy(msgspec.Struct, frozen=True):
    """The policy with which an account's store is opened.

    `identity`: which identities events may have. `settle_ms`: the silence after which a play is
    over. `destinations`: those of all the account's sites.
    """

    identity: IdentityMode
    quota: Quota
    retention: Retention
    settle_ms: int
    longest: LongestWaits
    destinations: tuple[Destination, ...] = (MEDIA_BRIDGE,)
