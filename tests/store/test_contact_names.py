"""Names of contacts: read where somebody wants to see them, after events, and kept for a day."""

from typing import Any

import pytest

from app.domain.outcome import Healthy
from app.store.console_records import KnownName
from app.store.store import Store
from app.store.transactions.contact_names import FAULT_KEPT_MS, MAX_NAMES
from app.store.transactions.maintenance import NAMES_KEPT_MS
from tests.store.setting import LEASE, MINUTE, NOW, SECOND, looked_up, played

DONE = Healthy(of_event=False)


async def read(store: Store, at: int = NOW) -> tuple[int, ...]:
    """HubSpot told the names of who is asked for now."""
    claim = await store.names.claim(at, 100, LEASE)
    if claim.permit is not None:
        names = {each: f"sealed {each}" for each in claim.contacts}
        await store.names.save(claim.permit, names, DONE, at)
    return claim.contacts


async def test_a_name_is_asked_for_once(store: Store) -> None:
    """A name is requested once, until it is a day old, in the order of the wishes."""
    await store.names.want([1], NOW - 1)
    await store.names.want([1, 2], NOW)
    assert await store.names.waiting(NOW)
    assert await read(store) == (1, 2)
    await store.names.want([1, 2], NOW)
    assert not await store.names.waiting(NOW)
    assert await store.names.known([1, 2, 3], NOW + NAMES_KEPT_MS - 1) == {
        1: KnownName("sealed 1", ""),
        2: KnownName("sealed 2", ""),
    }
    late = NOW + NAMES_KEPT_MS
    assert await store.names.known([1], late) == {}
    await store.names.want([1], late)
    assert await read(store, late) == (1,)


async def test_two_ask_for_different_ones(store: Store) -> None:
    """Names that one process requests are not requested by another, unless the first dies."""
    await store.names.want([1, 2, 3], NOW)
    first = await store.names.claim(NOW, 2, LEASE)
    assert first.contacts == (1, 2)
    assert await read(store) == (3,)
    assert await read(store, NOW + LEASE) == (1, 2)


async def test_events_go_first(passing: Store) -> None:
    """No permit is taken while an event is due."""
    await passing.names.want([1], NOW)
    await played(passing)
    assert await read(passing) == ()
    assert (await passing.admin.depths(NOW)).quota_used == 0


async def test_without_anybody_to_ask_for_no_permit_is_used(store: Store) -> None:
    """If no names are requested, the permit is returned at once."""
    assert await read(store) == ()
    assert (await store.admin.depths(NOW)).quota_used == 0


async def test_what_went_wrong_is_kept_for_a_while(store: Store) -> None:
    """A failure is kept for a while for all waiting contacts, who are then requested again."""
    await store.names.want([1, 2], NOW)
    claim = await store.names.claim(NOW, 1, LEASE)
    assert claim.permit is not None
    await store.names.fail(claim.permit, "missing_scope", DONE, NOW)
    lacking = KnownName("", "missing_scope")
    assert await store.names.known([1, 2], NOW + FAULT_KEPT_MS - 1) == {1: lacking, 2: lacking}
    later = NOW + FAULT_KEPT_MS
    await store.names.want([2], later)
    assert await read(store, later) == (2,)


async def test_their_number_is_bounded(store: Store) -> None:
    """More are not asked for."""
    await store.names.want(range(1, MAX_NAMES + 1), NOW)
    await store.names.want([MAX_NAMES + 1], NOW)
    assert await store.names.known([MAX_NAMES + 1], NOW) == {}
    assert MAX_NAMES + 1 not in (await store.names.claim(NOW, 2 * MAX_NAMES, LEASE)).contacts


@pytest.mark.parametrize("by", ["utk", "contact_id"])
async def test_a_name_goes_with_the_contact(store: Store, by: str) -> None:
    """Erased by the contact's number, or by a usertoken of the contact's; another's stays."""
    await store.names.want([9, 10], NOW - MINUTE)
    assert await read(store, NOW - MINUTE) == (9, 10)
    await played(store, contactUtk="theirs")
    await looked_up(store, {"theirs": 9}, NOW + SECOND)
    who: dict[str, Any] = {"utk": None, "contact_id": None, by: {"utk": "theirs"}.get(by, 9)}
    assert await store.admin.forget(**who) == 1
    assert (await store.names.known([9, 10], NOW)).keys() == {10}


async def test_a_name_goes_with_time(store: Store) -> None:
    """A day after it was read, whether anybody looks or not."""
    await store.names.want([1], NOW)
    await read(store)
    await store.maintenance.maintain(NOW + NAMES_KEPT_MS - 1, 100)
    assert (await store.admin.personal_data(utk=None, contact_id=1)).names == ["sealed 1"]
    await store.maintenance.maintain(NOW + NAMES_KEPT_MS, 100)
    assert (await store.admin.personal_data(utk=None, contact_id=1)).names == []
