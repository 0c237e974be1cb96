"""`playrelay outbox`: list the events, show one, requeue or discard them."""

import argparse
import json

import msgspec

from app.cli.arguments import acts_of, add_act, positive
from app.cli.audit import noted
from app.cli.progress import Progress
from app.cli.stores import add_account, in_each, in_one
from app.cli.terminal import fail, printable, say
from app.domain.outcome import STATUSES
from app.formatting import count, moment
from app.runtime.clock import now_ms
from app.store.event_reports import OutboxEntry, Selection
from app.store.store import Store

STEP = 500
"""Events that are changed in one transaction: pings wait until it ends."""


def add_options(verb: argparse.ArgumentParser) -> None:
    """Add its actions."""
    acts = acts_of(verb)

    act = add_act(acts, "list", "list events, newest first")
    act.add_argument("--status", choices=STATUSES, help="only events with this status")
    act.add_argument("--limit", type=positive, default=50, help="events at most (%(default)s)")
    add_account(act)
    act.set_defaults(run=outbox_list)

    act = add_act(acts, "show", "show one event, and what HubSpot answered")
    act.add_argument("id", type=positive)
    add_account(act, all_without=False)
    act.set_defaults(run=outbox_show)

    act = add_act(acts, "requeue", "make settled events due again")
    which = act.add_mutually_exclusive_group(required=True)
    which.add_argument("id", type=positive, nargs="*", default=[])
    which.add_argument("--rejected", action="store_true", help="all rejected events")
    add_account(act)
    act.set_defaults(run=outbox_requeue)

    act = add_act(acts, "discard", "discard events for good")
    act.add_argument("id", type=positive, nargs="+")
    add_account(act, all_without=False)
    act.set_defaults(run=outbox_discard)


def outbox_list(given: argparse.Namespace) -> int:
    """Print one line for each event, below the account's name if there are several."""

    async def read(store: Store, account: str) -> tuple[str, list[OutboxEntry]]:
        return account, await store.admin.events(given.status, given.limit)

    listed = in_each(given, read)
    if not any(entries for _, entries in listed):
        say(
            "playrelay: there are no such events"
            if given.status
            else "playrelay: there are no events yet",
            error=True,
        )
    for account, entries in listed:
        if account:
            say(f"{account}:")
        for entry in entries:
            say(
                f"{entry.id:>8}  {entry.status:<12} {moment(entry.occurred_at)}  "
                f"{entry.event} {entry.value}  {printable(entry.play.medium.name or '')}  "
                f"{printable(entry.reason)}".rstrip()
            )
    return 0


def outbox_show(given: argparse.Namespace) -> int:
    """Print one event as JSON, without the visitor's tokens."""

    async def read(store: Store, _account: str) -> OutboxEntry | None:
        return await store.admin.event(given.id)

    entry = in_one(given, read)
    if entry is None:
        return fail(f"there is no event {given.id}")
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
        "site": play.site or None,
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
    say(json.dumps(msgspec.to_builtins(shown), indent=2, ensure_ascii=False))
    return 0


def outbox_requeue(given: argparse.Namespace) -> int:
    """Make events due again; all rejected ones in steps, so that pings don't wait long."""

    async def requeue(store: Store, _account: str) -> int:
        changed = await store.admin.requeue(given.id, now_ms())
        return await noted(store, "requeue", _events(given.id), changed)

    if given.rejected:
        return _changed(sum(in_each(given, _requeue_rejected)), None, "requeued")
    return _changed(in_one(given, requeue), given.id, "requeued")


async def _requeue_rejected(store: Store, _account: str) -> int:
    """Requeue events that are rejected now; one that is rejected again stays so."""
    began = now_ms()
    if not await store.rejections.families(1):
        return 0
    note = await store.admin.note("command line", "requeue rejected", "all that is rejected", began)
    done = 0
    with Progress("requeueing") as progress:
        while step := await store.rejections.change(
            "requeue", Selection(began), note, STEP, now_ms()
        ):
            done += step
            progress(done)
    return done


def outbox_discard(given: argparse.Namespace) -> int:
    """Discard events."""

    async def discard(store: Store, _account: str) -> int:
        changed = await store.admin.discard(given.id, now_ms())
        return await noted(store, "discard", _events(given.id), changed)

    return _changed(in_one(given, discard), given.id, "discarded")


def _events(ids: list[int]) -> str:
    return f"events {' '.join(map(str, ids[:10]))}"


def _changed(changed: int, wanted: list[int] | None, done: str) -> int:
    say(f"{done} {count(changed, 'event', 'events')}")
    if wanted is None or changed == len(set(wanted)):
        return 0
    left = len(set(wanted)) - changed
    return fail(
        f"{left} not {done}: no such event, or its status does not allow it "
        "(see: playrelay outbox show ID)"
    )
