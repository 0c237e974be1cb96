"""What takes long: done in small steps beside the request that asked for it, to be watched."""

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog

from app.store.interface import StoreError

KEPT = 50
"""Chores that can still be looked at; the oldest are forgotten."""

_log = structlog.get_logger(__name__)

Step = Callable[[], Awaitable[int]]
"""Does a bounded part of the work; returns how much it was, 0 when nothing is left."""


@dataclass(slots=True)
class Chore:
    """`total`: how much it was expected to be. `fault`: why it ended before its time."""

    id: str
    title: str
    back: str
    total: int
    done: int = 0
    ended: bool = False
    fault: str = ""


@dataclass(slots=True)
class Chores:
    """All of this process, in memory: what they did stands in the store and in its audit log."""

    _known: OrderedDict[str, Chore] = field(default_factory=OrderedDict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def start(self, title: str, back: str, total: int, step: Step, leaving: asyncio.Event) -> Chore:
        """Begin; `back`: the page from which it came. It ends early when the relay is `leaving`."""
        chore = Chore(secrets.token_urlsafe(9), title, back, total)
        self._known[chore.id] = chore
        while len(self._known) > KEPT:
            self._known.popitem(last=False)
        task = asyncio.create_task(_work(chore, step, leaving), name=f"chore {title}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return chore

    def get(self, name: str) -> Chore | None:
        """The chore of that id, if it is still known."""
        return self._known.get(name)


async def _work(chore: Chore, step: Step, leaving: asyncio.Event) -> None:
    try:
        while not leaving.is_set() and (done := await step()):
            chore.done += done
        if leaving.is_set():
            chore.fault = "the relay was stopped: what is left can be done again"
    except StoreError as error:
        chore.fault = str(error)
    except Exception:  # noqa: BLE001 - said on the page and logged: nobody awaits this
        chore.fault = "this is a fault of ours: look into the log"
        _log.exception("chore_failed", chore=chore.title)
    chore.ended = True
