"""Events for several destinations: a row each, an outcome each, and a rest each."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest

from app.domain.destination import DESTINATIONS, Destination
from app.domain.identity import Identity
from app.domain.media import Catalogue
from app.domain.milestones import MilestonePolicy
from app.domain.observation import ObservationPolicy
from app.domain.outcome import (
    Delivered,
    Failing,
    Healthy,
    IdentityRejected,
    Paused,
    Rejected,
    Retry,
)
from app.domain.streak import REFUSED_ALL
from app.fold.folding import SitePolicy
from app.store.records import InboxPing, Job
from app.store.store import Store
from tests.store.setting import (
    ALL,
    LEASE,
    MINUTE,
    NOW,
    SETTLE,
    TRUST,
    NamedVisitors,
    arrive,
    body,
    claimed,
    drained,
    entries,
    fold,
    looked_up,
    settle,
    with_policy,
)

MEDIA, CUSTOM = DESTINATIONS
OBSERVING = ObservationPolicy(Catalogue(), TRUST)


def folding(*destinations: Destination) -> NamedVisitors:
    """A fold whose events go there."""
    return NamedVisitors(OBSERVING, MilestonePolicy(), destinations=destinations)


BOTH = folding(MEDIA, CUSTOM)


@pytest.fixture
def both(store: Store) -> Store:
    """A store of an account with both destinations."""
    return with_policy(store, destinations=DESTINATIONS)


@pytest.fixture
def passing_both(passing: Store) -> Store:
    """The same where usertokens are sent as they are."""
    return with_policy(passing, destinations=DESTINATIONS)


async def watched(store: Store, now: int = NOW, **fields: Any) -> None:
    """A ping is folded for both."""
    await arrive(store, now, **fields)
    await fold(store, now, BOTH)


async def known(store: Store, now: int = NOW) -> None:
    """A play of a contact, begun: one event for each destination."""
    await watched(store, now)
    await looked_up(store, {"utk": 9}, now + MINUTE)


async def states(store: Store) -> list[tuple[str, str, str]]:
    """Destination, milestone and status of each event."""
    return [
        (each.destination, each.value or each.event, each.status) for each in await entries(store)
    ]


def where(jobs: Sequence[Job]) -> Counter[str]:
    """The number of jobs by destination."""
    return Counter(job.destination for job in jobs)


DELIVERED = Delivered(9, 42, "usertoken")


async def test_an_event_has_a_row_for_each_destination(both: Store) -> None:
    """Each destination has its own rows, in order and with one time; a repeated ping adds none."""
    for _ in range(2):
        await watched(both, playedPercent=30)
    assert await states(both) == [
        (MEDIA, "STARTED", "waiting"),
        (CUSTOM, "STARTED", "waiting"),
        (MEDIA, "25", "waiting"),
        (CUSTOM, "25", "waiting"),
    ]
    await looked_up(both, {"utk": 9}, NOW + MINUTE)
    assert {status for *_, status in await states(both)} == {"due"}


async def test_a_site_may_send_to_custom_events_alone(store: Store) -> None:
    """Then nothing is written for the Media Bridge."""
    alone = with_policy(store, destinations=(CUSTOM,))
    await arrive(alone, NOW)
    await fold(alone, NOW, folding(CUSTOM))
    await looked_up(alone, {"utk": 9}, NOW + MINUTE)
    assert where(await drained(alone, NOW + MINUTE)) == {CUSTOM: 1}


async def test_each_site_has_its_own(both: Store) -> None:
    """A play's site decides where its events go."""
    sites = {"www": SitePolicy(OBSERVING, MilestonePolicy(), (CUSTOM,))}
    rules = NamedVisitors(OBSERVING, MilestonePolicy(), sites)
    await arrive(both)
    await both.inbox.append(InboxPing(NOW, None, body(), "www"))
    await fold(both, NOW, rules)
    found = {(each.play.site, each.destination) for each in await entries(both)}
    assert found == {("", MEDIA), ("www", CUSTOM)}


