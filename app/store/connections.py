"""Which HubSpot account this store belongs to, as the installation of the app told."""

from typing import Protocol

import msgspec

from app.hubspot.tokens import StoredToken


class Connection(msgspec.Struct, frozen=True):
    """The account, and what the app was granted there. `connected_at`: ms since the epoch.

    `hub_domain` is empty and `app_id` None where HubSpot did not say.
    """

    hub_id: int
    hub_domain: str
    app_id: int | None
    scopes: tuple[str, ...]
    connected_at: int

    @property
    def name(self) -> str:
        """What people know it by."""
        domain = f" ({self.hub_domain})" if self.hub_domain else ""
        return f"account {self.hub_id}{domain}"


class Connections(Protocol):
    """What connecting needs of the store; every method may raise StoreError."""

    async def connection(self) -> Connection | None:
        """The account, if the app was ever installed for this store."""
        ...

    async def connect(self, token: StoredToken, connection: Connection) -> None:
        """Keep tokens and account together, and end a pause that waited for a person."""
        ...
