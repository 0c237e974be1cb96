"""The parts of the store for the console's own data: its sign-ins, and its shared links."""

from app.store.console_records import LinkRecord
from app.store.transactions import console_sessions, shared_links
from app.store.tx import Part


class ConsoleSessions(Part):
    """The console's sign-ins. `digest`: of the browser's cookie; times in ms since the epoch."""

    async def add(self, digest: str, expires_at: int, now: int) -> None:
        """Save a sign-in until it expires."""
        await self._write(console_sessions.add, digest, expires_at, now)

    async def holds(self, digest: str, now: int) -> bool:
        """Whether there is such a sign-in that has not expired."""
        return await self._read(console_sessions.holds, digest, now)

    async def end(self, digest: str) -> None:
        """End it, if it exists."""
        await self._write(console_sessions.end, digest)

    async def end_all(self) -> None:
        """End every sign-in."""
        await self._write(console_sessions.end_all)


class SharedLinks(Part):
    """The links that show one medium without a sign-in. Times in ms since the epoch."""

    async def add(self, link: LinkRecord) -> bool:
        """Save a link; False if there are too many already."""
        return await self._write(shared_links.add, link)

    async def find(self, link_id: str) -> LinkRecord | None:
        """A link; it can still be read for some time after its end."""
        return await self._read(shared_links.find, link_id)

    async def listed(self, now: int) -> list[LinkRecord]:
        """The links that have not ended, the newest first."""
        return await self._read(shared_links.listed, now)

    async def end(self, link_id: str, now: int) -> bool:
        """End one; False if it has already ended or does not exist."""
        return await self._write(shared_links.end, link_id, now)

    async def end_all(self, now: int) -> int:
        """End all; returns how many."""
        return await self._write(shared_links.end_all, now)
