"""The parts of the store that are the console's own: its sign-ins, and the links that it shares."""

from app.store.console_records import LinkRecord
from app.store.transactions import console_sessions, shared_links
from app.store.tx import Part


class ConsoleSessions(Part):
    """The console's sign-ins. `digest`: of what the browser holds; times in ms since the epoch."""

    async def add(self, digest: str, expires_at: int, now: int) -> None:
        """Keep a sign-in until it expires."""
        await self._write(console_sessions.add, digest, expires_at, now)

    async def holds(self, digest: str, now: int) -> bool:
        """Whether there is such a sign-in that has not expired."""
        return await self._read(console_sessions.holds, digest, now)

    async def end(self, digest: str) -> None:
        """End it, if it is there."""
        await self._write(console_sessions.end, digest)

    async def end_all(self) -> None:
        """End every sign-in."""
        await self._write(console_sessions.end_all)


class SharedLinks(Part):
    """The links that show one medium without a sign-in. Times in ms since the epoch."""

    async def add(self, link: LinkRecord) -> bool:
        """Keep a link; False if there are too many already."""
        return await self._write(shared_links.add, link)

    async def find(self, link_id: str) -> LinkRecord | None:
        """A link, for some time also after its end."""
        return await self._read(shared_links.find, link_id)

    async def listed(self, now: int) -> list[LinkRecord]:
        """Those that have not ended, the newest first."""
        return await self._read(shared_links.listed, now)

    async def end(self, link_id: str, now: int) -> bool:
        """End one; False if it has ended already, or is none."""
        return await self._write(shared_links.end, link_id, now)

    async def end_all(self, now: int) -> int:
        """End all; returns how many that were."""
        return await self._write(shared_links.end_all, now)
