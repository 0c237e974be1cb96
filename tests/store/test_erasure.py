"""Forgetting a visitor leaves nothing of them anywhere, and everything of everybody else."""

import asyncio
import json
from typing import Any

import pytest

from app.domain.outcome import Delivered, Healthy
from app.store.records import InboxPing
from app.store.store import Store
from app.store.transactions.erasure import PORTION
from tests.store.setting import (
    LEASE,
    NOW,
    SECOND,
    SIGNATURE_OF_7,
    arrive,
    body,
    claimed,
    entries,
    fold,
    looked_up,
    played,
    settle,
    values,
)


async def test_by_usertoken(store: Store) -> None:
    """Plays, events, the answer about the visitor, and pings that were not read yet."""
    await played(store, sessionId="theirs", playedPercent=60)
    await played(store, sessionId="other", contactUtk="other")
    await looked_up(store, {"utk": 9, "other": 10}, NOW + SECOND)
    await arrive(store, sessionId="unread")
    await arrive(store, sessionId="other unread", contactUtk="other")
    assert await store.admin.forget(utk="utk", contact_id=None) == 2
    await fold(store)
    assert await values(store) == ["other STARTED", "other unread STARTED"]
    await played(store, NOW + SECOND, sessionId="new")
    assert await values(store, "waiting") == ["new STARTED"]  # nothing is known of them


async def test_by_contact(store: Store) -> None:
    """All usertokens of the contact, and all plays that a site signed with their id."""
    await played(store, sessionId="phone", contactUtk="u1")
    await played(store, sessionId="laptop", contactUtk="u2")
    await played(store, sessionId="other", contactUtk="u3")
    await looked_up(store, {"u1": 7, "u2": 7, "u3": 8}, NOW + SECOND)
    signed: dict[str, Any] = {
        "contactUtk": None,
        "contactId": 7,
        "contactSignature": SIGNATURE_OF_7,
    }
    await played(store, sessionId="signed", **signed)
    await arrive(store, sessionId="unread", **signed)
    assert await store.admin.forget(utk=None, contact_id=7) == 4
    await fold(store)
    assert await values(store) == ["other STARTED"]


async def test_by_contact_where_only_hubspot_knew_who_it_was(passing: Store) -> None:
    """Plays that went out by mail or usertoken, and that HubSpot's answer gave to the contact."""
    await played(passing, sessionId="mail", contactUtk=None, _hsenc="p2")
    await settle(passing, await claimed(passing), Delivered(7, 42, "mail"))
    await played(passing, sessionId="token", playedPercent=30)
    await settle(passing, await claimed(passing), Delivered(7, 42, "passthrough"))
    await settle(passing, await claimed(passing), Delivered(7, 42, "passthrough"))
    await played(passing, sessionId="other", contactUtk="other")
    await settle(passing, await claimed(passing), Delivered(42, 7, "passthrough"))
    await played(passing, sessionId="unsent")
    assert await passing.admin.forget(utk=None, contact_id=7) == 3
    assert {entry.play.session_id for entry in await entries(passing)} == {"other"}


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(body(), id="as a player writes it"),
        pytest.param(
            json.dumps(
                {"contactUtk": " utk ", "plays": [json.loads(body(contactUtk=None))]}
            ).encode(),
            id="in the envelope, padded",
        ),
        pytest.param(body().replace(b'"utk"', rb'"\u0075tk"'), id="escaped"),
        pytest.param(b'{"contactUtk": "utk", broken', id="broken"),
    ],
)
async def test_what_was_not_read_yet(store: Store, written: bytes) -> None:
    """However a ping spells the token, in the inbox as in quarantine."""
    await store.inbox.append(InboxPing(NOW, None, written))
    assert await store.admin.forget(utk="utk", contact_id=None) == 1
    assert (await store.admin.depths(NOW)).inbox == 0


async def test_in_quarantine(store: Store) -> None:
    """A ping that was set aside is searched too."""
    await store.inbox.append(InboxPing(NOW, None, b'{"contactUtk": "utk", broken'))
    await store.inbox.append(InboxPing(NOW, None, b'{"contactUtk": "other", broken'))
    await fold(store)
    assert await store.admin.forget(utk="utk", contact_id=None) == 1
    assert (await store.admin.depths(NOW)).quarantined == 1


async def test_a_longer_usertoken_is_anothers(store: Store) -> None:
    """Its pings stay, read and unread, sound and broken."""
    await played(store, contactUtk="utk2")
    await arrive(store, contactUtk="utk2")
    await store.inbox.append(InboxPing(NOW, None, b'{"contactUtk": "my-utk", broken'))
    assert await store.admin.forget(utk="utk", contact_id=None) == 0
    assert (await store.admin.depths(NOW)).inbox == 2


