"""The verbs by which people look into the store and change what stands there."""

import argparse
import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec

from app.bootstrap import now_ms, open_store
from app.cli.words import count, moment
from app.settings import load_settings
from app.store.interface import Store
from app.store.values import OutboxEntry

T = TypeVar("T")


def migrate(_given: argparse.Namespace) -> int:
    """Opening the store migrates it."""

    async def nothing(_store: Store) -> int:
        return 0

    _with_store(nothing)
    _say("the store is up to date")
    return 0


def forget(given: argparse.Namespace) -> int:
    """Erase by usertoken or contact."""

    async def erase(store: Store) -> int:
        erased = await store.forget(utk=given.utk, contact_id=given.contact)
        return await _noted(store, "forget", "a visitor", erased)  # whom, nobody may know any more

    erased = _with_store(erase)
    _say(f"erased {count(erased, 'play or ping', 'plays and pings')}")
    return 0


def outbox_list(given: argparse.Namespace) -> int:
    """One line an event."""

    async def read(store: Store) -> list[OutboxEntry]:
        return await store.outbox_list(given.status, given.limit)

    for entry in _with_store(read):
        _say(
            f"{entry.id:>8}  {entry.status:<12} {moment(entry.occurred_at)}  "
            f"{entry.event} {entry.value}  {entry.play.medium.name or ''}  {entry.reason}".rstrip()
        )
    return 0


def outbox_show(given: argparse.Namespace) -> int:
    """All of one event, as JSON. The visitor's tokens are not shown."""

    async def read(store: Store) -> OutboxEntry | None:
        return await store.outbox_show(given.id)

    entry = _with_store(read)
    if entry is None:
        print(f"playrelay: there is no event {given.id}", file=sys.stderr)
        return 1
    play = entry.play
    shown = {
        "id": entry.id,
        "status": entry.status,
        "reason": entry.reason,
        "event": entry.event,
        "value": entry.value,
        "occurred": moment(entry.occurred_at),
        "created": moment(entry.created_at),
        "due": moment(entry.due_at) if entry.due_at else None,
        "attempts": entry.attempts,
        "answer": entry.answer,
        "sessionId": play.session_id,
        "media": play.medium,
        "page": play.page[2],
        "percent": play.covered,
        "knownBy": [
            name
            for name, value in (
                ("signed contactId", play.contact_id),
                ("usertoken", play.utk),
                ("_hsenc", play.hsenc),
            )
            if value
        ],
    }
    _say(json.dumps(msgspec.to_builtins(shown), indent=2, ensure_ascii=False))
    return 0


def outbox_requeue(given: argparse.Namespace) -> int:
    """Due again."""

    async def requeue(store: Store) -> int:
        ids = None if given.rejected else given.id
        changed = await store.outbox_requeue(ids, now_ms())
        return await _noted(store, "requeue", _events(ids), changed)

    return _changed(_with_store(requeue), None if given.rejected else given.id, "requeued")


def outbox_discard(given: argparse.Namespace) -> int:
    """Out of the way."""

    async def discard(store: Store) -> int:
        changed = await store.outbox_discard(given.id, now_ms())
        return await _noted(store, "discard", _events(given.id), changed)

    return _changed(_with_store(discard), given.id, "discarded")


async def _noted(store: Store, what: str, subject: str, changed: int) -> int:
    """Write down in the audit log what was changed, if anything was."""
    if changed:
        await store.note("command line", what, subject, now_ms(), changed)
    return changed


def _events(ids: list[int] | None) -> str:
    return "all that is rejected" if ids is None else f"events {' '.join(map(str, ids[:10]))}"


def _changed(changed: int, wanted: list[int] | None, done: str) -> int:
    _say(f"{done} {count(changed, 'event', 'events')}")
    if wanted is None or changed == len(set(wanted)):
        return 0
    left = len(set(wanted)) - changed
    print(
        f"playrelay: {left} not {done}: no such event, or its status does not allow it "
        "(see: playrelay outbox show ID)",
        file=sys.stderr,
    )
    return 1


def _with_store(work: Callable[[Store], Awaitable[T]]) -> T:
    async def run() -> T:
        store = await open_store(load_settings())
        try:
            return await work(store)
        finally:
            await store.close()

    return asyncio.run(run())


def _say(text: str) -> None:
    print(text)
