"""Media that HubSpot refused rest: now and then one event asks, the rest are spared."""

from typing import Any

import msgspec
import pytest

from app.domain.known import KnownMedium
from app.domain.media import Medium
from app.domain.outcome import Delivered, Healthy, RefusedMedium, Rejected, Unasked
from app.store.event_reports import MediumRefusal, Selection
from app.store.policy import Quota
from app.store.records import Job
from app.store.store import Store
from tests.store.setting import (
    DAY,
    HOUR,
    LEASE,
    NOW,
    RETENTION,
    SECOND,
    claimed,
    entries,
    played,
    settle,
    with_policy,
)

REFUSED = RefusedMedium("refused", 400, "VALIDATION_ERROR", "no such media", "c-1")
SPARED = Rejected("medium_refused", 400, "VALIDATION_ERROR", "no such media", "c-1")
FILM = KnownMedium(42, "VIDEO", "The film", "film")
DELIVERED = Delivered(contact_id=7, media_bridge_id=42, source="passthrough")


async def next_of(store: Store, medium: int | None, now: int, **fields: str) -> Job:
    """A play of that medium begins, and its event is claimed."""
    await played(store, now, sessionId=f"s{now}-{medium}", mediaBridgeId=medium, **fields)
    return await claimed(store, now)


async def refused(store: Store, now: int = NOW) -> None:
    """HubSpot refuses an event of medium 42, which was to be sent."""
    job = await next_of(store, 42, now)
    assert job.refusal is None
    await settle(store, job, REFUSED, Healthy(was_error=True), now)


async def test_the_other_events_of_the_medium_are_spared(passing: Store) -> None:
    """The medium's other events get HubSpot's words; events of other media are sent."""
    await refused(passing)
    assert (await next_of(passing, 42, NOW + SECOND)).refusal == SPARED
    assert (await next_of(passing, 43, NOW + SECOND)).refusal is None
    other = await next_of(passing, None, NOW + SECOND, externalId="42")
    assert other.refusal is None


async def test_what_is_spared_costs_nothing(passing: Store) -> None:
    """No permit, no request, no error, and no attempt of the event's."""
    await refused(passing)
    job = await next_of(passing, 42, NOW + SECOND)
    assert job.refusal is not None
    await settle(passing, job, job.refusal, Unasked(), NOW + SECOND)
    depths = await passing.admin.depths(NOW + SECOND)
    assert (depths.requests_today, depths.errors_today, depths.quota_used) == (1, 1, 1)
    entry = (await entries(passing, "rejected"))[-1]
    assert (entry.reason, entry.attempts) == ("medium_refused", 0)
    assert entry.answer["message"] == "no such media"
    assert [family.count for family in await passing.rejections.families(9)] == [2]


async def test_one_event_asks_again(passing: Store) -> None:
    """One event is sent after an hour, while the others wait; each refusal doubles the pause."""
    await refused(passing)
    assert (await next_of(passing, 42, NOW + HOUR - 1)).refusal == SPARED
    probe = await next_of(passing, 42, NOW + HOUR)
    assert probe.refusal is None
    assert (await next_of(passing, 42, NOW + HOUR + 1)).refusal == SPARED
    await settle(passing, probe, REFUSED, now=NOW + HOUR + SECOND)
    assert (await next_of(passing, 42, NOW + 3 * HOUR)).refusal == SPARED
    assert (await next_of(passing, 42, NOW + 3 * HOUR + SECOND)).refusal is None


async def test_a_probe_that_dies_is_followed_by_another(passing: Store) -> None:
    """Another probe follows once the lease of a dead one has ended."""
    await refused(passing)
    await next_of(passing, 42, NOW + HOUR)
    assert (await next_of(passing, 42, NOW + HOUR + LEASE)).refusal is None


async def test_the_rest_never_grows_beyond_a_day(passing: Store) -> None:
    """However often HubSpot refuses the medium."""
    now = NOW
    for _ in range(9):
        await refused(passing, now)
        now += DAY


async def test_several_refusals_at_once_are_one(passing: Store) -> None:
    """Senders that were under way together don't make the rest longer."""
    jobs = [await next_of(passing, 42, NOW + number) for number in range(4)]
    for job in jobs:
        await settle(passing, job, REFUSED, now=NOW + SECOND)
    assert (await next_of(passing, 42, NOW + HOUR + SECOND)).refusal is None


async def test_a_delivery_ends_the_rest(passing: Store) -> None:
    """HubSpot has the medium now: all of its events are sent again."""
    await refused(passing)
    await settle(passing, await next_of(passing, 42, NOW + HOUR), DELIVERED, now=NOW + HOUR)
    assert (await next_of(passing, 42, NOW + HOUR + 1)).refusal is None
    await refused(passing, NOW + HOUR + 2)
    assert (await next_of(passing, 42, NOW + 2 * HOUR + 2)).refusal is None, "it counts from one"


async def test_whoever_requeues_ends_it_too(passing: Store) -> None:
    """A requeue, by ids or by family, ends it: the operator says that the cause is fixed."""
    await refused(passing)
    (entry,) = await entries(passing)
    assert await passing.admin.requeue([entry.id], NOW) == 1
    job = await claimed(passing)
    assert job.refusal is None
    await settle(passing, job, REFUSED)
    note = await passing.admin.note("ana", "requeue", "", NOW)
    assert await passing.rejections.change("requeue", Selection(NOW), note, 9, NOW) == 1
    assert (await claimed(passing)).refusal is None