async def test_among_many(store: Store) -> None:
    """However many wait, all are searched, and the progress is reported."""
    others = body(contactUtk="other")
    await asyncio.gather(
        *(store.inbox.append(InboxPing(NOW, None, others)) for _ in range(PORTION))
    )
    await arrive(store)
    await store.inbox.append(InboxPing(NOW, None, b'{"contactUtk": "utk", broken'))
    progress: list[int] = []
    assert await store.admin.forget(utk="utk", contact_id=None, progress=progress.append) == 2
    assert progress == [PORTION, PORTION + 2]
    assert (await store.admin.depths(NOW)).inbox == PORTION


async def test_while_an_event_is_in_flight(passing: Store) -> None:
    """Its answer finds nothing to be kept with, and that is no error."""
    await played(passing)
    job = await claimed(passing)
    assert await passing.admin.forget(utk="utk", contact_id=None) == 1
    await settle(passing, job, Delivered(7, 42, "passthrough"))
    assert await entries(passing) == []


async def test_while_a_lookup_is_in_flight(store: Store) -> None:
    """Its answer is about nobody any more, and is not kept."""
    await played(store)
    asked = await store.lookups.claim(NOW + SECOND, 100, LEASE)
    await store.admin.forget(utk="utk", contact_id=None)
    await store.lookups.settle(asked.permit, {"utk": 9}, {}, Healthy(), NOW + SECOND)
    await played(store, NOW + SECOND, sessionId="new")
    assert await values(store, "waiting") == ["new STARTED"]


async def test_nobody_by_that_name(store: Store) -> None:
    """Forgetting somebody unknown, or nobody at all, takes nothing away."""
    await played(store)
    assert await store.admin.forget(utk="other", contact_id=None) == 0
    assert await store.admin.forget(utk=None, contact_id=99) == 0
    assert await store.admin.forget(utk=None, contact_id=None) == 0
    assert await values(store) == ["session STARTED"]


async def test_a_waiting_ping_is_erased_however_its_token_is_written(store: Store) -> None:
    """A usertoken in capitals is the same visitor's, before the fold as after it."""
    await arrive(store, contactUtk="ABCDEF" * 5 + "01")
    assert await store.admin.forget(utk="abcdef" * 5 + "01", contact_id=None) == 1


async def test_a_visitor_of_very_many_plays(store: Store) -> None:
    """However many plays there are, all are erased, each with its events."""
    await asyncio.gather(*(arrive(store, sessionId=f"s{n}") for n in range(PORTION + 5)))
    await arrive(store, sessionId="other", contactUtk="other")
    await fold(store)
    assert await store.admin.forget(utk="utk", contact_id=None) == PORTION + 5
    assert await values(store) == ["other STARTED"]


async def test_an_interrupted_erasure_goes_on(store: Store) -> None:
    """A second call erases the rest after an interruption; what was erased stays erased."""
    await asyncio.gather(*(arrive(store) for _ in range(PORTION + 5)))

    def interrupt(_count: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        await store.admin.forget(utk="utk", contact_id=None, progress=interrupt)
    assert (await store.admin.depths(NOW)).inbox == 5
    assert await store.admin.forget(utk="utk", contact_id=None) == 5


async def test_an_interrupted_erasure_of_a_contact_goes_on(passing: Store) -> None:
    """The plays that show which usertokens are the contact's are erased after the others."""
    await played(passing, sessionId="sent", contactUtk="theirs")
    await settle(passing, await claimed(passing), Delivered(7, 42, "passthrough"))
    for number in range(3):
        await played(passing, sessionId=f"unsent-{number}", contactUtk="theirs")
    await arrive(passing, sessionId="unread", contactUtk="other")

    def interrupt(_count: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        await passing.admin.forget(utk=None, contact_id=7, progress=interrupt)
    assert await passing.admin.forget(utk=None, contact_id=7) == 4


async def test_what_would_be_erased_is_counted(store: Store) -> None:
    """A dry run counts plays and unread pings, and erases none."""
    await played(store, sessionId="theirs")
    await played(store, sessionId="other", contactUtk="other")
    await looked_up(store, {"utk": 7, "other": 8}, NOW + SECOND)
    await arrive(store, sessionId="unread")
    for who in ({"utk": "utk", "contact_id": None}, {"utk": None, "contact_id": 7}):
        assert await store.admin.forget(**who, dry_run=True) == 2
    assert await values(store) == ["theirs STARTED", "other STARTED"]
