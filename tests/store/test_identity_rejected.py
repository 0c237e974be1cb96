"""Identities in the store: a refused source gives way to the next, and a mail names one visitor."""

from typing import Any

import pytest

from app.domain.identity import Identity, Unknown
from app.domain.outcome import Delivered, IdentityRejected
from app.store.store import Store
from tests.store.engines import Database
from tests.store.setting import (
    DAY,
    MINUTE,
    NOW,
    RETENTION,
    SECOND,
    SIGNATURE_OF_7,
    claimed,
    drained,
    entries,
    looked_up,
    played,
    settle,
    values,
)

SOON = NOW + SECOND
SIGNED: dict[str, Any] = {"contactId": 7, "contactSignature": SIGNATURE_OF_7}
BY_MAIL = Identity("mail", hsenc="p2")


async def test_a_refused_contact_id_gives_way_to_the_usertoken(store: Store) -> None:
    """The visitor is looked up, and the whole play is sent for the contact that HubSpot names."""
    await played(store, **SIGNED, playedPercent=30)
    await settle(store, await claimed(store), IdentityRejected("signed:7"))
    assert [entry.reason for entry in await entries(store, "waiting")] == ["lookup", "lookup"]
    # No lookup was needed as long as the signed id was accepted.
    await played(store, NOW + 1, sessionId="other")
    await looked_up(store, {"utk": 9}, NOW + MINUTE)
    job = await claimed(store, NOW + MINUTE)
    assert (job.identity, job.value, job.attempts) == (
        Identity("usertoken", contact_id=9),
        "STARTED",
        1,
    )


@pytest.mark.parametrize("identity", [{"_hsenc": "p2"}, SIGNED], ids=["mail", "signed"])
async def test_the_usertoken_is_asked_about_last(store: Store, identity: dict[str, Any]) -> None:
    """However late the other source is refused, a visitor who is a contact by then is found.

    Until then no lookup was needed, or nothing waited for its answer any more.
    """
    await played(store, **identity)
    if "_hsenc" in identity:
        await looked_up(store, {"utk": None}, SOON, {"utk": SOON + MINUTE})
    job = await claimed(store, SOON)
    assert isinstance(job.identity, Identity)
    await settle(store, job, Delivered(7, 42, job.identity.source), now=SOON)
    await store.maintenance.maintain(SOON + MINUTE, 100)
    later = NOW + DAY
    await played(store, later, **identity, playedPercent=30)
    job = await claimed(store, later)
    assert isinstance(job.identity, Identity)
    await settle(store, job, IdentityRejected(job.identity.key), now=later)
    assert await looked_up(store, {"utk": 9}, later) == 1
    assert (await claimed(store, later)).identity == Identity("usertoken", contact_id=9)


async def test_a_cookie_that_comes_after_the_refusal(store: Store) -> None:
    """A later ping of a refused signed play brings a usertoken: that is asked about."""
    await played(store, **SIGNED, contactUtk=None)
    await settle(store, await claimed(store), IdentityRejected("signed:7"))
    await played(store, SOON, **SIGNED, playedPercent=30)
    assert await looked_up(store, {"utk": 9}, NOW + MINUTE) == 2
    assert (await claimed(store, NOW + MINUTE)).identity == Identity("usertoken", contact_id=9)


async def test_a_question_rests_only_when_nothing_may_wait_for_it(store: Store) -> None:
    """An event that is sent by another source may come back to wait for the answer."""
    await played(store, _hsenc="p2")
    await looked_up(store, {"utk": None}, SOON, {"utk": SOON + SECOND})
    job = await claimed(store, SOON)
    await store.maintenance.maintain(SOON + SECOND, 100)
    await settle(store, job, IdentityRejected("mail"), now=SOON + SECOND)
    assert await looked_up(store, {"utk": 9}, SOON + 2 * MINUTE) == 1


async def test_a_refused_mail_gives_way_at_once(passing: Store) -> None:
    """If the next identity source is known, nothing waits."""
    await played(passing, _hsenc="p2")
    job = await claimed(passing)
    assert job.identity == BY_MAIL
    await settle(passing, job, IdentityRejected("mail"))
    assert (await claimed(passing)).identity == Identity("passthrough", contact_utk="utk")


async def test_a_contact_that_is_gone_is_asked_about_again(store: Store) -> None:
    """HubSpot's own answer was wrong by now: all of the visitor's plays wait for a new one."""
    await played(store, sessionId="a")
    await played(store, sessionId="b")
    await looked_up(store, {"utk": 9}, SOON)
    await settle(store, await claimed(store, SOON), IdentityRejected("usertoken:9"), now=SOON)
    (other,) = await drained(store, SOON)
    assert (other.play.session_id, other.identity) == ("b", Unknown("lookup"))
    await store.outbox.release(other, SOON, sent=False, wait="lookup")
    assert await looked_up(store, {"utk": 10}, SOON) == 2
    found = {job.play.session_id: job.identity for job in await drained(store, SOON)}
    merged = Identity("usertoken", contact_id=10)
    assert found == {"a": merged, "b": merged}


