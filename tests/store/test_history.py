"""A play and all that became of it, found by session, usertoken or contact."""

from app.domain.identity import Identity, Unknown
from app.domain.outcome import Delivered
from app.store.event_reports import LookupRecord
from app.store.store import Store
from tests.store.setting import (
    MINUTE,
    NOW,
    SECOND,
    SETTLE,
    SIGNATURE_OF_7,
    claimed,
    looked_up,
    played,
    settle,
)

SOON = NOW + SECOND


async def test_nothing_is_known(store: Store) -> None:
    """A visitor who was never seen is not found."""
    assert await store.history.of_session("s") == []
    assert await store.history.of_utk("utk") == []
    assert await store.history.of_contact(9) == []


async def test_a_play_is_told_whole(store: Store) -> None:
    """The history has the pings, the look-up, the identity, and each event in order."""
    await played(store, NOW, playedPercent=10)
    await played(store, NOW + 5, playedPercent=30, watched=[[1, 3], [0, 7]])
    await looked_up(store, {"utk": 9}, SOON)
    await settle(store, await claimed(store, SOON), Delivered(9, 42, "usertoken"), now=SOON)
    (play,) = await store.history.of_session("session")
    assert (play.pings, play.received_at) == (2, NOW + 5)
    assert play.settles_at == NOW + 5 + SETTLE
    assert play.lookup == LookupRecord(1, SOON, 9, None)
    assert play.identity == Identity("usertoken", contact_id=9)
    assert [(event.value, event.status) for event in play.events] == [
        ("STARTED", "delivered"),
        ("25", "due"),
    ]
    assert play.play.percent == 30


async def test_the_latest_play_comes_first(store: Store) -> None:
    """The latest play comes first, and no more plays than requested are returned."""
    for number in range(3):
        await played(store, NOW + number, sessionId=f"s{number}")
    found = [play.play.session_id for play in await store.history.of_utk("utk", limit=2)]
    assert found == ["s2", "s1"]


async def test_a_contact_is_found_whichever_way_it_is_known(store: Store) -> None:
    """A contact is found by the page's signature, a look-up, and HubSpot's answer to a mail."""
    await played(store, sessionId="signed", contactId=7, contactSignature=SIGNATURE_OF_7)
    await played(store, NOW + 1, sessionId="token", contactUtk="u1")
    await looked_up(store, {"u1": 7, "utk": None}, NOW + MINUTE)
    await played(store, NOW + 2, sessionId="mail", contactUtk=None, _hsenc="p2")
    while (job := (await claimed(store, NOW + MINUTE))).play.session_id != "mail":
        pass
    await settle(store, job, Delivered(7, 42, "mail"), now=NOW + MINUTE)
    await played(store, NOW + 3, sessionId="stranger", contactUtk="u2")
    found = [play.play.session_id for play in await store.history.of_contact(7)]
    assert found == ["mail", "token", "signed"]


async def test_a_visitor_nobody_asked_about(store: Store) -> None:
    """No question, no answer: as whom it goes is open."""
    await played(store, contactUtk=None)
    (play,) = await store.history.of_session("session")
    assert (play.lookup, play.identity) == (None, Unknown("anonymous"))
