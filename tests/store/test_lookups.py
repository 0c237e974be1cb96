"""Strangers wait, are asked about together, and their events go out once they are contacts."""

from typing import Any

import pytest

from app.domain.identity import Identity, Unknown
from app.domain.outcome import Failing, Healthy, Paused, Wait
from app.store.records import LookupClaim
from app.store.store import Store
from tests.store.setting import (
    DAY,
    HOUR,
    LEASE,
    MINUTE,
    NOW,
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
"""When a new usertoken is due: it waits a moment for company."""


def contact(contact_id: int) -> Identity:
    """Somebody HubSpot knows by a usertoken."""
    return Identity("usertoken", contact_id=contact_id)


async def test_a_new_usertoken_waits_for_company(store: Store) -> None:
    """A new usertoken is due a moment after its first ping, and once, however many plays it has."""
    for number in range(3):
        await played(store, sessionId=f"s{number}")
    early = await store.lookups.claim(SOON - 1, 100, LEASE)
    assert early == LookupClaim((), {}, 0, SOON, 0)
    claim = await store.lookups.claim(SOON, 100, LEASE)
    assert (claim.utks, claim.asked) == (("utk",), {"utk": 0})
    assert await drained(store, SOON) == []


async def test_who_is_identified_is_asked_about_soon(store: Store) -> None:
    """A stranger who has just sent a form does not wait for the next look-up; once in a while."""
    await played(store)
    await looked_up(store, {"utk": None}, SOON, {"utk": SOON + DAY})
    later = SOON + MINUTE
    await played(store, later, identified=True)
    claim = await store.lookups.claim(later + 2 * SECOND, 100, LEASE)
    assert (claim.utks, claim.asked) == (("utk",), {"utk": -1})
    again = {"utk": later + DAY}
    await store.lookups.settle(claim.permit, {"utk": None}, again, Healthy(), later + 2 * SECOND)
    await played(store, later + 3 * SECOND, identified=True)
    assert (await store.lookups.claim(later + MINUTE, 100, LEASE)).utks == ()


async def test_those_due_longest_come_first_and_not_too_many(store: Store) -> None:
    """The longest due tokens come first, as many as one request may name."""
    for number in range(5):
        await played(store, NOW + number, sessionId=f"s{number}", contactUtk=f"u{number}")
    later = SOON + MINUTE
    assert (await store.lookups.claim(later, 3, LEASE)).utks == ("u0", "u1", "u2")
    assert (await store.lookups.claim(later, 3, LEASE)).utks == ("u3", "u4")


async def test_asking_is_leased(store: Store) -> None:
    """A token that is being asked about is not asked about twice, unless the asker has died."""
    await played(store)
    await store.lookups.claim(SOON, 100, LEASE)
    held = await store.lookups.claim(SOON + LEASE - 1, 100, LEASE)
    assert (held.utks, held.next_at) == ((), SOON + LEASE)
    assert (await store.lookups.claim(SOON + LEASE, 100, LEASE)).utks == ("utk",)


async def test_a_contacts_events_are_released(store: Store) -> None:
    """All that waited for the visitor is due, each with the time at which it happened."""
    await played(store, playedPercent=30)
    await played(store, sessionId="other")
    await played(store, sessionId="else", contactUtk="stranger")
    assert await looked_up(store, {"utk": 9, "stranger": None}, NOW + DAY) == 3
    assert await values(store, "waiting") == ["else STARTED"]
    jobs = await drained(store, NOW + DAY)
    assert [job.play.session_id for job in jobs] == ["session", "other"]
    assert {(job.identity, job.occurred_at) for job in jobs} == {(contact(9), NOW)}


async def test_a_contact_stays_known(store: Store) -> None:
    """The next play of the visitor is due at once, and nobody is asked again that day."""
    await played(store)
    await looked_up(store, {"utk": 9}, SOON)
    await played(store, NOW + MINUTE, sessionId="next")
    assert await values(store, "due") == ["session STARTED", "next STARTED"]
    assert (await store.lookups.claim(NOW + DAY, 100, LEASE)).utks == ()


async def test_an_old_answer_is_used_and_checked(store: Store) -> None:
    """HubSpot merges contacts: after a day the next play has the answer asked for again."""
    await played(store)
    await looked_up(store, {"utk": 9}, SOON)
    later = NOW + 2 * DAY
    await played(store, later, sessionId="next")
    assert "next STARTED" in await values(store, "due")
    await looked_up(store, {"utk": 10}, later + 2 * HOUR)
    assert {job.identity for job in await drained(store, later + 2 * HOUR)} == {contact(10)}


async def test_strangers_wait_and_are_asked_about_again(store: Store) -> None:
    """Strangers are looked up again at the given time; their events say why they wait."""
    await played(store)
    await looked_up(store, {"utk": None}, SOON, {"utk": SOON + MINUTE})
    assert [entry.reason for entry in await entries(store, "waiting")] == ["stranger"]
    by = SOON + MINUTE + MINUTE // 4
    nothing = await store.lookups.claim(by - 1, 100, LEASE)
    assert (nothing.utks, nothing.next_at) == ((), by)
    again = await store.lookups.claim(by, 100, LEASE)
    assert (again.utks, again.asked) == (("utk",), {"utk": 1})


async def test_strangers_ride_along(store: Store) -> None:
    """A request that is made anyway takes those along who are due and would wait for company."""
    await played(store, contactUtk="old")
    await looked_up(store, {"old": None}, SOON, {"old": SOON + DAY})
    await played(store, SOON + DAY, sessionId="s2", contactUtk="new")
    claim = await store.lookups.claim(SOON + DAY + SECOND, 100, LEASE)
    assert claim.utks == ("new", "old")


async def test_a_full_request_goes_at_once(store: Store) -> None:
    """A look-up does not wait once its request is full."""
    for number in range(3):
        await played(store, sessionId=f"s{number}", contactUtk=f"u{number}")
    assert (await store.lookups.claim(NOW, 4, LEASE)).utks == ()
    assert (await store.lookups.claim(NOW, 3, LEASE)).utks == ("u0", "u1", "u2")


async def test_the_busier_the_fuller(store: Store) -> None:
    """Each request in the rate window makes new usertokens wait longer, up to half a minute."""
    for number in range(20):
        await played(store, sessionId=f"m{number}", contactUtk=None, _hsenc="p2")
    for held, company in ((1, 3), (20, 30)):
        while (await store.admin.depths(NOW)).quota_used < held:
            await claimed(store)
        await played(store, sessionId=f"s{held}", contactUtk=f"u{held}")
        first = SOON if held == 1 else NOW + 3 * SECOND
        waiting = await store.lookups.claim(NOW, 100, LEASE)
        assert waiting.next_at == min(first + (company - 1) * SECOND, NOW + 3 * SECOND)
    asked = await store.lookups.claim(NOW + 3 * SECOND, 1, LEASE)
    assert asked.utks == ("u1",)
    assert (await store.lookups.claim(NOW + 3 * SECOND, 100, LEASE)).next_at == NOW + (30 * SECOND)


async def test_strangers_yield_to_events(store: Store) -> None:
    """Repeated look-ups wait while events are due, but for an hour at most."""
    await played(store, contactUtk="stranger")
    await looked_up(store, {"stranger": None}, SOON, {"stranger": SOON + MINUTE})
    by = SOON + MINUTE + MINUTE // 4
    await played(store, by, sessionId="m", contactUtk=None, _hsenc="p2")
    yielding = await store.lookups.claim(by, 100, LEASE)
    assert (yielding.utks, yielding.next_at) == ((), by + SECOND)
    assert (await store.lookups.claim(by + HOUR, 100, LEASE)).utks == ("stranger",)


async def test_who_is_new_yields_to_nobody(store: Store) -> None:
    """A visitor who was never asked about may be a contact whose events are fresh."""
    await played(store, sessionId="m", contactUtk=None, _hsenc="p2")
    await played(store)
    assert (await store.lookups.claim(SOON, 100, LEASE)).utks == ("utk",)


async def test_a_stranger_who_came_by_mail_goes_by_mail(store: Store) -> None:
    """Once HubSpot has said that it doesn't know the token, `_hsenc` is the next best."""
    await played(store, _hsenc="p2")
    assert await drained(store) == []
    assert await looked_up(store, {"utk": None}, SOON, {"utk": SOON + DAY}) == 1
    (job,) = await drained(store, SOON)
    assert job.identity == Identity("mail", hsenc="p2")


async def test_trouble_puts_the_question_off(store: Store) -> None:
    """Without an answer nothing is known, and the tokens are asked about again."""
    await played(store)
    claim = await store.lookups.claim(SOON, 100, LEASE)
    again = dict.fromkeys(claim.utks, SOON + 5)
    await store.lookups.settle(claim.permit, {}, again, Failing("x"), SOON)
    retried = await store.lookups.claim(SOON + 6, 100, LEASE)
    assert (retried.asked, retried.failures) == ({"utk": 0}, 1)
    paused = Paused(SOON + MINUTE, "missing_scope")
    await store.lookups.settle(retried.permit, {}, again, paused, SOON)
    resting = await store.lookups.claim(SOON + 7, 100, LEASE)
    assert (resting.utks, resting.next_at) == ((), SOON + MINUTE)


@pytest.mark.parametrize(
    "identity",
    [
        pytest.param({"contactId": 7, "contactSignature": SIGNATURE_OF_7}, id="signed contactId"),
        pytest.param({"contactUtk": "contact"}, id="a contact's usertoken"),
    ],
)
async def test_a_late_identity_releases_what_waited(store: Store, identity: dict[str, Any]) -> None:
    """A play that began anonymously is sent from its beginning once a ping says whose it is."""
    await played(store, sessionId="other", contactUtk="contact")
    await looked_up(store, {"contact": 9}, SOON)
    await played(store, contactUtk=None)
    assert await entries(store, "waiting") == []
    await played(store, NOW + MINUTE, **{"contactUtk": None, "playedPercent": 30, **identity})
    due = [entry for entry in await entries(store, "due") if entry.play.session_id == "session"]
    assert [(entry.value, entry.occurred_at) for entry in due] == [
        ("STARTED", NOW),
        ("25", NOW + MINUTE),
    ]


async def test_a_late_identity_may_have_to_be_asked_about(store: Store) -> None:
    """A usertoken that comes with a later ping is looked up, and releases the play's beginning."""
    await played(store, contactUtk=None)
    await played(store, NOW + MINUTE)
    assert await looked_up(store, {"utk": 9}, NOW + MINUTE + SECOND) == 1


async def test_who_is_signed_is_not_asked_about(store: Store) -> None:
    """A signed contactId needs no look-up, whatever else the visitor brings."""
    await played(store, contactId=7, contactSignature=SIGNATURE_OF_7)
    assert (await store.lookups.claim(NOW + DAY, 100, LEASE)).next_at is None
    assert await values(store, "due") == ["session STARTED"]


async def test_nobody_is_asked_about_in_passthrough(passing: Store) -> None:
    """The relay needs no look-up if HubSpot converts the tokens itself."""
    await played(passing)
    assert (await passing.lookups.claim(NOW + DAY, 100, LEASE)).next_at is None


async def test_a_stranger_without_waiting_events_is_left_alone(store: Store) -> None:
    """A look-up that nobody waits for is not worth a request."""
    await played(store, _hsenc="p2")
    await looked_up(store, {"utk": None}, SOON, {"utk": SOON + MINUTE})
    await store.maintenance.maintain(SOON + MINUTE, 10)
    assert (await store.lookups.claim(NOW + DAY, 100, LEASE)).next_at is None


async def test_a_stranger_who_returns_is_asked_about(store: Store) -> None:
    """A visitor whose look-ups were at rest may have become a contact since."""
    await played(store, _hsenc="p2")
    await looked_up(store, {"utk": None}, SOON, {"utk": SOON + MINUTE})
    await store.maintenance.maintain(SOON + MINUTE, 10)
    await played(store, NOW + DAY, sessionId="next")
    assert await values(store, "waiting") == ["next STARTED"]
    assert await looked_up(store, {"utk": 9}, NOW + DAY + 2 * HOUR) == 1


async def test_a_restless_stranger_is_not_asked_about_all_the_time(store: Store) -> None:
    """Every new play brings the question forward, but it is asked once a minute at most.

    The busier the relay, the less often: here one permit is in use.
    """
    await played(store)
    await looked_up(store, {"utk": None}, SOON, {"utk": SOON + DAY})
    await played(store, SOON + 1, sessionId="second")
    pause = MINUTE + 20 * SECOND
    claim = await store.lookups.claim(SOON + pause - 1, 100, LEASE)
    assert (claim.utks, claim.next_at) == ((), SOON + pause + pause // 4)
    assert (await store.lookups.claim(SOON + pause, 1, LEASE)).utks == ("utk",)


async def test_a_busy_relay_asks_less_often(store: Store) -> None:
    """A stranger who starts another play joins the next regular question instead."""
    await played(store)
    await looked_up(store, {"utk": None}, SOON, {"utk": SOON + DAY})
    for number in range(40):
        await played(store, SOON + 1, sessionId=f"{number}", contactUtk=f"{number}")
        await store.lookups.claim(SOON + 1 + 30 * SECOND, 1, LEASE)
    await played(store, SOON + 2, sessionId="second")
    claim = await store.lookups.claim(SOON + 10 * MINUTE - 1, 100, LEASE)
    assert "utk" not in claim.utks


async def test_a_waiting_event_is_woken_by_its_contact(store: Store) -> None:
    """A contact wakes a waiting event, even one with its own time after a refused `_hsenc`."""
    await played(store, _hsenc="p2")
    await looked_up(store, {"utk": None}, SOON, {"utk": SOON + MINUTE})
    await settle(store, await claimed(store, SOON), Wait("stranger", NOW + DAY), now=SOON)
    assert await looked_up(store, {"utk": 9}, SOON + 2 * MINUTE) == 1
    assert [job.identity for job in await drained(store, SOON + 2 * MINUTE)] == [contact(9)]


async def test_a_good_answer_makes_the_account_healthy(store: Store) -> None:
    """After failures one answer is enough, also if it is about people."""
    await played(store)
    claim = await store.lookups.claim(SOON, 100, LEASE)
    again = dict.fromkeys(claim.utks, SOON)
    await store.lookups.settle(claim.permit, {}, again, Failing("x"), SOON)
    claim = await store.lookups.claim(SOON, 100, LEASE)
    await store.lookups.settle(claim.permit, {"utk": 9}, {}, Healthy(), SOON)
    assert (await store.outbox.claim(SOON, LEASE)).failures == 0


async def test_an_answer_between_claim_and_release(store: Store) -> None:
    """An event put back to wait for an answer that has just come is due."""
    await played(store)
    await store.admin.requeue([entry.id for entry in await entries(store)], NOW)
    job = await claimed(store)
    assert job.identity == Unknown("lookup")
    await looked_up(store, {"utk": 9}, NOW + MINUTE)
    await store.outbox.release(job, NOW + MINUTE, sent=False, wait="lookup")
    assert (await claimed(store, NOW + MINUTE)).identity == Identity("usertoken", contact_id=9)
