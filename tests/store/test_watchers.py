"""The list of watchers has the contacts to whom HubSpot assigned plays, and what they watched."""

from collections import defaultdict
from collections.abc import Sequence

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.outcome import Delivered
from app.store.reports import Match, Point, Watcher
from app.store.store import Store
from app.store.transactions import watchers
from tests.store.engines import Database
from tests.store.setting import ALL, DAY, NOW, arrive, claimed, fold, played, settle

Play = tuple[int, int, int]
"""A contact, a medium, and how much of it was covered, in percent."""


async def watch(store: Store, plays: Sequence[Play]) -> None:
    """Each is a play of its own, and HubSpot has put its first event on the contact."""
    for number, (_, medium, percent) in enumerate(plays):
        name = f"{number}"
        await arrive(
            store, NOW, sessionId=name, contactUtk=name, mediaBridgeId=medium, playedPercent=percent
        )
    await fold(store)
    contacts = {f"{number}": contact for number, (contact, _, _) in enumerate(plays)}
    while (job := (await store.outbox.claim(NOW, DAY)).job) is not None:
        contact = contacts[job.play.session_id]
        await settle(store, job, Delivered(contact, 42, "passthrough"))


async def rows_of(store: Store) -> dict[int, int]:
    """The rows of the media, by their media bridge ids."""
    media = await store.figures.media("latest", None, ALL)
    return {each.medium.bridge_id or 0: each.id for each in media}


async def listed(
    store: Store,
    media: Sequence[int],
    over: int = 0,
    match: Match = "any",
    limit: int = ALL,
    portion: int = watchers.PORTION,
) -> list[Watcher]:
    """The whole list, page by page."""
    rows = await rows_of(store)
    found: list[Watcher] = []
    after: Point | None = None
    while True:
        asked = [rows.get(each, 999) for each in media]
        page = await store.watchers._read(
            watchers.watchers, asked, over, match, limit, after, portion
        )
        assert len(page.watchers) <= limit
        found += page.watchers
        after = page.after
        if after is None:
            return found


async def test_the_furthest_play_of_each_contact_counts(passing: Store) -> None:
    """Each contact stands once, with the page and the time of that play; strangers don't."""
    await watch(passing, [(7, 1, 30), (8, 1, 60), (7, 1, 90), (9, 2, 100)])
    await played(passing, sessionId="stranger", contactUtk="x", mediaBridgeId=1, playedPercent=99)
    first, second = await listed(passing, [1])
    assert (first.contact_id, first.percent, first.plays) == (7, 90.0, 2)
    assert first.furthest.session_id == "2"
    assert [(each.medium.bridge_id, share) for each, share in first.media] == [(1, 90.0)]
    assert (second.contact_id, second.percent, second.plays) == (8, 60.0, 1)


async def test_a_play_that_goes_on_moves_its_contact_up(passing: Store) -> None:
    """Without another event: what arrives is what counts."""
    await watch(passing, [(7, 1, 30), (8, 1, 40)])
    await played(passing, sessionId="0", contactUtk="0", mediaBridgeId=1, playedPercent=45)
    assert [(each.contact_id, each.percent) for each in await listed(passing, [1])] == [
        (7, 45.0),
        (8, 40.0),
    ]


async def test_a_play_that_hubspot_moves_to_another_contact_goes_there(passing: Store) -> None:
    """HubSpot merges contacts: its last answer counts."""
    await played(passing, sessionId="s", mediaBridgeId=1, playedPercent=50)
    for contact in (7, 8):
        await settle(passing, await claimed(passing), Delivered(contact, 42, "passthrough"))
    assert [each.contact_id for each in await listed(passing, [1])] == [8]


async def test_over_a_share_of_any_or_of_all_media(passing: Store) -> None:
    """The share itself is enough; a medium that nobody has played is watched by nobody."""
    await watch(passing, [(7, 1, 75), (7, 2, 80), (8, 1, 75), (8, 2, 74), (9, 2, 90), (10, 3, 99)])
    over = {
        match: {each.contact_id for each in await listed(passing, [1, 2], 75, match)}
        for match in ("any", "all")
    }
    assert over == {"any": {7, 8, 9}, "all": {7}}
    assert await listed(passing, [1, 77], 0, "all") == []
    assert [each.contact_id for each in await listed(passing, [3, 77], 0)] == [10]
    assert await listed(passing, []) == []


