"""A transaction of the fold is limited by the cost of its pings, not by their number."""

import json

import pytest

from app.domain.ping import MAX_PLAYS
from app.store.records import InboxPing
from app.store.store import Store
from app.store.transactions.folding import MOST_BYTES, MOST_PLAYS
from tests.store.setting import ALL, FOLDING, NOW, arrive, body, fold, values

LONG_NAME = "n" * 16_000


async def batch(store: Store, name: str, plays: int) -> None:
    """A request of so many plays arrives."""
    several = [json.loads(body(sessionId=f"{name}-{number}")) for number in range(plays)]
    await store.inbox.append(InboxPing(NOW, None, json.dumps({"plays": several}).encode()))


async def folds(store: Store) -> list[int]:
    """The number of pings that each transaction takes, until none are left."""
    taken = []
    full = True
    while full:
        report = await store.folding.fold(ALL, FOLDING, NOW)
        taken.append(report.rows)
        full = report.full
    return taken


@pytest.mark.parametrize(
    ("plays", "rows"),
    [
        pytest.param([40, 40, 40], [2, 1], id="what one transaction may hold"),
        pytest.param([50, 50, 1], [2, 1], id="exactly as much"),
        pytest.param([1, MAX_PLAYS, 1], [1, 1, 1], id="one of as many as a request may have"),
        pytest.param([1] * 30, [30], id="cheap ones"),
    ],
)
async def test_plays_in_a_transaction(store: Store, plays: list[int], rows: list[int]) -> None:
    """A hundred at most; the rest is folded by the next ones, and nothing is left out."""
    for number, count in enumerate(plays):
        await batch(store, f"s{number}", count)
    assert MOST_PLAYS == MAX_PLAYS
    assert await folds(store) == rows
    assert len(await values(store)) == sum(plays)


async def test_bytes_in_a_transaction(store: Store) -> None:
    """Long pings are taken a few at a time, in order of arrival."""
    size = len(body(mediaName=LONG_NAME, pageName=LONG_NAME))
    most = -(-MOST_BYTES // size)
    for number in range(most + 1):
        await arrive(store, sessionId=f"s{number}", mediaName=LONG_NAME, pageName=LONG_NAME)
    assert await folds(store) == [most, 1]
    assert await values(store) == [f"s{number} STARTED" for number in range(most + 1)]


async def test_pings_that_can_not_be_read_stop_no_expensive_ones(store: Store) -> None:
    """Each ping is either folded or set aside, wherever a transaction ends."""
    for number in range(3):
        await store.inbox.append(InboxPing(NOW, None, b"poison"))
        await batch(store, f"s{number}", 60)
    report = await fold(store)
    assert (report.rows, report.unfoldable) == (6, 3)
    assert len(await values(store)) == 180
    assert (await store.admin.depths(NOW)).inbox == 0
