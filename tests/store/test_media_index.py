"""HubSpot's media objects, permits for requests without an event, and the connected account."""

from pydantic import SecretStr

from app.domain.known import KnownMedium
from app.domain.outcome import Healthy, Paused
from app.hubspot.tokens import StoredToken
from app.store.policy import Quota
from app.store.records import Connection, MediaSnapshot, Permit
from app.store.store import Store
from tests.store.setting import LEASE, MINUTE, NOW, QUOTA, claimed, played, with_policy

LAUNCH = KnownMedium(2**40, "VIDEO", "Launch", "launch", ("https://cdn.example.com/launch.mp4",))
TUNE = KnownMedium(7, "AUDIO", "Tune 🎵")


async def test_a_new_store_has_no_snapshot(store: Store) -> None:
    """Revision 0, and no media."""
    assert await store.media.snapshot() == MediaSnapshot(0, 0)
    assert await store.media.known_media() == []


async def test_a_snapshot_counts_once_it_is_finished(store: Store) -> None:
    """Readers hear of it by its revision; what it holds comes back as it went in, by id."""
    await store.media.save_media([LAUNCH], number=1)
    await store.media.save_media([TUNE], number=1)
    await store.media.save_media([], number=1)
    assert (await store.media.snapshot()).revision == 0
    await store.media.finish_snapshot(1, NOW)
    assert await store.media.snapshot() == MediaSnapshot(1, NOW)
    assert await store.media.known_media() == [TUNE, LAUNCH]


async def test_what_a_snapshot_lacks_is_deleted(store: Store) -> None:
    """An object that was removed at HubSpot is forgotten, one that was renamed is renamed."""
    await store.media.save_media([LAUNCH, TUNE], number=1)
    await store.media.finish_snapshot(1, NOW)
    renamed = KnownMedium(TUNE.bridge_id, "AUDIO", "Melody")
    await store.media.save_media([renamed, TUNE, renamed], number=2)
    await store.media.finish_snapshot(2, NOW + 1)
    assert await store.media.known_media() == [renamed]
    assert await store.media.snapshot() == MediaSnapshot(2, NOW + 1)


async def test_permits_leave_some_to_the_events(store: Store) -> None:
    """So many as are to be spared are never taken; events take these as ever."""
    store = with_policy(store, quota=Quota(rate=3, window_ms=10_000))
    first = await store.permits.take(NOW, LEASE, spare=1)
    second = await store.permits.take(NOW, LEASE, spare=1)
    assert first.id is not None
    assert second.id is not None
    assert await store.permits.take(NOW, LEASE, spare=1) == Permit(None, NOW + 1_000)
    await played(store, contactUtk=None, _hsenc="p2")
    await claimed(store)
    assert (await store.outbox.claim(NOW, LEASE)).job is None


async def test_a_permit_is_used_up_for_a_window(store: Store) -> None:
    """A permit is used up from the answer on, and counts among the day's requests and errors."""
    permit = await store.permits.take(NOW, LEASE, spare=0)
    assert permit.id is not None
    await store.permits.settle(permit.id, Healthy(was_error=True), NOW + 5)
    depths = await store.admin.depths(NOW + 5)
    assert (depths.quota_used, depths.requests_today, depths.errors_today) == (1, 1, 1)
    assert (await store.admin.depths(NOW + 5 + QUOTA.window_ms)).quota_used == 0


async def test_a_paused_account_gives_no_permit(store: Store) -> None:
    """The answer says when to try again."""
    permit = await store.permits.take(NOW, LEASE, spare=0)
    assert permit.id is not None
    await store.permits.settle(permit.id, Paused(NOW + MINUTE, "rate_limited"), NOW)
    assert await store.permits.take(NOW + 1, LEASE, spare=0) == Permit(None, NOW + MINUTE)


async def test_who_was_not_asked_gave_no_answer(store: Store) -> None:
    """A pause for want of a token is no request of the day, and no error."""
    permit = await store.permits.take(NOW, LEASE, spare=0)
    assert permit.id is not None
    await store.permits.settle(permit.id, Paused(NOW + MINUTE, "not_connected", asked=False), NOW)
    depths = await store.admin.depths(NOW)
    assert (depths.requests_today, depths.errors_today) == (0, 0)
    assert (depths.pause_reason, depths.paused_until) == ("not_connected", NOW + MINUTE)


async def test_connecting_ends_the_wait(store: Store) -> None:
    """Tokens and account are kept together, and the pause that waited for them is over."""
    assert await store.tokens.connection() is None
    permit = await store.permits.take(NOW, LEASE, spare=0)
    assert permit.id is not None
    await store.permits.settle(permit.id, Paused(NOW + MINUTE, "not_connected", asked=False), NOW)
    token = StoredToken(SecretStr("a"), SecretStr("r"), NOW, "origin")
    account = Connection(2**40, "example.com", 3, ("media_bridge.write",), NOW)
    await store.tokens.connect(token, account)
    assert await store.tokens.connection() == account
    assert await store.tokens.load() == token
    assert (await store.admin.depths(NOW)).pause_reason == ""
    other = Connection(5, "", None, (), NOW)
    await store.tokens.connect(token, other)
    assert await store.tokens.connection() == other


async def test_connecting_does_not_end_what_hubspot_asked_for(store: Store) -> None:
    """A pause for the rate limit goes on."""
    permit = await store.permits.take(NOW, LEASE, spare=0)
    assert permit.id is not None
    await store.permits.settle(permit.id, Paused(NOW + MINUTE, "rate_limited"), NOW)
    token = StoredToken(SecretStr("a"), SecretStr("r"), NOW, "origin")
    await store.tokens.connect(token, Connection(5, "", None, (), NOW))
    assert (await store.admin.depths(NOW)).pause_reason == "rate_limited"