async def test_one_waits_and_the_other_goes_on(both: Store) -> None:
    """The outcome of an event at one destination delays nothing at the other."""
    await watched(both, playedPercent=30)
    await looked_up(both, {"utk": 9}, NOW + MINUTE)
    now = NOW + MINUTE
    first = await drained(both, now)
    assert where(first) == {MEDIA: 1, CUSTOM: 1}
    bridge = next(job for job in first if job.destination == MEDIA)
    await settle(both, bridge, Retry(now + MINUTE, "unavailable: x"), Healthy(), now)
    custom = next(job for job in first if job.destination == CUSTOM)
    await settle(both, custom, DELIVERED, now=now)
    (following,) = await drained(both, now)
    assert (following.destination, following.value) == (CUSTOM, "25")


async def test_they_go_by_turns(both: Store) -> None:
    """However many are due for one, the other is not left behind."""
    for number in range(6):
        await watched(both, sessionId=f"s{number}", contactUtk=None, contactId=None, _hsenc=None)
        await watched(both, sessionId=f"s{number}", contactUtk=f"u{number}")
    await looked_up(both, {f"u{number}": 9 for number in range(6)}, NOW + MINUTE)
    jobs = [await claimed(both, NOW + MINUTE) for _ in range(6)]
    assert where(jobs) == {MEDIA: 3, CUSTOM: 3}


@pytest.mark.parametrize(
    "update",
    [
        pytest.param(Paused(NOW + 5 * MINUTE, "missing_scope"), id="its scope is missing"),
        pytest.param(Paused(NOW + 5 * MINUTE, REFUSED_ALL), id="it refuses everything"),
        pytest.param(Failing("unavailable: HTTP 503", NOW + 5 * MINUTE), id="it does not answer"),
    ],
)
@pytest.mark.parametrize("resting", DESTINATIONS)
async def test_one_destination_rests_alone(
    both: Store, update: Paused | Failing, resting: Destination
) -> None:
    """The other goes on, the account is not paused, and people see which one rests and why."""
    await known(both)
    await watched(both, NOW + MINUTE, sessionId="another")
    now = NOW + MINUTE
    jobs = await drained(both, now)
    (job,) = (
        each for each in jobs if each.destination == resting and each.play.session_id == "session"
    )
    for each in jobs:
        if each is not job:
            await both.outbox.release(each, now, sent=False)
    again = Retry(now, update.reason, counts_as_attempt=False)
    await both.outbox.settle(job, again, update, now)
    assert where(await drained(both, now)).keys() == {*DESTINATIONS} - {resting}
    depths = await both.admin.depths(now)
    assert depths.paused_until == 0
    assert [(each.destination, each.reason) for each in depths.resting] == [
        (resting, update.reason)
    ]


async def test_a_rest_ends_with_an_event_that_is_taken(both: Store) -> None:
    """After its time one request at a time asks; the first that is taken ends it for all."""
    await known(both)
    now = NOW + MINUTE
    jobs = {job.destination: job for job in await drained(both, now)}
    await settle(both, jobs[MEDIA], DELIVERED, now=now)
    pause = Paused(now + MINUTE, "missing_scope")
    again = Retry(now, "missing_scope", counts_as_attempt=False)
    await both.outbox.settle(jobs[CUSTOM], again, pause, now)
    await watched(both, now, sessionId="another")
    assert (await both.outbox.claim(now, LEASE)).job is not None  # the other play's, at the bridge
    claim = await both.outbox.claim(now, LEASE)
    assert (claim.job, claim.next_at) == (None, now + MINUTE)
    later = now + 2 * MINUTE
    (probe,) = await drained(both, later)
    assert probe.destination == CUSTOM
    await settle(both, probe, DELIVERED, now=later)
    assert (await both.admin.depths(later)).resting == []
    assert where(await drained(both, later)) == {CUSTOM: 1}


