"""Contacts' names: requested by the console, read by the delivering process, encrypted.

They are requested and saved only for contacts that have a row, so that an erased contact does not
come back.
"""

from collections.abc import Collection, Mapping, Sequence

from app.domain.outcome import AccountUpdate
from app.store.console_records import KnownName
from app.store.policy import Quota
from app.store.records import NamesClaim
from app.store.transactions.lookups import EVENTS_DUE
from app.store.transactions.maintenance import NAMES_KEPT_MS
from app.store.transactions.permits import (
    return_permit,
    settle_permit,
    take_spare_permit,
)
from app.store.tx import Tx

FAULT_KEPT_MS = 10 * 60 * 1000
"""After so long the name is read again, if the console still wants it."""

MAX_NAMES = 10_000

KNOWN = """
    SELECT contact, sealed, fault FROM playrelay.contact_names
    WHERE contact = ANY ($1::bigint[]) AND read_at > 0
    AND read_at > CASE WHEN fault = '' THEN $2::bigint ELSE $3::bigint END
"""
COUNT = "SELECT count(*) FROM playrelay.contact_names"
DROP_OLD = """
    DELETE FROM playrelay.contact_names WHERE contact = ANY ($1::bigint[]) AND read_at > 0
    AND read_at <= CASE WHEN fault = '' THEN $2::bigint ELSE $3::bigint END
"""
WANT = """
    INSERT INTO playrelay.contact_names (contact, due_at) VALUES ($1, $2)
    ON CONFLICT (contact) DO NOTHING
"""
DUE = """
    SELECT contact FROM playrelay.contact_names WHERE read_at = 0 AND due_at <= $1
    ORDER BY due_at LIMIT $2
"""
LEASE = "UPDATE playrelay.contact_names SET due_at = $2 WHERE contact = ANY ($1::bigint[])"
SAVE = """
    UPDATE playrelay.contact_names SET sealed = $2, fault = '', due_at = $3, read_at = $3
    WHERE contact = $1
"""
FAIL = """
    UPDATE playrelay.contact_names SET fault = $1, due_at = $2, read_at = $2 WHERE read_at = 0
"""


async def known(tx: Tx, contacts: Sequence[int], now: int) -> Mapping[int, KnownName]:
    """What is known of these: an encrypted name, "" for none, or why HubSpot gave none."""
    rows = await tx.rows(KNOWN, list(contacts), now - NAMES_KEPT_MS, now - FAULT_KEPT_MS)
    return {contact: KnownName(sealed, fault) for contact, sealed, fault in rows}


async def want(tx: Tx, contacts: Collection[int], now: int) -> None:
    """Request these from HubSpot, unless there are too many requests already."""
    await tx.change(DROP_OLD, list(contacts), now - NAMES_KEPT_MS, now - FAULT_KEPT_MS)
    if await tx.value(COUNT) + len(contacts) <= MAX_NAMES:
        await tx.each(WANT, [(each, now) for each in contacts])


async def waiting(tx: Tx, now: int) -> bool:
    """Whether any are requested."""
    return bool(await tx.rows(DUE, now, 1))


async def claim(tx: Tx, quota: Quota, now: int, limit: int, lease_ms: int) -> NamesClaim:
    """Contacts to read, and a permit, if no event is due and half of the window is free."""
    if await tx.row(EVENTS_DUE, now) is not None:
        return NamesClaim()
    permit = await take_spare_permit(tx, quota, now, lease_ms, quota.rate // 2)
    if permit.id is None:
        return NamesClaim(next_at=permit.next_at)
    # After the permit, which one replica takes at a time: so no two read the same contacts.
    contacts = [contact for (contact,) in await tx.rows(DUE, now, limit)]
    if not contacts:
        await return_permit(tx, quota, permit.id, now, used=False)
        return NamesClaim()
    await tx.change(LEASE, contacts, now + lease_ms)
    return NamesClaim(tuple(contacts), permit.id)


async def save(
    tx: Tx, quota: Quota, permit: int, names: Mapping[int, str], update: AccountUpdate, now: int
) -> None:
    """Save HubSpot's answer, except for contacts that were erased meanwhile."""
    await settle_permit(tx, quota, permit, update, now)
    await tx.each(SAVE, [(contact, sealed, now) for contact, sealed in names.items()])


async def fail(
    tx: Tx, quota: Quota, permit: int, fault: str, update: AccountUpdate, now: int
) -> None:
    """Record that HubSpot gave no answer, with the reason that pages show."""
    await settle_permit(tx, quota, permit, update, now)
    await tx.change(FAIL, fault, now)
