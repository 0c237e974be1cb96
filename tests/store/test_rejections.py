"""Rejected events by kind, changed by hand in chunks, and who did it."""

from msgspec.structs import replace

from app.domain.identity import Identity
from app.domain.outcome import Rejected
from app.store.console_records import AuditEntry
from app.store.event_reports import Selection
from app.store.store import Store
from tests.store.setting import (
    ALL,
    DAY,
    MINUTE,
    NOW,
    RETENTION,
    SECOND,
    arrive,
    claimed,
    drained,
    entries,
    fold,
    looked_up,
    settle,
    values,
)


async def rejections(store: Store, count: int, message: str = "media 17 is unknown") -> None:
    """So many events, all refused in the same words, but for the numbers."""
    who = message.split(maxsplit=1)[0]
    for number in range(count):
        await arrive(store, NOW - MINUTE, sessionId=f"{who}{number}", contactUtk=who)
    await fold(store, NOW - MINUTE)
    await looked_up(store, {who: 9})
    for job in await drained(store):
        said = Rejected("refused", 400, "VALIDATION", message.replace("17", str(job.id)))
        await settle(store, job, said)


async def test_rejections_of_a_kind_are_one_family(store: Store) -> None:
    """Each family shows its latest event as an example, and the largest family comes first."""
    await rejections(store, 3)
    families = await store.rejections.families(ALL)
    assert [(each.family, each.count) for each in families] == [
        ("VALIDATION media # is unknown", 3)
    ]
    assert families[0].latest.answer["message"] == f"media {families[0].latest.id} is unknown"


async def test_each_of_a_family_is_shown_with_whom_it_is_for(store: Store) -> None:
    """The latest first, page by page."""
    await rejections(store, 3)
    family = (await store.rejections.families(1))[0].family
    first = await store.rejections.events(family, 2, None)
    rest = await store.rejections.events(family, 2, first[-1].entry.id)
    ids = [each.entry.id for each in (*first, *rest)]
    assert ids == sorted(ids, reverse=True)
    assert len(ids) == 3
    assert first[0].identity == Identity("usertoken", contact_id=9)
    assert await store.rejections.events("another", 2, None) == []


async def test_a_family_is_requeued_in_chunks(store: Store) -> None:
    """Counted at the note that says who did it; what is rejected again meanwhile is left."""
    await rejections(store, 3)
    family = (await store.rejections.families(1))[0].family
    note = await store.admin.note("ana", "requeue", family, NOW)
    choice = Selection(NOW, family=family)
    assert await store.rejections.change("requeue", choice, note, 2, NOW + 1) == 2
    job = await claimed(store, NOW + 1)
    await settle(
        store, job, Rejected("refused", 400, "VALIDATION", "media 17 is unknown"), now=NOW + 2
    )
    assert await store.rejections.change("requeue", choice, note, 2, NOW + 3) == 1
    assert await store.rejections.change("requeue", choice, note, 2, NOW + 4) == 0
    assert await store.admin.audit_log(ALL) == [AuditEntry(note, NOW, "ana", "requeue", family, 3)]
    assert len(await values(store, "rejected")) == 1
    assert {entry.reason for entry in await entries(store, "due")} == {"requeued"}


async def test_single_ones_are_discarded(store: Store) -> None:
    """Those named, if they are rejected; others are left."""
    await rejections(store, 2)
    await arrive(store, NOW, sessionId="waits", contactUtk="stranger")
    await fold(store)
    one, other, waiting = await entries(store)
    note = await store.admin.note("ana", "discard", "2 events", NOW)
    choice = Selection(NOW, ids=[one.id, waiting.id, 99])
    assert await store.rejections.change("discard", choice, note, ALL, NOW) == 1
    assert [(entry.id, entry.status) for entry in await entries(store)] == [
        (one.id, "discarded"),
        (other.id, "rejected"),
        (waiting.id, "waiting"),
    ]


async def test_all_of_them(store: Store) -> None:
    """Rejected events of every family."""
    await rejections(store, 1)
    await rejections(store, 1, "no such page")
    assert len(await store.rejections.families(ALL)) == 2
    note = await store.admin.note("ana", "requeue", "all", NOW)
    assert await store.rejections.change("requeue", Selection(NOW), note, ALL, NOW) == 2
    assert await store.rejections.families(ALL) == []


async def test_the_audit_log_goes_back_page_by_page(store: Store) -> None:
    """The latest change first; it ends with its retention."""
    notes = [await store.admin.note("ana", "requeue", str(n), NOW + n, n) for n in range(3)]
    assert [each.id for each in await store.admin.audit_log(2)] == [notes[2], notes[1]]
    assert [each.count for each in await store.admin.audit_log(2, notes[1])] == [0]
    await store.maintenance.maintain(NOW + RETENTION.figures_ms + DAY, ALL)
    assert await store.admin.audit_log(ALL) == []


async def test_the_depths(store: Store) -> None:
    """The counts by status: exact, or up to where counting stops."""
    await rejections(store, 2)
    await arrive(store, NOW - SECOND)
    depths = await store.admin.depths(NOW)
    assert (depths.inbox, depths.inbox_age) == (1, SECOND)
    assert (depths.outbox["rejected"], depths.outbox["due"]) == (2, 0)
    assert (depths.requests_today, depths.quota_used) == (3, 3)
    assert depths.pause_reason == ""
    assert await store.admin.depths(NOW, 2) == depths
    one = replace(depths, outbox={**depths.outbox, "rejected": 1})
    assert await store.admin.depths(NOW, 1) == one


async def test_the_latest_plays(store: Store) -> None:
    """Those heard of last, with their events."""
    for number in range(3):
        await arrive(store, NOW + number, sessionId=f"s{number}")
    await fold(store)
    plays = await store.history.latest(2)
    assert [each.play.session_id for each in plays] == ["s2", "s1"]
    assert [event.value for event in plays[0].events] == ["STARTED"]
    assert len({each.id for each in plays}) == 2
    assert plays[0].id == (await store.history.of_session("s2"))[0].id