async def test_discarding_does_not(passing: Store) -> None:
    """Such a refusal says nothing about the medium."""
    await refused(passing)
    note = await passing.admin.note("ana", "discard", "", NOW)
    assert await passing.rejections.change("discard", Selection(NOW), note, 9, NOW) == 1
    assert (await next_of(passing, 42, NOW + SECOND)).refusal == SPARED


async def test_near_the_limit_of_errors_it_is_not_asked_about(passing: Store) -> None:
    """The rest then lasts until the next day, when errors are counted anew."""
    strict = Quota(rate=100, window_ms=10_000, error_share=0.1, error_floor=1)
    midnight = NOW - NOW % DAY + DAY
    await refused(passing, midnight - 3 * HOUR)
    await played(passing, midnight - HOUR, sessionId="late")
    passing = with_policy(passing, quota=strict)
    job = await claimed(passing, midnight - HOUR)
    assert job.refusal == SPARED
    await passing.outbox.release(job, midnight, sent=False)
    assert (await claimed(passing, midnight)).refusal is None


@pytest.mark.parametrize(("after", "hours"), [(-1, 4), (0, 1)])
async def test_it_is_forgotten_in_time(passing: Store, after: int, hours: int) -> None:
    """A month after it might have been asked about; the next refusal is then the first again."""
    await refused(passing)
    await refused(passing, NOW + HOUR)
    now = NOW + 3 * HOUR + RETENTION.park_ms + after
    await passing.maintenance.maintain(now, 9)
    await refused(passing, now)
    assert (await next_of(passing, 42, now + hours * HOUR - 1)).refusal == SPARED
    assert (await next_of(passing, 42, now + hours * HOUR)).refusal is None


async def test_people_see_what_rests(passing: Store) -> None:
    """Paused media are shown with HubSpot's words, the longest pause first, and for a day after."""
    await refused(passing)
    await refused(passing, NOW + HOUR)
    other = await next_of(passing, None, NOW, externalId="film")
    await settle(passing, other, RefusedMedium("incomplete", 200), now=NOW)
    twice = MediumRefusal("42/", 2, NOW + 3 * HOUR, "no such media")
    once = MediumRefusal("/film", 1, NOW + HOUR, "incomplete")
    assert await passing.rejections.media(NOW + 2 * HOUR, 9) == [twice, once]
    assert await passing.rejections.media(NOW, 1) == [twice]
    assert await passing.rejections.media(NOW + HOUR + DAY, 9) == [twice]
    assert await passing.rejections.media(NOW + 3 * HOUR + DAY, 9) == []
    unasked = [Medium(bridge_id=42), Medium(bridge_id=42, external_id="film"), Medium()]
    assert await passing.rejections.of_media(unasked) == {"42/": twice}
    assert await passing.rejections.of_media([]) == {}


async def test_asked_or_not_it_is_one_family(passing: Store) -> None:
    """Refused events are one family whether they were sent or not, also without a category."""
    said = RefusedMedium("incomplete", 200, message="200 without mediaBridgeId")
    await settle(passing, await next_of(passing, 42, NOW), said)
    job = await next_of(passing, 42, NOW + SECOND)
    assert job.refusal is not None
    await settle(passing, job, job.refusal, Unasked(), NOW + SECOND)
    assert [family.count for family in await passing.rejections.families(9)] == [2]


@pytest.mark.parametrize(
    ("fields", "ended"),
    [
        ({"mediaBridgeId": 42}, True),
        ({"externalId": "film"}, True),
        ({"mediaBridgeId": 42, "externalId": "film"}, True),
        ({"mediaBridgeId": 42, "externalId": "another"}, False),
        ({"mediaBridgeId": 43}, False),
    ],
)
async def test_what_hubspot_turns_out_to_have_rests_no_longer(
    passing: Store,
    fields: dict[str, Any],
    ended: bool,  # noqa: FBT001 - a table
) -> None:
    """The object was created there, by us or by hand: the waiting events are sent at once."""
    medium = {"mediaBridgeId": None, **fields}
    await played(passing, NOW, sessionId="first", **medium)
    await settle(passing, await claimed(passing), REFUSED)
    await played(passing, NOW + 1, sessionId="next", **medium)
    await passing.media.save_media([FILM], 1)
    assert ((await claimed(passing, NOW + 1)).refusal is None) is ended


async def test_a_listing_without_news_ends_no_rest(passing: Store) -> None:
    """HubSpot refuses what it has listed before: to list it again, by a timer, changes nothing."""
    await passing.media.save_media([FILM], 1)
    await refused(passing)
    await passing.media.save_media([FILM], 2)
    await passing.media.save_media([], 2)
    assert (await next_of(passing, 42, NOW + SECOND)).refusal == SPARED
    await passing.media.save_media([msgspec.structs.replace(FILM, external_id="other")], 3)
    assert (await next_of(passing, 42, NOW + 2 * SECOND)).refusal is None
