"""The loop around the fold."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from app.fold.worker import BATCH, FoldWorker
from app.runtime.notifier import Notifier
from app.store.records import InboxPing
from app.store.store import Store
from app.telemetry.metrics import Metrics
from tests.store.engines import Sqlite
from tests.store.setting import FOLDING, NOW, SETTLE, arrive, values
from tests.unit.hubspot.vault import Clock


class Loop:
    """A worker with all that it is handed."""

    def __init__(self, store: Store, clock: Callable[[], int]) -> None:
        self.metrics = Metrics()
        self.pings, self.due = Notifier(), Notifier()
        self.worker = FoldWorker(
            store.folding,
            FOLDING,
            clock=clock,
            pings=self.pings,
            due=self.due,
            metrics=self.metrics,
            idle_seconds=1.0,
        )

    def counted(self, name: str, **labels: str) -> float:
        """The value of one of the relay's counters."""
        return self.metrics.registry.get_sample_value(f"playrelay_{name}_total", labels) or 0


@pytest.fixture
def clock() -> Clock:
    """The relay's time."""
    return Clock(NOW)


@pytest.fixture
def loop(store: Store, clock: Clock) -> Loop:
    """A worker on an empty store."""
    return Loop(store, clock)


async def test_a_step_folds_and_calls_for_delivery(store: Store, loop: Loop) -> None:
    """Rows become events, the senders are woken, and the figures say so."""
    await arrive(store, playedPercent=30)
    await store.inbox.append(InboxPing(NOW, None, b"poison"))
    event = loop.due.next_event()
    assert (await loop.worker.step()).rows == 2
    assert event.is_set()
    assert await values(store) == ["session STARTED", "session 25"]
    assert loop.counted("folded_pings") == 2
    assert loop.counted("events_created") == 2
    assert loop.counted("quarantined_pings") == 1


async def test_without_new_events_no_sender_is_woken(store: Store, loop: Loop) -> None:
    """An empty inbox, or a repeated ping, is nothing to send."""
    event = loop.due.next_event()
    assert (await loop.worker.step()).rows == 0
    assert not event.is_set()
    await arrive(store)
    await loop.worker.step()
    event = loop.due.next_event()
    await arrive(store)
    assert (await loop.worker.step()).rows == 1
    assert not event.is_set()


async def test_a_step_closes_the_plays_that_fell_silent(
    store: Store, loop: Loop, clock: Clock
) -> None:
    """Once the settling time has passed, the attention span is due."""
    await arrive(store, watched=[[1, 2], [0, 8]])
    await loop.worker.step()
    event = loop.due.next_event()
    clock.now += SETTLE
    assert (await loop.worker.step()).plays == 1
    assert event.is_set()
    assert (await values(store))[-1] == "session attention-span"


async def test_a_step_is_small(store: Store, loop: Loop) -> None:
    """A full inbox is taken in transactions that hold up no acknowledgement for long."""
    await asyncio.gather(*(arrive(store, sessionId=f"s{n}") for n in range(BATCH + 20)))
    first, second = await loop.worker.step(), await loop.worker.step()
    assert (first.rows, first.full) == (BATCH, True)
    assert (second.rows, second.full) == (20, False)


async def test_it_runs_until_it_is_stopped(store: Store, loop: Loop) -> None:
    """The worker folds waiting pings at the start, and later ones as soon as it is notified."""
    stop = asyncio.Event()
    await arrive(store, sessionId="before")
    first = loop.due.next_event()
    running = asyncio.create_task(loop.worker.run(stop))
    await first.wait()
    for number in range(3):
        event = loop.due.next_event()
        await arrive(store, sessionId=f"s{number}")
        loop.pings.notify()
        await event.wait()
    stop.set()
    loop.pings.notify()
    await running
    assert len(await values(store)) == 4


async def test_a_store_in_trouble_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The loop counts the fault, tries again, and does not end before it is stopped."""
    monkeypatch.setattr("app.fold.worker.TROUBLE_SECONDS", 0)
    async with Sqlite(tmp_path).open() as closed:
        pass
    stop, rounds = asyncio.Event(), iter((False, False, True))

    def clock() -> int:
        if next(rounds):
            stop.set()
        return NOW

    loop = Loop(closed, clock)
    await loop.worker.run(stop)
    assert loop.counted("store_errors", fault="closed") == 3
