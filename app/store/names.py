"""The part of the store that keeps contacts' names for the console, sealed, for a day."""

from collections.abc import Collection, Mapping, Sequence

from app.domain.outcome import AccountUpdate
from app.store.console_records import KnownName
from app.store.pipeline import PolicyPart
from app.store.records import NamesClaim
from app.store.transactions import contact_names


class ContactNameStore(PolicyPart):
    """Names by contact. Times in ms since the epoch."""

    async def known(self, contacts: Sequence[int], now: int) -> Mapping[int, KnownName]:
        """What is known of these: a sealed name, "" for none, or why HubSpot told none."""
        return await self._read(contact_names.known, contacts, now)

    async def want(self, contacts: Collection[int], now: int) -> None:
        """HubSpot is to be asked for these."""
        await self._write(contact_names.want, contacts, now)

    async def waiting(self, now: int) -> bool:
        """Whether any are to be asked for."""
        return await self._read(contact_names.waiting, now)

    async def claim(self, now: int, limit: int, lease_ms: int) -> NamesClaim:
        """Contacts to ask for, and a permit: while no event is due, half of the window is left."""
        quota = self._policy.quota
        return await self._write(contact_names.claim, quota, now, limit, lease_ms)

    async def save(
        self, permit: int, names: Mapping[int, str], update: AccountUpdate, now: int
    ) -> None:
        """Keep what HubSpot told, of those that nobody has erased meanwhile."""
        await self._write(contact_names.save, self._policy.quota, permit, names, update, now)

    async def fail(self, permit: int, fault: str, update: AccountUpdate, now: int) -> None:
        """HubSpot told nothing: whoever waits for a name is told why."""
        await self._write(contact_names.fail, self._policy.quota, permit, fault, update, now)
