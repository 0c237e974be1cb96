"""The order of events: new ones before late ones, and late ones never wait without a reason."""

from app.domain.outcome import Delivered, Failing, Retry
from app.store.store import Store
from tests.store.setting import (
    HOUR,
    LEASE,
    MINUTE,
    NOW,
    SECOND,
    claimed,
    entries,
    played,
    settle,
)

DELIVERED = Delivered(contact_id=7, media_bridge_id=42, source="mail")


async def by_mail(store: Store, session: str, now: int, percent: int = 0) -> None:
    """A play that is due at once, of a visitor whom nobody has to be asked about."""
    await played(
        store,
        now,
        sessionId=session,
        contactUtk=None,
        _hsenc=f"p2-{session}",
        playedPercent=percent,
    )


async def test_fresh_events_overtake_a_backlog(store: Store) -> None:
    """Events of the last five minutes go before all older ones."""
    for number in range(3):
        await by_mail(store, f"late{number}", NOW - HOUR + number)
    await by_mail(store, "fresh", NOW - 5 * MINUTE + 1)
    await by_mail(store, "newest", NOW)
    order = [(await claimed(store)).play.session_id for _ in range(5)]
    assert order == ["fresh", "newest", "late0", "late1", "late2"]


async def test_a_tenth_is_the_backlogs(store: Store) -> None:
    """However much is fresh, every tenth request goes to what has been due the longest."""
    for number in range(4):
        await by_mail(store, f"late{number}", NOW - HOUR + number)
    for number in range(40):
        await by_mail(store, f"fresh{number}", NOW)
    order = [(await claimed(store)).play.session_id for _ in range(30)]
    assert [name for name in order if name.startswith("late")] == ["late0", "late1", "late2"]


async def test_a_fresh_event_waits_for_the_late_ones_of_its_play(store: Store) -> None:
    """The play of the fresh event goes first, from its late events on."""
    await by_mail(store, "other", NOW - HOUR)
    await by_mail(store, "session", NOW - HOUR + 1, percent=30)
    await by_mail(store, "session", NOW, percent=60)
    order = []
    for _ in range(5):
        job = await claimed(store)
        order.append(f"{job.play.session_id} {job.value}")
        await settle(store, job, DELIVERED)
    assert order == [
        "session STARTED",
        "session 25",
        "session 50",
        "session VIEWED",
        "other STARTED",
    ]


async def test_what_is_behind_a_retry_is_put_off_with_it(store: Store) -> None:
    """Nothing that is due stands for nothing in the way of a claim: the whole play comes later."""
    await by_mail(store, "session", NOW, percent=60)
    job = await claimed(store)
    await settle(store, job, Retry(NOW + 9 * SECOND, "unavailable: x"), Failing("x"))
    assert {entry.due_at for entry in await entries(store, "due")} == {NOW + 9 * SECOND}
    claim = await store.outbox.claim(NOW + 9 * SECOND - 1, LEASE)
    assert (claim.job, claim.next_at) == (None, NOW + 9 * SECOND)
