"""The shelf of HubSpot's media, permits that are no event's, and the account that was connected."""

from pydantic import SecretStr

from app.domain.known import KnownMedium
from app.domain.outcome import Healthy, Paused
from app.hubspot.tokens import StoredToken
from app.store.connections import Connection
from app.store.interface import Store
from app.store.shelf import Listing, Permit
from app.store.values import Quota
from tests.store.setting import LEASE, MINUTE, NOW, QUOTA, claimed, played

LAUNCH = KnownMedium(2**40, "VIDEO", "Launch", "launch", ("https://cdn.example.com/launch.mp4",))
TUNE = KnownMedium(7, "AUDIO", "Tune 🎵")


async def test_a_new_store_has_no_listing(store: Store) -> None:
    """Revision 0, and no media."""
    assert await store.listing() == Listing(0, 0)
    assert await store.known_media() == []


async def test_a_listing_counts_once_it_is_whole(store: Store) -> None:
    """Readers hear of it by its revision; what it holds comes back as it went in, by id."""
    await store.shelve([LAUNCH], listing=1)
    await store.shelve([TUNE], listing=1)
    await store.shelve([], listing=1)
    assert (await store.listing()).revision == 0
    await store.end_listing(1, NOW)
    assert await store.listing() == Listing(1, NOW)
    assert await store.known_media() == [TUNE, LAUNCH]


async def test_what_a_listing_does_not_meet_goes(store: Store) -> None:
    """An object that was removed at HubSpot is forgotten, one that was renamed is renamed."""
    await store.shelve([LAUNCH, TUNE], listing=1)
    await store.end_listing(1, NOW)
    renamed = KnownMedium(TUNE.bridge_id, "AUDIO", "Melody")
    await store.shelve([renamed, TUNE, renamed], listing=2)
    await store.end_listing(2, NOW + 1)
    assert await store.known_media() == [renamed]
    assert await store.listing() == Listing(2, NOW + 1)


async def test_permits_leave_some_to_the_events(store: Store) -> None:
    """So many as are to be spared are never taken; events take these as ever."""
    quota = Quota(rate=3, window_ms=10_000)
    first = await store.permit(NOW, LEASE, quota, spare=1)
    second = await store.permit(NOW, LEASE, quota, spare=1)
    assert first.id is not None
    assert second.id is not None
    assert await store.permit(NOW, LEASE, quota, spare=1) == Permit(None, NOW + 1_000)
    await played(store, contactUtk=None, _hsenc="p2")
    await claimed(store, quota=quota)
    assert (await store.claim(NOW, LEASE, quota)).job is None


async def test_a_permit_is_used_up_for_a_window(store: Store) -> None:
    """From the answer on; the request counts among the day's, with an error as one."""
    permit = await store.permit(NOW, LEASE, QUOTA, spare=0)
    assert permit.id is not None
    await store.used(permit.id, Healthy(erred=True), NOW + 5, QUOTA)
    depths = await store.depths(NOW + 5)
    assert (depths.quota_used, depths.requests_today, depths.errors_today) == (1, 1, 1)
    assert (await store.depths(NOW + 5 + QUOTA.window_ms)).quota_used == 0


async def test_a_paused_account_gives_no_permit(store: Store) -> None:
    """It says when to come back."""
    permit = await store.permit(NOW, LEASE, QUOTA, spare=0)
    assert permit.id is not None
    await store.used(permit.id, Paused(NOW + MINUTE, "rate_limited"), NOW, QUOTA)
    assert await store.permit(NOW + 1, LEASE, QUOTA, spare=0) == Permit(None, NOW + MINUTE)


async def test_who_was_not_asked_gave_no_answer(store: Store) -> None:
    """A pause for want of a token is no request of the day, and no error."""
    permit = await store.permit(NOW, LEASE, QUOTA, spare=0)
    assert permit.id is not None
    await store.used(permit.id, Paused(NOW + MINUTE, "not_connected", asked=False), NOW, QUOTA)
    depths = await store.depths(NOW)
    assert (depths.requests_today, depths.errors_today) == (0, 0)
    assert (depths.pause_reason, depths.paused_until) == ("not_connected", NOW + MINUTE)


async def test_connecting_ends_the_wait(store: Store) -> None:
    """Tokens and account are kept together, and the pause that waited for them is over."""
    assert await store.connection() is None
    permit = await store.permit(NOW, LEASE, QUOTA, spare=0)
    assert permit.id is not None
    await store.used(permit.id, Paused(NOW + MINUTE, "not_connected", asked=False), NOW, QUOTA)
    token = StoredToken(SecretStr("a"), SecretStr("r"), NOW, "origin")
    account = Connection(2**40, "example.com", 3, ("media_bridge.write",), NOW)
    await store.connect(token, account)
    assert await store.connection() == account
    assert await store.load() == token
    assert (await store.depths(NOW)).pause_reason == ""
    other = Connection(5, "", None, (), NOW)
    await store.connect(token, other)
    assert await store.connection() == other


async def test_connecting_does_not_end_what_hubspot_asked_for(store: Store) -> None:
    """A pause for the rate limit goes on."""
    permit = await store.permit(NOW, LEASE, QUOTA, spare=0)
    assert permit.id is not None
    await store.used(permit.id, Paused(NOW + MINUTE, "rate_limited"), NOW, QUOTA)
    token = StoredToken(SecretStr("a"), SecretStr("r"), NOW, "origin")
    await store.connect(token, Connection(5, "", None, (), NOW))
    assert (await store.depths(NOW)).pause_reason == "rate_limited"
