"""Listing and registering at a real sandbox: within the limit, through outages, never twice."""

from app.domain.known import KnownMedia, KnownMedium
from app.domain.media import Medium
from app.domain.outcome import Paused
from app.media.asking import LONGEST_WAIT, TRIES, Stopped
from app.media.listing import list_media
from app.media.registering import register
from app.media.reported import Reported, beside
from app.sandbox.faults import Fault
from tests.media.conftest import QUOTA, Office

OBJECTS = "/media-bridge/2026-09/objects"
FILM = Medium(type="VIDEO", external_id="film", name="The film")
TALK = Medium(type="VIDEO", external_id="talk", name="The talk")


def stock(office: Office, count: int) -> None:
    """So many videos, and a tune."""
    for number in range(count):
        fields = {"mediaType": "VIDEO", "title": f"Film {number}", "externalId": f"e{number}"}
        office.sandbox.shelf.make(fields, "2026-01-01T00:00:00Z")
    tune = {"mediaType": "AUDIO", "title": "Tune"}
    office.sandbox.shelf.make(tune, "2026-01-01T00:00:00Z")


async def listed(office: Office, number: int = 1) -> int | Stopped:
    """A whole listing, if it comes to its end."""
    counts: list[int] = []
    count = await list_media(office.store, office.client, office.asker, number, counts.append)
    if isinstance(count, int):
        assert counts[-1] == count
        await office.store.end_listing(number, office.now())
    return count


async def made(office: Office, *media: Medium) -> tuple[list[KnownMedium], Stopped | None]:
    """Registered as far as it goes."""
    wanted = [Reported(medium, 1, None) for medium in media]
    store, client, asker = office.store, office.client, office.asker
    return await register(store, client, asker, wanted, 1, lambda _count: None)


async def test_every_page_of_every_type_within_the_limit(office: Office) -> None:
    """Seven requests at two to ten seconds, for the other half of the limit is the events'."""
    stock(office, 230)
    assert await listed(office) == 231
    assert len(await office.store.known_media()) == 231
    assert [seen.status for seen in office.sandbox.ledger.requests] == [200] * 7
    assert office.sandbox.limiter.peak == QUOTA.rate // 2


async def test_what_is_gone_at_hubspot_is_forgotten(office: Office) -> None:
    """The next whole listing has it no more."""
    stock(office, 2)
    await listed(office)
    gone = (await office.store.known_media())[0]
    office.sandbox.shelf.remove(gone.bridge_id)
    assert await listed(office, 2) == 2
    assert gone not in await office.store.known_media()


async def test_a_short_outage_goes_unnoticed(office: Office) -> None:
    """Asked again a little later each time, or when HubSpot says."""
    stock(office, 1)
    office.sandbox.faults.replace(
        [
            Fault(path=f"{OBJECTS}/*", status=503, times=1),
            Fault(path=f"{OBJECTS}/*", drop="after", times=1),
            Fault(path=f"{OBJECTS}/*", status=429, retry_after=3, times=1),
        ]
    )
    assert await listed(office) == 2
    assert 3.0 in office.clock.slept


async def test_an_outage_that_lasts_keeps_what_was_known(office: Office) -> None:
    """It is told after a few tries, and the last whole listing stays in force."""
    stock(office, 1)
    await listed(office)
    before = (await office.store.listing(), await office.store.known_media())
    fault = Fault(path=f"{OBJECTS}/*", status=503)
    office.sandbox.faults.replace([fault])
    stopped = await listed(office, 2)
    assert stopped == Stopped("HubSpot is out of order (HTTP 503): try again later")
    assert [seen.status for seen in office.sandbox.ledger.requests].count(503) == TRIES
    assert (await office.store.listing(), await office.store.known_media()) == before


async def test_nobody_is_kept_waiting_for_long(office: Office) -> None:
    """HubSpot, or a pause of the account, that asks for more than a minute ends it at once."""
    office.sandbox.faults.replace([Fault(path=f"{OBJECTS}/*", status=429, retry_after=3600)])
    assert isinstance(await listed(office), Stopped)
    office.clock.now += 7200
    permit = await office.store.permit(office.now(), 1000, QUOTA, 0)
    assert permit.id is not None
    until = office.now() + int(LONGEST_WAIT * 1000) + 1
    await office.store.used(permit.id, Paused(until, "bad_token"), office.now(), QUOTA)
    asked = len(office.sandbox.ledger.requests)
    assert await listed(office) == Stopped("the account is paused: playrelay doctor says why")
    assert len(office.sandbox.ledger.requests) == asked


async def test_a_missing_scope_is_named_and_no_event_pays(office: Office) -> None:
    """Listing needs a scope that events don't: their account is not paused for want of it."""
    office.sandbox.world = office.sandbox.world.changed({"scopes": ["media_bridge.write"]})
    stopped = await listed(office)
    assert isinstance(stopped, Stopped)
    assert "media_bridge.read" in stopped.why
    assert (await office.store.depths(office.now())).paused_until == 0


async def test_what_is_registered_is_known_at_once(office: Office) -> None:
    """With the id that HubSpot gave it."""
    done, stopped = await made(office, FILM, TALK)
    assert stopped is None
    assert [each.external_id for each in done] == ["film", "talk"]
    assert await office.store.known_media() == done
    assert [beside(FILM, 1, KnownMedia.of(done)).match is not None] == [True]


async def test_a_lost_answer_makes_nothing_twice(office: Office) -> None:
    """HubSpot made it and nobody heard: who lists again finds it, and has nothing to make."""
    office.sandbox.faults.replace([Fault(path=OBJECTS, drop="after", times=1)])
    done, stopped = await made(office, FILM)
    assert (done, isinstance(stopped, Stopped)) == ([], True)
    assert len(office.sandbox.shelf.by_external_id()) == 1
    await listed(office, 2)
    known = KnownMedia.of(await office.store.known_media())
    assert not beside(FILM, 1, known).registrable


async def test_a_limit_is_waited_out(office: Office) -> None:
    """HubSpot did nothing of a request that it answers with 429."""
    office.sandbox.faults.replace([Fault(path=OBJECTS, status=429, retry_after=2, times=1)])
    done, stopped = await made(office, FILM)
    assert ([each.external_id for each in done], stopped) == (["film"], None)


async def test_what_stands_there_twice_is_not_made_a_third_time(office: Office) -> None:
    """Which of the two it is HubSpot decides: it is not matched, and not registered."""
    for title in ("One", "Other"):
        fields = {"mediaType": "VIDEO", "title": title, "externalId": "film"}
        office.sandbox.shelf.make(fields, "2026-01-01T00:00:00Z")
    await listed(office)
    seen = beside(FILM, 1, KnownMedia.of(await office.store.known_media()))
    assert (seen.match, seen.registrable) == (None, False)


async def test_a_refusal_stops_and_keeps_what_was_made(office: Office) -> None:
    """HubSpot's words are told."""
    done, stopped = await made(office, FILM, Medium(type="VIDEO", name=None), TALK)
    assert [each.external_id for each in done] == ["film"]
    assert stopped is not None
    assert "HubSpot refuses it with 400" in stopped.why
    assert [each.external_id for each in await office.store.known_media()] == ["film"]
