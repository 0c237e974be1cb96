"""Wakes the workers that wait for something to do."""

import asyncio
import contextlib

import msgspec


class Notifier:
    """Wakes waiting workers.

    Take the event before checking for work; a notify in between is then not lost.
    """

    def __init__(self) -> None:
        self._next: asyncio.Event | None = None

    def notify(self) -> None:
        """Wake every waiting worker. Does nothing while none waits."""
        if self._next is not None:
            self._next.set()
            self._next = None

    def next_event(self) -> asyncio.Event:
        """The event that the next `notify` sets."""
        if self._next is None:
            self._next = asyncio.Event()
        return self._next


class Notifiers(msgspec.Struct, frozen=True):
    """An account's notifiers: `pings` for pings to fold, `due` for events to send.

    `names`: nobody notifies the reader of contacts' names, except to stop it.
    """

    pings: Notifier = msgspec.field(default_factory=Notifier)
    due: Notifier = msgspec.field(default_factory=Notifier)
    names: Notifier = msgspec.field(default_factory=Notifier)

    def notify(self) -> None:
        """Notify all."""
        self.pings.notify()
        self.due.notify()
        self.names.notify()


async def wait_for(event: asyncio.Event, seconds: float) -> None:
    """Wait until the event is set, or so many seconds have passed."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
