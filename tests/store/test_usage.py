"""The store reports its size, on either engine."""

from random import Random

from app.store.store import Store
from tests.store.setting import NOW, arrive, fold, played


async def test_its_size_follows_what_is_in_it(store: Store) -> None:
    """Pings that wait make it larger."""
    before = (await store.maintenance.usage(10)).size
    assert before > 0
    for number in range(20):
        await arrive(store, sessionId=f"s{number}", mediaName=Random(number).randbytes(8_000).hex())  # noqa: S311 - repeatable
    assert (await store.maintenance.usage(10)).size > before + 100_000


async def test_unproven_events_are_counted_up_to_a_number(store: Store) -> None:
    """Those that are due, of visitors that are not proven."""
    await played(store, contactUtk="asked about first")
    assert (await store.maintenance.usage(10)).unproven == 0
    for number in range(12):
        await arrive(store, sessionId=f"s{number}", contactUtk=None, _hsenc=f"p2-{number}")
    await fold(store, NOW)
    assert (await store.maintenance.usage(100)).unproven == 12
    assert (await store.maintenance.usage(10)).unproven == 10
