"""Listing and registering at a real sandbox: within the limit, through outages, never twice."""

from app.domain.known import KnownMedia, KnownMedium
from app.domain.media import Medium
from app.domain.outcome import Paused
from app.media.registration import register
from app.media.reported import ReportedMedium, match_reported
from app.media.requester import LONGEST_WAIT, TRIES, Stopped
from app.media.snapshot import fetch_media
from app.sandbox.faults import Fault
from tests.system.media.conftest import QUOTA, Harness

OBJECTS = "/media-bridge/2026-09/objects"
FILM = Medium(type="VIDEO", external_id="film", name="The film")
TALK = Medium(type="VIDEO", external_id="talk", name="The talk")


def stock(harness: Harness, count: int) -> None:
    """So many videos, and a tune."""
    for number in range(count):
        fields = {"mediaType": "VIDEO", "title": f"Film {number}", "externalId": f"e{number}"}
        harness.sandbox.media_objects.make(fields, "2026-01-01T00:00:00Z")
    tune = {"mediaType": "AUDIO", "title": "Tune"}
    harness.sandbox.media_objects.make(tune, "2026-01-01T00:00:00Z")


async def listed(harness: Harness, number: int = 1) -> int | Stopped:
    """A whole listing, if it comes to its end."""
    counts: list[int] = []
    count = await fetch_media(
        harness.store.media, harness.client, harness.requester, number, counts.append
    )
    if isinstance(count, int):
        assert counts[-1] == count
        await harness.store.media.finish_snapshot(number, harness.now())
    return count


async def made(harness: Harness, *media: Medium) -> tuple[list[KnownMedium], Stopped | None]:
    """Registered as far as it goes."""
    wanted = [ReportedMedium(medium, 1, None) for medium in media]
    store, client, requester = harness.store.media, harness.client, harness.requester
    return await register(store, client, requester, wanted, 1, lambda _count: None)


async def test_every_page_of_every_type_within_the_limit(harness: Harness) -> None:
    """Seven requests at two to ten seconds, for the other half of the limit is the events'."""
    stock(harness, 230)
    assert await listed(harness) == 231
    assert len(await harness.store.media.known_media()) == 231
    assert [seen.status for seen in harness.sandbox.ledger.requests] == [200] * 7
    assert harness.sandbox.limiter.peak == QUOTA.rate // 2


async def test_what_is_gone_at_hubspot_is_forgotten(harness: Harness) -> None:
    """The next whole listing has it no more."""
    stock(harness, 2)
    await listed(harness)
    gone = (await harness.store.media.known_media())[0]
    harness.sandbox.media_objects.remove(gone.bridge_id)
    assert await listed(harness, 2) == 2
    assert gone not in await harness.store.media.known_media()


async def test_a_short_outage_goes_unnoticed(harness: Harness) -> None:
    """Asked again a little later each time, or when HubSpot says."""
    stock(harness, 1)
    harness.sandbox.faults.replace(
        [
            Fault(path=f"{OBJECTS}/*", status=503, times=1),
            Fault(path=f"{OBJECTS}/*", drop="after", times=1),
            Fault(path=f"{OBJECTS}/*", status=429, retry_after=3, times=1),
        ]
    )
    assert await listed(harness) == 2
    assert 3.0 in harness.clock.slept


async def test_an_outage_that_lasts_keeps_what_was_known(harness: Harness) -> None:
    """It is reported after a few tries, and the last complete snapshot stays in use."""
    stock(harness, 1)
    await listed(harness)
    before = (await harness.store.media.snapshot(), await harness.store.media.known_media())
    fault = Fault(path=f"{OBJECTS}/*", status=503)
    harness.sandbox.faults.replace([fault])
    stopped = await listed(harness, 2)
    assert stopped == Stopped("HubSpot is out of order (HTTP 503): try again later")
    assert [seen.status for seen in harness.sandbox.ledger.requests].count(503) == TRIES
    assert (await harness.store.media.snapshot(), await harness.store.media.known_media()) == before


async def test_nobody_is_kept_waiting_for_long(harness: Harness) -> None:
    """HubSpot, or a pause of the account, that asks for more than a minute ends it at once."""
    harness.sandbox.faults.replace([Fault(path=f"{OBJECTS}/*", status=429, retry_after=3600)])
    assert isinstance(await listed(harness), Stopped)
    harness.clock.now += 7200
    permit = await harness.store.permits.take(harness.now(), 1000, 0)
    assert permit.id is not None
    until = harness.now() + int(LONGEST_WAIT * 1000) + 1
    await harness.store.permits.settle(permit.id, Paused(until, "bad_token"), harness.now())
    asked = len(harness.sandbox.ledger.requests)
    assert await listed(harness) == Stopped("the account is paused: playrelay doctor says why")
    assert len(harness.sandbox.ledger.requests) == asked


async def test_a_missing_scope_is_named_and_no_event_pays(harness: Harness) -> None:
    """Listing needs a scope that events don't: their account is not paused for want of it."""
    harness.sandbox.config = harness.sandbox.config.changed({"scopes": ["media_bridge.write"]})
    stopped = await listed(harness)
    assert isinstance(stopped, Stopped)
    assert "media_bridge.read" in stopped.reason
    assert (await harness.store.admin.depths(harness.now())).paused_until == 0


async def test_what_is_registered_is_known_at_once(harness: Harness) -> None:
    """A registered medium is known at once, with its id from HubSpot."""
    done, stopped = await made(harness, FILM, TALK)
    assert stopped is None
    assert [each.external_id for each in done] == ["film", "talk"]
    assert await harness.store.media.known_media() == done
    assert [match_reported(FILM, 1, KnownMedia.of(done)).match is not None] == [True]


async def test_a_lost_answer_makes_nothing_twice(harness: Harness) -> None:
    """It was created and the answer lost: the next snapshot has it, and nothing is created."""
    harness.sandbox.faults.replace([Fault(path=OBJECTS, drop="after", times=1)])
    done, stopped = await made(harness, FILM)
    assert (done, isinstance(stopped, Stopped)) == ([], True)
    assert len(harness.sandbox.media_objects.by_external_id()) == 1
    await listed(harness, 2)
    known = KnownMedia.of(await harness.store.media.known_media())
    assert not match_reported(FILM, 1, known).registrable


async def test_a_limit_is_waited_out(harness: Harness) -> None:
    """HubSpot did nothing of a request that it answers with 429."""
    harness.sandbox.faults.replace([Fault(path=OBJECTS, status=429, retry_after=2, times=1)])
    done, stopped = await made(harness, FILM)
    assert ([each.external_id for each in done], stopped) == (["film"], None)


async def test_what_stands_there_twice_is_not_made_a_third_time(harness: Harness) -> None:
    """Which of the two it is HubSpot decides: it is not matched, and not registered."""
    for title in ("One", "Other"):
        fields = {"mediaType": "VIDEO", "title": title, "externalId": "film"}
        harness.sandbox.media_objects.make(fields, "2026-01-01T00:00:00Z")
    await listed(harness)
    seen = match_reported(FILM, 1, KnownMedia.of(await harness.store.media.known_media()))
    assert (seen.match, seen.registrable) == (None, False)


async def test_a_refusal_stops_and_keeps_what_was_made(harness: Harness) -> None:
    """HubSpot's message is passed on."""
    done, stopped = await made(harness, FILM, Medium(type="VIDEO", name=None), TALK)
    assert [each.external_id for each in done] == ["film"]
    assert stopped is not None
    assert "HubSpot refuses it with 400" in stopped.reason
    assert [each.external_id for each in await harness.store.media.known_media()] == ["film"]
