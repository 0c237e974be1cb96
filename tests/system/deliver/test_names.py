"""Reading the names of contacts: in batches, after events, and never at their cost."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
from msgspec.structs import replace
from pydantic import SecretStr

from app.deliver.delays import DAY
from app.domain.outcome import Healthy
from app.hubspot.seal import Seal
from app.sandbox.routes_names import MOST_IN_BATCH
from tests.store.setting import MINUTE
from tests.system.deliver.harness import Harness, delivering

KEY = "k" * 43 + "="
SEAL = Seal.of([SecretStr(KEY)])
MANY = list(range(1, 2 * MOST_IN_BATCH + 1))


@pytest.fixture
async def naming(tmp_path: Path) -> AsyncIterator[Harness]:
    """An account whose console shows names and addresses."""
    async with delivering(
        tmp_path, "passthrough", console_names=("name", "email"), secret_key=KEY
    ) as harness:
        yield harness


async def shown(naming: Harness, *contacts: int) -> Mapping[int, str]:
    """The known names: a name, "" for none, or why HubSpot reported none."""
    known = await naming.store.names.known(contacts, naming.clock.now)
    return {
        contact: each.fault or (SEAL.open_text(each.sealed) or "" if each.sealed else "")
        for contact, each in known.items()
    }


async def test_a_hundred_are_read_at_once(naming: Harness) -> None:
    """Names are stored encrypted, and HubSpot is asked once for each."""
    await naming.store.names.want(MANY, naming.clock.now)
    worker = naming.names()
    rests = [await worker.step() for _ in range(3)]
    assert [bool(rest) for rest in rests] == [False, False, True]
    assert naming.requests == [("read", 200)] * 2
    names = await shown(naming, *MANY)
    assert len(names) == len(MANY)
    assert names[11] == "Ada Ekene (ada.ekene.11@sandbox.example)"
    known = await naming.store.names.known([11], naming.clock.now)
    assert "Ada" not in known[11].sealed


async def test_events_go_first(naming: Harness) -> None:
    """While an event is due no name is read, and half of the window stays free for events."""
    await naming.store.names.want([1], naming.clock.now)
    await naming.arrive(sessionId="first")
    assert await naming.names().step()
    assert naming.requests == []
    await naming.send_all()
    naming.quota = replace(naming.quota, rate=2)
    assert await naming.names().step()
    assert {path for path, _ in naming.requests} == {"media-played"}
    naming.clock.now += MINUTE
    assert not await naming.names().step()
    assert await shown(naming, 1) == {1: "Ben Berg (ben.berg.1@sandbox.example)"}


async def test_who_is_not_there_has_no_name(naming: Harness) -> None:
    """Deleted and merged contacts have no name, and nobody is requested twice."""
    naming.world(contacts={7, 8}, merged={7: 8})
    await naming.store.names.want([7, 8, 9], naming.clock.now)
    worker = naming.names()
    while not await worker.step():
        pass
    assert naming.requests == [("read", 207)]
    assert await shown(naming, 7, 8, 9) == {
        7: "",
        8: "Iris Berg (iris.berg.8@sandbox.example)",
        9: "",
    }


async def test_without_the_scope_only_names_are_missing(naming: Harness) -> None:
    """It is said why; events go on, and HubSpot is asked again only later, if somebody wants."""
    naming.world(scopes={"media_bridge.write"})
    await naming.store.names.want(MANY, naming.clock.now)
    assert await naming.names().step()
    assert await naming.names().step()
    assert naming.requests == [("read", 403)]
    assert set((await shown(naming, *MANY)).values()) == {"missing_scope"}
    await naming.arrive(sessionId="event", contactUtk="0" * 32)
    await naming.send_all()
    assert naming.sent == ["event STARTED"]
    naming.clock.now += 10 * MINUTE
    assert await shown(naming, 1) == {}
    naming.world(scopes={"media_bridge.write", "crm.objects.contacts.read"})
    await naming.store.names.want([1], naming.clock.now)
    assert not await naming.names().step()
    assert await shown(naming, 1) == {1: "Ben Berg (ben.berg.1@sandbox.example)"}


async def test_a_limit_of_hubspots_holds_for_all(naming: Harness) -> None:
    """HubSpot's limit pauses the whole account; a name that can't be read now is marked so."""
    naming.faults({"status": 429})
    await naming.store.names.want([1], naming.clock.now)
    assert await naming.names().step()
    assert await shown(naming, 1) == {1: "unavailable"}
    assert (await naming.store.admin.depths(naming.clock.now)).pause_reason == "rate_limited"


async def test_who_is_erased_does_not_come_back(naming: Harness) -> None:
    """Neither a stored name nor one that is being read comes back after an erasure."""
    store, now = naming.store, naming.clock.now
    await store.names.want([1, 2], now)
    claim = await store.names.claim(now, 100, MINUTE)
    assert claim.permit is not None
    await store.admin.forget(utk=None, contact_id=1)
    names = dict.fromkeys(claim.contacts, SEAL.close_text("A name"))
    await store.names.save(claim.permit, names, Healthy(of_event=False), now)
    assert await shown(naming, 1, 2) == {2: "A name"}
    await store.admin.forget(utk=None, contact_id=2)
    assert await shown(naming, 1, 2) == {}


async def test_a_name_is_kept_for_a_day(naming: Harness) -> None:
    """Then it is gone from the store, whether anybody looks or not."""
    await naming.store.names.want([1], naming.clock.now)
    await naming.names().step()
    read = (await naming.store.admin.personal_data(utk=None, contact_id=1)).names
    assert len(read) == 1
    naming.clock.now += DAY
    await naming.maintenance().step()
    assert (await naming.store.admin.personal_data(utk=None, contact_id=1)).names == []
