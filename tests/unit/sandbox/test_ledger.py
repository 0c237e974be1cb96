"""The record of what arrived: bounded, numbered, and sent to subscribers."""

import asyncio

import pytest

from app.sandbox.ledger import Kept, Ledger, Seen, Subscription


def _keep(ledger: Ledger, *sessions: str) -> None:
    for session in sessions:
        ledger.keep(
            arrived_ms=1,
            event="media-played",
            body={"sessionId": session},
            contact_id=7,
            media_bridge_id=42,
        )


def _sessions(events: list[Kept]) -> list[str]:
    return [kept.body["sessionId"] for kept in events]


async def _rest(subscription: Subscription) -> list[Kept]:
    subscription.close()
    return [kept async for kept in subscription]


def test_memory_is_bounded_and_counts_are_not() -> None:
    """Only the latest stay; numbers and counts go on as if nothing had been let go."""
    ledger = Ledger(maxlen=2)
    _keep(ledger, "a", "b", "c")
    for status in (200, 200, None):
        ledger.see(Seen(1, "GET", "/", status))
    assert _sessions(list(ledger.events)) == ["b", "c"]
    assert [kept.seq for kept in ledger.events] == [2, 3]
    assert ledger.kept == 3
    assert [seen.status for seen in ledger.requests] == [200, None]
    assert ledger.statuses == {200: 2, None: 1}


def test_forgetting_keeps_the_numbering() -> None:
    """After the list is emptied, the next event has the next number."""
    ledger = Ledger()
    _keep(ledger, "a")
    ledger.forget_events()
    _keep(ledger, "b")
    assert [(kept.seq, kept.body["sessionId"]) for kept in ledger.events] == [(2, "b")]


async def test_a_subscriber_is_told_of_what_comes_after() -> None:
    """A subscription has what is kept from its making on, before it is first read too."""
    ledger = Ledger()
    _keep(ledger, "before")
    with ledger.subscribe() as subscription:
        _keep(ledger, "a", "b")
        assert _sessions([await anext(subscription), await anext(subscription)]) == ["a", "b"]


async def test_a_waiting_subscriber_is_woken() -> None:
    """A reader that waits is woken by the next event, and by the end."""
    ledger = Ledger()
    subscription = ledger.subscribe()
    reader = asyncio.ensure_future(anext(subscription))
    await asyncio.sleep(0)  # lets the reader begin to wait
    _keep(ledger, "a")
    assert _sessions([await reader]) == ["a"]

    reader = asyncio.ensure_future(anext(subscription))
    await asyncio.sleep(0)
    subscription.close()
    with pytest.raises(StopAsyncIteration):
        await reader


async def test_a_slow_subscriber_loses_the_oldest() -> None:
    """Beyond its size a subscription drops its oldest and says how many; others lose nothing."""
    ledger = Ledger()
    slow, fast = ledger.subscribe(size=2), ledger.subscribe()
    _keep(ledger, "a", "b", "c", "d")
    assert slow.lost == 2
    assert _sessions(await _rest(slow)) == ["c", "d"]
    assert _sessions(await _rest(fast)) == ["a", "b", "c", "d"]


async def test_a_closed_subscription_hears_no_more() -> None:
    """After its close a subscription ends, and the ledger no longer feeds it."""
    ledger = Ledger()
    with ledger.subscribe() as subscription:
        _keep(ledger, "a")
    _keep(ledger, "b")
    assert _sessions(await _rest(subscription)) == ["a"]
