"""Background jobs: long work in small steps, while a page shows the progress."""

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable

import msgspec
import structlog

from app.store.errors import StoreError

KEPT = 50
"""Jobs that can still be viewed; older ones are dropped."""

_log = structlog.get_logger(__name__)

Step = Callable[[], Awaitable[int]]
"""Does a limited part of the work; returns how much, 0 when nothing is left."""


class BackgroundJob(msgspec.Struct):
    """`total`: the expected amount of work. `fault`: why it stopped early."""

    id: str
    title: str
    back: str
    total: int
    done: int = 0
    ended: bool = False
    fault: str = ""


class Jobs(msgspec.Struct):
    """All jobs of this process, in memory: their changes are in the store and its audit log."""

    _known: OrderedDict[str, BackgroundJob] = msgspec.field(default_factory=OrderedDict)
    _tasks: set[asyncio.Task[None]] = msgspec.field(default_factory=set)

    def start(
        self, title: str, back: str, total: int, step: Step, leaving: asyncio.Event
    ) -> BackgroundJob:
        """Begin; `back`: the page it was started from. It stops early when `leaving` is set."""
        job = BackgroundJob(secrets.token_urlsafe(9), title, back, total)
        self._known[job.id] = job
        while len(self._known) > KEPT:
            self._known.popitem(last=False)
        task = asyncio.create_task(_run(job, step, leaving), name=f"job {title}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return job

    def get(self, name: str) -> BackgroundJob | None:
        """The job of that id, if it is still known."""
        return self._known.get(name)


async def _run(job: BackgroundJob, step: Step, leaving: asyncio.Event) -> None:
    try:
        while not leaving.is_set() and (done := await step()):
            job.done += done
        if leaving.is_set():
            job.fault = "the relay was stopped: start it again to finish the rest"
    except StoreError as error:
        job.fault = str(error)
    except Exception:  # noqa: BLE001 - shown on the page and logged: nobody awaits this
        job.fault = "this is a bug in playrelay: see the log"
        _log.exception("job_failed", job=job.title)
    job.ended = True
