"""Sign-ins to the console: each ends when it expires or is ended, and there are not too many."""

from app.store.store import Store
from app.store.transactions.console_sessions import MAX_SESSIONS
from tests.store.setting import MINUTE, NOW


async def test_a_sign_in_holds_until_it_expires(store: Store) -> None:
    """A sign-in ends exactly when it expires; another digest is no sign-in."""
    sessions = store.console_sessions
    await sessions.add("one", NOW + MINUTE, NOW)
    assert await sessions.holds("one", NOW + MINUTE - 1)
    assert not await sessions.holds("one", NOW + MINUTE)
    assert not await sessions.holds("two", NOW)


async def test_one_is_ended_or_all(store: Store) -> None:
    """Ending what is not there changes nothing."""
    sessions = store.console_sessions
    for name in ("one", "two", "three"):
        await sessions.add(name, NOW + MINUTE, NOW)
    await sessions.end("one")
    await sessions.end("one")
    assert [await sessions.holds(name, NOW) for name in ("one", "two", "three")] == [
        False,
        True,
        True,
    ]
    await sessions.end_all()
    assert not await sessions.holds("two", NOW)


async def test_their_number_is_bounded(store: Store) -> None:
    """The next sign-in ends those that expire first."""
    sessions = store.console_sessions
    for number in range(MAX_SESSIONS + 2):
        await sessions.add(f"{number}", NOW + MINUTE + number, NOW)
    assert not await sessions.holds("1", NOW)
    assert await sessions.holds("2", NOW)
    assert await sessions.holds(f"{MAX_SESSIONS + 1}", NOW)
