"""The part of the store that keeps contacts' names for the console: encrypted, for a day."""

from collections.abc import Collection, Mapping, Sequence

from app.domain.outcome import AccountUpdate
from app.store.console_records import KnownName
from app.store.pipeline import PolicyPart
from app.store.records import NamesClaim
from app.store.transactions import contact_names


class ContactNameStore(PolicyPart):
    """Names by contact. Times in ms since the epoch."""

    async def known(self, contacts: Sequence[int], now: int) -> Mapping[int, KnownName]:
        """What is known of these: an encrypted name, "" for none, or why HubSpot gave none."""
        return await self._read(contact_names.known, contacts, now)

    async def want(self, contacts: Collection[int], now: int) -> None:
        """Request the names of these contacts from HubSpot."""
        await self._write(contact_names.want, contacts, now)

    async def waiting(self, now: int) -> bool:
        """Whether any names are requested."""
        return await self._read(contact_names.waiting, now)

    async def claim(self, now: int, limit: int, lease_ms: int) -> NamesClaim:
        """Contacts to read, and a permit, if no event is due and half of the window is free."""
        quota = self._policy.quota
        return await self._write(contact_names.claim, quota, now, limit, lease_ms)

    async def save(
        self, permit: int, names: Mapping[int, str], update: AccountUpdate, now: int
    ) -> None:
        """Save HubSpot's answer, except for contacts that were erased meanwhile."""
        await self._write(contact_names.save, self._policy.quota, permit, names, update, now)

    async def fail(self, permit: int, fault: str, update: AccountUpdate, now: int) -> None:
        """Record that HubSpot gave no answer, with the reason that pages show."""
        await self._write(contact_names.fail, self._policy.quota, permit, fault, update, now)
