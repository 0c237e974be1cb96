"""The store's data about the HubSpot account: tokens, the installation, media objects."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager

from app.domain.known import KnownMedium
from app.hubspot.tokens import StoredToken
from app.store.records import Connection, MediaSnapshot
from app.store.transactions import media_index, tokens
from app.store.tx import Part


class Tokens(Part):
    """The `TokenVault`, and the account that the tokens belong to."""

    def exclusive(self) -> AbstractAsyncContextManager[None]:
        """A lock that one replica holds at a time: only its holder may renew the token."""
        return self._database.exclusive("token")

    async def load(self) -> StoredToken | None:
        """The tokens saved last, if any."""
        return await self._read(tokens.load)

    async def save(self, token: StoredToken) -> None:
        """Save these tokens in place of any others."""
        await self._write(tokens.save, token)

    async def forget(self) -> None:
        """Delete the tokens; the account that they belonged to is still known."""
        await self._write(tokens.forget)

    async def connection(self) -> Connection | None:
        """The account, if the app was ever installed for this store."""
        return await self._read(tokens.connection)

    async def keep_account(self, hub_id: int) -> None:
        """Save the number of the account, as HubSpot's answers state it."""
        await self._write(tokens.keep_account, hub_id)

    async def account_id(self) -> int | None:
        """The number of the account at HubSpot, if an installation or an answer has stated it."""
        return await self._read(tokens.account_id)

    async def connect(self, token: StoredToken, connection: Connection) -> None:
        """Save tokens and account together, and end a pause that waited for a person."""
        await self._write(tokens.connect, token, connection)


class MediaIndex(Part):
    """HubSpot's media objects. A snapshot is saved in portions; it counts once it is finished."""

    async def snapshot(self) -> MediaSnapshot:
        """The last finished snapshot."""
        return await self._read(media_index.snapshot)

    async def known_media(self) -> list[KnownMedium]:
        """The objects, in order of their ids."""
        return await self._read(media_index.known_media)

    async def save_media(self, media: Sequence[KnownMedium], number: int) -> None:
        """Save these objects in place of what is known of them. `number`: the snapshot's.

        Refused media that are new or changed in it may be sent again.
        """
        await self._write(media_index.save_media, media, number)

    async def finish_snapshot(self, number: int, now: int) -> None:
        """Finish the snapshot: objects that it lacks are deleted, and workers load it."""
        await self._write(media_index.finish_snapshot, number, now)