async def test_a_contact_that_stays_gone_is_not_tried_for_ever(store: Store) -> None:
    """The same answer again does not make the refused identity good; the event waits."""
    await played(store)
    await looked_up(store, {"utk": 9}, SOON)
    await settle(store, await claimed(store, SOON), IdentityRejected("usertoken:9"), now=SOON)
    await looked_up(store, {"utk": 9}, SOON)
    (job,) = await drained(store, SOON)
    assert job.identity == Unknown("refused")


async def test_what_hubspot_said_is_kept(store: Store) -> None:
    """HubSpot's own words are kept, and explain why a play waits."""
    await played(store, contactUtk=None, _hsenc="p2")
    refused = IdentityRejected("mail", "refused", 400, "VALIDATION_ERROR", "no such contact", "c-1")
    await settle(store, await claimed(store), refused)
    (entry,) = await entries(store, "waiting")
    assert entry.reason == "refused"
    assert (entry.answer["message"], entry.answer["http_status"]) == ("no such contact", 400)


async def test_a_refused_play_takes_a_later_identity(store: Store) -> None:
    """A usertoken that a later ping brings is asked about like any other."""
    await played(store, contactUtk=None, _hsenc="p2")
    await settle(store, await claimed(store), IdentityRejected("mail"))
    await played(store, NOW + SECOND, _hsenc="p2")
    assert await looked_up(store, {"utk": 9}, NOW + MINUTE) == 1


async def test_a_forwarded_mail_is_not_its_recipient(store: Store) -> None:
    """Once it came with one usertoken an `_hsenc` is believed of no other: that visitor waits."""
    await played(store, sessionId="recipient", contactUtk="u1", _hsenc="p2")
    await looked_up(store, {"u1": None}, SOON)
    job = await claimed(store, SOON)
    assert job.identity == BY_MAIL
    await settle(store, job, Delivered(7, 42, "mail"), now=SOON)
    await played(store, NOW + MINUTE, sessionId="friend", contactUtk="u2", _hsenc="p2")
    await looked_up(store, {"u2": None}, NOW + 2 * MINUTE)
    (job,) = await drained(store, NOW + 2 * MINUTE)
    assert (job.play.session_id, job.identity) == ("friend", Unknown("stranger"))
    await played(store, NOW + MINUTE, sessionId="again", contactUtk="u1", _hsenc="p2")
    (job,) = await drained(store, NOW + 2 * MINUTE)
    assert (job.play.session_id, job.identity) == ("again", BY_MAIL)


async def test_a_mail_of_a_known_contact_can_be_forwarded_too(store: Store) -> None:
    """The usertoken identifies the recipient, and the link still does not identify a friend."""
    await played(store, sessionId="recipient", contactUtk="u1", _hsenc="p2")
    await looked_up(store, {"u1": 9}, SOON)
    assert (await claimed(store, SOON)).identity == Identity("usertoken", contact_id=9)
    await played(store, NOW + MINUTE, sessionId="friend", contactUtk="u2", _hsenc="p2")
    await looked_up(store, {"u2": None}, NOW + 2 * MINUTE)
    (job,) = await drained(store, NOW + 2 * MINUTE)
    assert (job.play.session_id, job.identity) == ("friend", Unknown("stranger"))


@pytest.mark.parametrize("bound", [True, False])
async def test_a_mail_without_a_usertoken(store: Store, *, bound: bool) -> None:
    """A visitor with a mail link alone is its recipient, unless it belongs to another usertoken."""
    if bound:
        await played(store, sessionId="recipient", contactUtk="u1", _hsenc="p2")
        await looked_up(store, {"u1": None}, SOON)
        await claimed(store, SOON)
    await played(store, SOON, sessionId="alone", contactUtk=None, _hsenc="p2")
    assert await values(store, "due") == ([] if bound else ["alone STARTED"])


async def test_erasure_frees_a_mail(database: Database) -> None:
    """The visitor of a mail link is forgotten by erasure, and with time."""
    for erase in (True, False):
        async with database.fresh().open() as store:
            await played(store, sessionId="recipient", contactUtk="u1", _hsenc="p2")
            await looked_up(store, {"u1": None}, SOON)
            await settle(store, await claimed(store, SOON), Delivered(7, 42, "mail"), now=SOON)
            later = SOON + RETENTION.plays_ms + DAY
            if erase:
                await store.admin.forget(utk="u1", contact_id=None)
            else:
                await store.maintenance.maintain(later, 100)
            await played(store, later, sessionId="alone", contactUtk=None, _hsenc="p2")
            assert await values(store, "due") == ["alone STARTED"]
