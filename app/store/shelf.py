"""HubSpot's media objects as they were last listed, and permits for the requests that list them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from app.domain.known import KnownMedium
from app.domain.outcome import AccountNews
from app.store.values import Quota


@dataclass(frozen=True, slots=True)
class Listing:
    """Which listing the shelf holds. `revision` tells it from any other; 0: none was made yet.

    `listed_at`: ms since the epoch.
    """

    revision: int = 0
    listed_at: int = 0


@dataclass(frozen=True, slots=True)
class Permit:
    """A request may be made (`id`), or not before `next_at`."""

    id: int | None
    next_at: int


class Shelf(Protocol):
    """A part of `Store`. A listing is put there in portions, and counts once it is whole."""

    async def listing(self) -> Listing:
        """The last whole one."""
        ...

    async def known_media(self) -> list[KnownMedium]:
        """The objects, in order of their ids."""
        ...

    async def shelve(self, media: Sequence[KnownMedium], listing: int) -> None:
        """Put these there, in place of what is known of them. `listing`: a number of its own.

        Media that HubSpot refused and that turn out to be among what is new rest no longer.
        """
        ...

    async def end_listing(self, listing: int, now: int) -> None:
        """All of it is there: what no longer is at HubSpot goes, and readers hear of the rest."""
        ...

    async def permit(self, now: int, lease_ms: int, quota: Quota, spare: int) -> Permit:
        """A permit for a request that is no event's, if more than `spare` are left for these."""
        ...

    async def used(self, permit: int, account: AccountNews, now: int, quota: Quota) -> None:
        """The request was answered, or will not be."""
        ...