@pytest.mark.parametrize("reason", ["bad_token", "rate_limited"])
async def test_what_is_the_accounts_rests_all(both: Store, reason: str) -> None:
    """Both use one token and one limit."""
    await known(both)
    job = await claimed(both, NOW + MINUTE)
    until = NOW + 9 * MINUTE
    again = Retry(NOW + MINUTE, reason, counts_as_attempt=False)
    await both.outbox.settle(job, again, Paused(until, reason), NOW + MINUTE)
    claim = await both.outbox.claim(NOW + MINUTE, LEASE)
    assert (claim.job, claim.next_at) == (None, until)


async def test_refusals_alike_rest_the_destination_that_refuses(both: Store) -> None:
    """They are judged by that destination's own, and are due again."""
    for number in range(5):
        media, utk = 40 + number, f"u{number}"
        await watched(both, sessionId=f"s{number}", mediaBridgeId=media, contactUtk=utk)
    now = NOW + MINUTE
    await looked_up(both, {f"u{number}": number + 1 for number in range(5)}, now)
    refused = Rejected("refused", 403, "FORBIDDEN", "no")
    jobs = await drained(both, now)
    assert where(jobs) == {MEDIA: 5, CUSTOM: 5}
    for job in jobs:
        if job.destination == MEDIA:
            await settle(both, job, DELIVERED, now=now)
        else:
            update = Healthy(was_error=True, alike_until=now + 5 * MINUTE, of_event=False)
            await both.outbox.settle(job, refused, update, now)
    depths = await both.admin.depths(now)
    assert [(each.destination, each.reason) for each in depths.resting] == [(CUSTOM, REFUSED_ALL)]
    assert depths.elsewhere == {CUSTOM: {"due": 5}}


async def test_rejections_elsewhere_are_a_kind_of_their_own(both: Store) -> None:
    """The same words at two destinations are two things to mend."""
    await known(both)
    for job in await drained(both, NOW + MINUTE):
        await settle(both, job, Rejected("refused", 400, "BAD", "no"), now=NOW + MINUTE)
    families = {each.family: each.latest.destination for each in await both.rejections.families(9)}
    assert families == {"BAD no": MEDIA, "custom-events: BAD no": CUSTOM}


async def test_a_mails_link_leads_elsewhere_by_the_media_bridges_answer(both: Store) -> None:
    """Custom events take no `_hsenc`: they wait for the contact that the Media Bridge names."""
    await watched(both, contactUtk=None, _hsenc="p2")
    assert await states(both) == [(MEDIA, "STARTED", "due"), (CUSTOM, "STARTED", "waiting")]
    (job,) = await drained(both)
    await settle(both, job, Delivered(7001, 42, "mail"))
    (custom,) = await drained(both)
    assert custom.identity == Identity("media-bridge", contact_id=7001)
    await watched(both, NOW + MINUTE, contactUtk=None, _hsenc="p2", playedPercent=30)
    assert [each for each in await states(both) if each[1] == "25"] == [
        (MEDIA, "25", "due"),
        (CUSTOM, "25", "due"),
    ]


async def test_a_link_that_is_anothers_after_all_leads_nowhere(both: Store) -> None:
    """Once the mail's link has come with a usertoken, a play without it is nobody's, anywhere.

    Even where the Media Bridge has named a contact by that link before.
    """
    await watched(both, contactUtk=None, _hsenc="p2")
    (job,) = await drained(both)
    await settle(both, job, Delivered(7001, 42, "mail"))
    (custom,) = await drained(both)
    await settle(both, custom, Delivered(7001, None, "media-bridge"))
    later = NOW + MINUTE
    await watched(both, later, contactUtk=None, _hsenc="p2", playedPercent=30)
    await watched(both, later, sessionId="owner", _hsenc="p2")
    jobs = [job for job in await drained(both, later) if job.play.session_id == "session"]
    assert {job.destination for job in jobs} == {MEDIA, CUSTOM}
    assert [job.identity for job in jobs if isinstance(job.identity, Identity)] == []


