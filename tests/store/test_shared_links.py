"""Shared links are listed until they end, and there are not too many."""

from msgspec.structs import replace

from app.store.console_records import LinkRecord
from app.store.store import Store
from app.store.transactions.shared_links import ENDED_KEPT_MS, MAX_LINKS
from tests.store.setting import DAY, NOW

LINK = LinkRecord("a", 7, "days=28&zone=UTC", "ana", NOW, NOW + DAY, NOW + DAY)


async def ids(store: Store, now: int) -> list[str]:
    """The ids of the listed links."""
    return [each.id for each in await store.shared_links.listed(now)]


async def test_a_link_is_listed_until_it_ends(store: Store) -> None:
    """The newest first; it is found after its end as well."""
    await store.shared_links.add(LINK)
    later = replace(LINK, id="b", made_at=NOW + 1, ends_at=NOW + 2 * DAY, stops_at=NOW + 2 * DAY)
    await store.shared_links.add(later)
    assert await store.shared_links.listed(NOW + DAY - 1) == [later, LINK]
    assert await ids(store, NOW + DAY) == ["b"]
    assert await store.shared_links.find("a") == LINK
    assert await store.shared_links.find("c") is None


async def test_one_is_ended_or_all(store: Store) -> None:
    """A link can be ended once, alone or with all; it keeps the end that it was made for."""
    for name in "abc":
        await store.shared_links.add(replace(LINK, id=name))
    ended = [await store.shared_links.end(each, NOW + 1) for each in ("a", "a", "x")]
    assert ended == [True, False, False]
    assert await store.shared_links.find("a") == replace(LINK, stops_at=NOW + 1)
    assert await ids(store, NOW + 1) == ["b", "c"]
    assert await store.shared_links.end_all(NOW + 2) == 2
    assert await store.shared_links.end_all(NOW + 2) == 0


async def test_their_number_is_bounded(store: Store) -> None:
    """One more than there may be is not taken until another has ended; the long ended are gone."""
    for number in range(MAX_LINKS):
        assert await store.shared_links.add(replace(LINK, id=f"{number}"))
    assert not await store.shared_links.add(replace(LINK, id="more"))
    await store.shared_links.end("0", NOW)
    assert await store.shared_links.add(replace(LINK, id="more"))
    late = NOW + DAY + ENDED_KEPT_MS
    assert await store.shared_links.add(replace(LINK, id="late", made_at=late, stops_at=late + 1))
    assert await store.shared_links.find("0") is None
    assert await store.shared_links.find("more") is None
    assert await store.shared_links.find("late") is not None
