"""Every event ends in one outcome, and a person can see, replay and discard it."""

import pytest

from app.domain.outcome import STATUSES, Delivered, Outcome, Rejected, Retry, Status, Wait
from app.store.records import InboxPing
from app.store.store import Store
from tests.store.setting import (
    MINUTE,
    NOW,
    QUOTA,
    SECOND,
    claimed,
    drained,
    entries,
    fold,
    played,
    settle,
    values,
)

DELIVERED = Delivered(contact_id=7, media_bridge_id=42, source="mail")
REJECTED = Rejected("refused", 400, "VALIDATION_ERROR", "no such media", "c-1")


@pytest.mark.parametrize(
    ("outcome", "status", "reason", "answer"),
    [
        pytest.param(
            DELIVERED,
            "delivered",
            "mail",
            {"contact_id": 7, "media_bridge_id": 42, "rung": "mail"},
            id="delivered",
        ),
        pytest.param(
            REJECTED,
            "rejected",
            "refused",
            {
                "reason": "refused",
                "http_status": 400,
                "category": "VALIDATION_ERROR",
                "message": "no such media",
                "correlation_id": "c-1",
            },
            id="rejected",
        ),
        pytest.param(
            Retry(NOW + 5, "unavailable: HTTP 503"),
            "due",
            "unavailable: HTTP 503",
            {"at": NOW + 5, "reason": "unavailable: HTTP 503"},
            id="to be tried again",
        ),
        pytest.param(
            Retry(NOW + 5, "daily_limit", counts_as_attempt=False),
            "due",
            "daily_limit",
            {"at": NOW + 5, "reason": "daily_limit"},
            id="put off for the account's sake",
        ),
        pytest.param(
            Wait("stranger", NOW + 9),
            "waiting",
            "stranger",
            {"reason": "stranger", "until": NOW + 9},
            id="waiting",
        ),
    ],
)
async def test_an_outcome_is_kept_with_hubspots_words(
    passing: Store, outcome: Outcome, status: Status, reason: str, answer: dict[str, object]
) -> None:
    """Status, reason and answer stand with the event, for a person to read."""
    await played(passing)
    await settle(passing, await claimed(passing), outcome, now=NOW + SECOND)
    (entry,) = await entries(passing)
    assert (entry.status, entry.reason, entry.answer) == (status, reason, answer)
    assert await passing.admin.event(entry.id) == entry
    outbox = (await passing.admin.depths(NOW)).outbox
    assert outbox == dict.fromkeys(STATUSES, 0) | {status: 1}


async def test_the_list_is_newest_first(passing: Store) -> None:
    """The list has so many of the newest events, of all or of one status."""
    for number in range(4):
        await played(passing, NOW + number, sessionId=f"s{number}")
    await settle(passing, await claimed(passing), REJECTED)
    newest = await passing.admin.events(None, 2)
    assert [entry.play.session_id for entry in newest] == ["s3", "s2"]
    due = await passing.admin.events("due", 100)
    assert [entry.play.session_id for entry in due] == ["s3", "s2", "s1"]
    assert await passing.admin.events("waiting", 100) == []


async def test_no_such_event(store: Store) -> None:
    """Missing rows are shown as nothing."""
    assert await store.admin.event(1) is None


async def test_requeued_events_start_again(passing: Store) -> None:
    """A rejected event is due again with a clean slate, and nothing else is touched."""
    await played(passing, sessionId="a")
    await played(passing, sessionId="b")
    a, b = await claimed(passing), await claimed(passing)
    await settle(passing, a, REJECTED)
    await settle(passing, b, DELIVERED)
    assert await passing.admin.requeue([a.id, b.id, 999], NOW + MINUTE) == 1
    (again,) = await drained(passing, NOW + MINUTE)
    assert (again.id, again.attempts) == (a.id, 1)
    assert await values(passing, "delivered") == ["b STARTED"]


async def test_a_waiting_event_can_be_requeued(store: Store) -> None:
    """A person may send what waits for a contact, or was given up."""
    await played(store)
    (entry,) = await entries(store, "waiting")
    assert await store.admin.requeue([entry.id], NOW) == 1
    assert [job.id for job in await drained(store)] == [entry.id]


async def test_discarding(passing: Store) -> None:
    """A discarded event is no longer claimed; delivered events and those in flight stay so."""
    for name in ("delivered", "sending", "due"):
        await played(passing, sessionId=name)
    await settle(passing, await claimed(passing), DELIVERED)
    await claimed(passing)
    ids = [entry.id for entry in await entries(passing)]
    assert await passing.admin.discard([*ids, 999], NOW) == 1
    assert [(e.play.session_id, e.status) for e in await entries(passing)] == [
        ("delivered", "delivered"),
        ("sending", "sending"),
        ("due", "discarded"),
    ]
    assert await drained(passing) == []


async def test_a_discarded_milestone_stays_discarded(passing: Store) -> None:
    """Later pings of the play don't bring it back."""
    await played(passing, playedPercent=30)
    ids = [entry.id for entry in await entries(passing)]
    await passing.admin.discard(ids, NOW)
    await played(passing, playedPercent=60)
    assert await values(passing, "due") == ["session 50", "session VIEWED"]


async def test_depths(store: Store) -> None:
    """The depths give the number of each kind, and the age of the oldest."""
    empty = await store.admin.depths(NOW)
    assert (empty.inbox, empty.inbox_age, empty.due_age, empty.strangers) == (0, 0, 0, 0)
    await played(store, NOW, sessionId="a", contactUtk=None, _hsenc="p2", playedPercent=30)
    await played(store, NOW, sessionId="b")
    await played(store, NOW + SECOND, sessionId="c", contactUtk=None, _hsenc="p2")
    await store.inbox.append(InboxPing(NOW + SECOND, None, b"unread"))
    await store.inbox.append(InboxPing(NOW + 2 * SECOND, None, b"unread"))
    await claimed(store, NOW + SECOND)
    depths = await store.admin.depths(NOW + 10 * SECOND)
    assert (depths.inbox, depths.inbox_age) == (2, 9 * SECOND)
    assert depths.outbox == dict.fromkeys(STATUSES, 0) | {"due": 2, "sending": 1, "waiting": 1}
    assert (depths.due_age, depths.strangers) == (10 * SECOND, 1)
    assert (depths.quarantined, depths.quota_used) == (0, 1)
    assert (depths.paused_until, depths.pause_reason) == (0, "")
    await fold(store)
    assert (await store.admin.depths(NOW)).quarantined == 2


async def test_permits_in_use_are_counted(passing: Store) -> None:
    """Permits count until the window has passed, and no longer."""
    await played(passing)
    await settle(passing, await claimed(passing), DELIVERED)
    assert (await passing.admin.depths(NOW + QUOTA.window_ms - 1)).quota_used == 1
    assert (await passing.admin.depths(NOW + QUOTA.window_ms)).quota_used == 0