async def test_a_usertoken_sent_as_it_is_goes_to_the_media_bridge_first(
    passing_both: Store,
) -> None:
    """Elsewhere nobody says whether HubSpot knows it."""
    await watched(passing_both)
    assert await states(passing_both) == [(MEDIA, "STARTED", "due"), (CUSTOM, "STARTED", "waiting")]
    (job,) = await drained(passing_both)
    await settle(passing_both, job, Delivered(7001, 42, "passthrough"))
    (custom,) = await drained(passing_both)
    assert custom.identity == Identity("media-bridge", contact_id=7001)


async def test_a_contact_that_was_deleted_since_is_waited_for(both: Store) -> None:
    """An event with the Media Bridge's contact that custom events refuse is not sent again."""
    await watched(both, contactUtk=None, _hsenc="p2")
    (job,) = await drained(both)
    await settle(both, job, Delivered(7001, 42, "mail"))
    (custom,) = await drained(both)
    await settle(both, custom, IdentityRejected(custom.identity.key))  # type: ignore[union-attr] # an Identity
    await drained(both)
    waiting = [each for each in await entries(both) if each.destination == CUSTOM]
    assert [each.status for each in waiting] == ["waiting"]


async def test_without_the_media_bridge_a_usertoken_is_sent_as_it_is(passing: Store) -> None:
    """There is nobody to wait for; a mail's link alone leads nowhere."""
    alone = with_policy(passing, destinations=(CUSTOM,))
    await arrive(alone)
    await arrive(alone, sessionId="mail", contactUtk=None, _hsenc="p2")
    await fold(alone, NOW, folding(CUSTOM))
    (job,) = await drained(alone)
    assert job.identity == Identity("passthrough", contact_utk="utk")
    assert len(await entries(alone)) == 1


async def test_a_destination_that_is_turned_off_holds_nothing_back(both: Store) -> None:
    """Its waiting events are discarded at the start, and may be requeued; the others are sent."""
    await known(both)
    off = with_policy(both, destinations=(MEDIA,))
    assert await off.maintenance.discard_others(NOW + MINUTE, ALL) == 1
    assert where(await drained(off, NOW + MINUTE)) == {MEDIA: 1}
    (gone,) = await entries(off, "discarded")
    assert (gone.destination, gone.reason) == (CUSTOM, "destination_off")
    on = with_policy(both, destinations=DESTINATIONS)
    assert await on.admin.requeue([gone.id], NOW + MINUTE) == 1
    assert where(await drained(on, NOW + MINUTE)) == {CUSTOM: 1}


async def test_a_restart_ends_a_rest(both: Store) -> None:
    """A restart ends a destination's pause, as it ends one that waits for a person."""
    await known(both)
    now = NOW + MINUTE
    for job in await drained(both, now):
        again = Retry(now, "missing_scope", counts_as_attempt=False)
        pause = Paused(now + MINUTE, "missing_scope")
        await both.outbox.settle(job, again, pause, now)
    assert where(await drained(both, now)) == {}
    await both.maintenance.clear_operator_pause()
    assert where(await drained(both, now)) == {MEDIA: 1, CUSTOM: 1}


async def test_erasing_a_visitor_erases_the_events_of_both(both: Store) -> None:
    """Both events are in the export, and the erasure removes both."""
    await known(both)
    data = await both.admin.personal_data(utk="utk", contact_id=None)
    (play,) = data.plays
    assert [event["destination"] for event in play.events] == [MEDIA, CUSTOM]
    assert await both.admin.forget(utk="utk", contact_id=None) == 1
    assert await entries(both) == []


async def test_the_attention_span_goes_to_both(both: Store) -> None:
    """The attention span goes to both destinations once the play is silent."""
    await watched(both, watched=[[1, 10]], playedPercent=0)
    await both.folding.close_quiet(ALL, BOTH, NOW + SETTLE)
    found = [where for where, what, _ in await states(both) if what == "attention-span"]
    assert found == [MEDIA, CUSTOM]
