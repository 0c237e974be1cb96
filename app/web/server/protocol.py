"""The HTTP protocol with timeouts for slow clients."""

import asyncio

import httptools

from app.web.server.joined import JoinedProtocol

REQUEST_SECONDS = 15.0
"""How long a request may take to arrive whole, from the connection or from its first byte."""

WRITE_SECONDS = 30.0
"""How long a client may leave an answer unread before the connection is cut."""


FIRST_SECONDS = 0.1
"""How long, at a shutdown, a new connection may still bring its first request."""


class TimeoutProtocol(JoinedProtocol):
    """The HTTP protocol with timeouts for slow clients.

    uvicorn itself limits neither how long a request may trickle in nor how long an answer may wait
    to be read: a few thousand silent connections would do. Cost: one timer a connection.
    """

    request_seconds = REQUEST_SECONDS
    write_seconds = WRITE_SECONDS

    # uvicorn's protocol has nearly as many attributes as Python keeps without a dict of its own.
    __slots__ = ("_reading", "_whole", "_writing")

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start waiting for the first request."""
        super().connection_made(transport)
        self._reading: asyncio.TimerHandle | None = None
        self._writing: asyncio.TimerHandle | None = None
        self._whole = False
        self._await_request()

    def data_received(self, data: bytes) -> None:
        """Start waiting for the rest of a request that has begun."""
        if self._reading is None:
            self._whole = False
            self.feed(data)
            if not self._whole:
                self._await_request()
        else:
            self.feed(data)

    def feed(self, data: bytes) -> None:
        """Parse what has arrived. uvicorn's own way logs a line for each malformed request."""
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            pass  # the request itself is answered; there is nothing to upgrade to
        except httptools.HttpParserError:
            self.send_400_response("Invalid HTTP request received.")

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._whole = True
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None
        super().on_message_complete()

    def is_idle(self) -> bool:
        """Whether no request is arriving or being answered."""
        return self._reading is None and super().is_idle()

    def pause_writing(self) -> None:
        """The peer reads more slowly than we write."""
        super().pause_writing()
        self._writing = self.loop.call_later(self.write_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """It has caught up."""
        super().resume_writing()
        if self._writing is not None:
            self._writing.cancel()
            self._writing = None

    def shutdown(self) -> None:
        """Close an idle connection; the first request of a new one may be under way."""
        if self.cycle is None:
            self.loop.call_later(FIRST_SECONDS, super().shutdown)
        else:
            super().shutdown()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing left to wait for."""
        for timer in (self._reading, self._writing):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def _await_request(self) -> None:
        if not self.transport.is_closing():
            self._reading = self.loop.call_later(self.request_seconds, self.transport.abort)