async def test_a_list_that_goes_on_anywhere(passing: Store) -> None:
    """Any cursor in an address is a place in the list: before all entries, or behind all."""
    await watch(passing, [(7, 1, 30)])
    rows = await rows_of(passing)
    for after, found in (((10**18 - 1, 10**18 - 1), 1), ((0, 0), 0)):
        page = await passing.watchers.of_media([rows[1]], 0, "any", 9, after)
        assert len(page.watchers) == found


async def test_what_a_contact_watched(passing: Store) -> None:
    """Each medium once, with the furthest play and how many there are."""
    await watch(passing, [(7, 1, 30), (7, 1, 60), (7, 2, 100), (8, 1, 10)])
    found = await passing.watchers.of_contact(7, ALL)
    assert {
        each.medium.medium.bridge_id: (each.percent, each.plays, each.furthest.session_id)
        for each in found
    } == {1: (60.0, 2, "1"), 2: (100.0, 1, "2")}
    assert len(await passing.watchers.of_contact(7, 1)) == 1
    assert await passing.watchers.of_contact(99, ALL) == []


async def test_an_erased_contact_is_in_no_list(passing: Store) -> None:
    """An erased contact is in no list, even if its events are gone already; the others stay."""
    await watch(passing, [(7, 1, 30), (8, 1, 60)])
    await passing.maintenance.maintain(NOW + 8 * DAY, ALL)
    assert len(await listed(passing, [1])) == 2
    assert await passing.admin.forget(utk=None, contact_id=7) == 1
    assert [each.contact_id for each in await listed(passing, [1])] == [8]
    assert await passing.watchers.of_contact(7, ALL) == []
    assert await passing.admin.forget(utk="1", contact_id=None) == 1
    assert await listed(passing, [1]) == []


async def test_a_contact_with_very_many_plays_stands_once(passing: Store) -> None:
    """However many portions their plays fill, and on whichever page they would come again."""
    await watch(passing, [(7, 1, 40 + n) for n in range(9)] + [(8, 1, 50), (8, 2, 41), (9, 2, 1)])
    for limit in (1, 2, ALL):
        found = await listed(passing, [1, 2], limit=limit, portion=2)
        assert [each.contact_id for each in found] == [8, 7, 9]


PLAYS = st.lists(
    st.tuples(st.integers(1, 4), st.integers(1, 3), st.sampled_from([0, 20, 50, 75, 100])),
    max_size=14,
)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    plays=PLAYS,
    media=st.sets(st.integers(1, 3), min_size=1),
    over=st.sampled_from([0, 50, 75, 100]),
    match=st.sampled_from(["any", "all"]),
    limit=st.integers(1, 3),
    portion=st.integers(1, 3),
)
async def test_a_list_equals_a_recount_of_the_plays(
    database: Database,
    plays: list[Play],
    media: set[int],
    over: int,
    match: Match,
    limit: int,
    portion: int,
) -> None:
    """The list has the same contacts, shares and counts as a recount, the furthest first."""
    furthest: dict[int, dict[int, int]] = defaultdict(dict)
    for contact, medium, percent in plays:
        if medium in media:
            furthest[contact][medium] = max(percent, furthest[contact].get(medium, 0))
    enough = all if match == "all" else any
    expected = {
        contact: (
            float(max(shares.values())),
            {each: float(share) for each, share in shares.items()},
        )
        for contact, shares in furthest.items()
        if enough(shares.get(each, -1) >= over for each in media)
    }
    async with database.fresh().open("passthrough") as store:
        await watch(store, plays)
        found = await listed(store, sorted(media), over, match, limit, portion)
    assert {
        each.contact_id: (
            each.percent,
            {medium.medium.bridge_id: share for medium, share in each.media},
        )
        for each in found
    } == expected
    assert len(found) == len(expected)
    shares = [each.percent for each in found]
    assert shares == sorted(shares, reverse=True)
