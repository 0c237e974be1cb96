"""A flood delays itself: proven visitors go first, and one's few events before another's many."""

from typing import Any

import pytest

from app.domain.outcome import Delivered
from app.store.store import Store
from tests.store.setting import (
    HOUR,
    MINUTE,
    NOW,
    SECOND,
    SIGNATURE_OF_7,
    arrive,
    claimed,
    drained,
    fold,
    looked_up,
    played,
    settle,
)

SIGNED: dict[str, Any] = {"contactId": 7, "contactSignature": SIGNATURE_OF_7, "contactUtk": None}
DELIVERED = Delivered(contact_id=7, media_bridge_id=42, source="mail")


async def flood(store: Store, name: str, plays: int, now: int = NOW, **fields: Any) -> None:
    """Many plays at once."""
    for number in range(plays):
        await arrive(store, now, sessionId=f"{name}{number}", **fields)
    await fold(store, now)


@pytest.mark.parametrize("age", [0, HOUR])
async def test_proven_visitors_go_before_a_flood_of_others(store: Store, age: int) -> None:
    """Signed, or known by HubSpot's own answer: before all that only claims to be of somebody."""
    await played(store, NOW - age, sessionId="known", contactUtk="contact")
    await looked_up(store, {"contact": 9}, NOW + 2 * SECOND)
    for number in range(20):
        await arrive(store, sessionId=f"claims{number}", contactUtk=None, _hsenc=f"p2-{number}")
    await fold(store)
    await played(store, NOW - age + 1, sessionId="signed", **SIGNED)
    order = [(await claimed(store, NOW + MINUTE)).play.session_id for _ in range(3)]
    assert sorted(order[:2]) == ["known", "signed"]
    assert order[2].startswith("claims")


async def test_a_tenth_is_for_the_oldest_whatever_it_is(store: Store) -> None:
    """However many proven events there are, what only claims to be of somebody is sent in time."""
    await played(store, NOW - HOUR, sessionId="mail", contactUtk=None, _hsenc="p2-1")
    await flood(store, "signed", 20, **SIGNED)
    order = [(await claimed(store)).play.session_id for _ in range(11)]
    assert order.index("mail") == 9


async def test_one_visitors_flood_stands_behind_another_visitor(store: Store) -> None:
    """A visitor with many plays delays only their own events, even if they came first."""
    for utk in ("flood", "honest"):
        await played(store, NOW - HOUR, sessionId=f"before-{utk}", contactUtk=utk)
    await looked_up(store, {"flood": 8, "honest": 9}, NOW - HOUR + 2 * SECOND)
    await drained(store, NOW - HOUR + 2 * SECOND)
    await flood(store, "flood", 30, contactUtk="flood")
    await played(store, NOW + 2 * SECOND, sessionId="honest", contactUtk="honest")
    order = [job.play.session_id for job in await drained(store, NOW + 3 * SECOND)]
    assert order.index("honest") <= 1


async def test_one_plays_many_events_stand_behind_anothers_first(passing: Store) -> None:
    """A play that is reported whole takes no nine places before one that has just begun."""
    await arrive(passing, sessionId="whole", contactUtk="a", playedPercent=100)
    await arrive(passing, sessionId="begun", contactUtk="b")
    await fold(passing)
    first, second = await claimed(passing), await claimed(passing)
    assert {first.play.session_id, second.play.session_id} == {"whole", "begun"}


async def test_a_delivered_event_proves_its_play(store: Store) -> None:
    """HubSpot has put it on a contact, so the later ones go before what is not proven."""
    await played(store, sessionId="mail", contactUtk=None, _hsenc="p2-1", playedPercent=30)
    job = await claimed(store)
    await flood(store, "claims", 3, NOW - SECOND, contactUtk=None, _hsenc="p2-2")
    await settle(store, job, DELIVERED)
    assert (await claimed(store)).play.session_id == "mail"
    await played(store, NOW + 1, sessionId="mail", contactUtk=None, _hsenc="p2-1", playedPercent=60)
