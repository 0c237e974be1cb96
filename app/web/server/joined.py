"""uvicorn's HTTP protocol with one write to the socket an answer, and one timer a connection."""

from functools import lru_cache
from typing import TYPE_CHECKING

from uvicorn.protocols.http.httptools_impl import (
    HEADER_RE,
    HEADER_VALUE_RE,
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

if TYPE_CHECKING:
    from uvicorn._types import ASGISendEvent, HTTPResponseStartEvent

SMALL = 64 * 1024
"""Bytes of a body that is copied behind its head."""


class JoinedCycle(RequestResponseCycle):
    """Holds the head of a small answer back, and sends it with the body.

    uvicorn writes to the socket twice, which is a tenth of an acknowledgement's processor time. An
    answer of unknown length is a stream: its head goes at once, and all of it uvicorn's way.
    """

    _held: "HTTPResponseStartEvent | None" = None
    _lines = b""
    _length: int | None = None

    async def send(self, message: "ASGISendEvent") -> None:
        """Hold a head back, send it with its body, or do as uvicorn does."""
        start, self._held = self._held, None
        if message["type"] == "http.response.start":  # a second one replaces one that is held
            if self._is_ordinary:
                self._lines, self._length = _lines(tuple(message.get("headers", ())))
                if self._length is not None and self._length <= SMALL:
                    self._held = message
                    return
        elif start is not None:
            if message["type"] == "http.response.body" and not message.get("more_body"):
                body = message.get("body", b"")
                if len(body) == self._length and self._is_ordinary:
                    self._write(start["status"], body)
                    return
            await super().send(start)
        await super().send(message)

    @property
    def _is_ordinary(self) -> bool:
        """Whether nothing but an answer with a body is to be sent, and at once."""
        return not (
            self.response_started
            or self.disconnected
            or self.flow.write_paused
            or self.access_log
            or self.scope["method"] == "HEAD"
        )

    def _write(self, status: int, body: bytes) -> None:
        """Send the whole answer."""
        self.response_started = self.response_complete = True
        self.waiting_for_100_continue = False
        parts = [STATUS_LINE[status]]
        for name, value in self.default_headers:
            parts += (name, b": ", value, b"\r\n")
        parts += (self._lines, b"\r\n" if self.keep_alive else b"connection: close\r\n\r\n", body)
        self.transport.write(b"".join(parts))
        self.message_event.set()
        if not self.keep_alive:
            self.transport.close()
        self.on_response()


@lru_cache(256)
def _lines(headers: tuple[tuple[bytes, bytes], ...]) -> tuple[bytes, int | None]:
    """The headers as they are sent, and the announced length; None: leave them to uvicorn.

    Cached, because most answers have the same headers; so each is checked, at no cost.
    """
    length, lines = None, bytearray()
    for given, value in headers:
        name = given.lower()
        if name in {b"connection", b"transfer-encoding"}:
            return b"", None
        if HEADER_RE.search(name) or HEADER_VALUE_RE.search(value):
            return b"", None
        if name == b"content-length":
            length = int(value)
        lines += b"%b: %b\r\n" % (name, value)
    return bytes(lines), length


class JoinedProtocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol, whose cycles join head and body.

    uvicorn sets and cancels a timer for each answer, to end idle connections. Here one timer a
    connection is set again for what is left when it ends.
    """

    _idle_since = 0.0

    def on_headers_complete(self) -> None:
        """Begin a cycle. Its task has not run yet."""
        HttpToolsProtocol.on_headers_complete(self)  # without super(): as BoundedProtocol
        if self.cycle is not None:
            self.cycle.__class__ = JoinedCycle  # it has the same attributes

    def on_response_complete(self) -> None:
        """Begin the next request of a pipeline, or be idle."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
            return
        self._idle_since = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self._end_idle_after(self.timeout_keep_alive)

    def timeout_keep_alive_handler(self) -> None:
        """Close the connection if it has been idle for so long."""
        self.timeout_keep_alive_task = None
        if not self.is_idle():  # the answer's end sets the timer again
            return
        left = self._idle_since + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self._end_idle_after(left)
        else:
            super().timeout_keep_alive_handler()

    def is_idle(self) -> bool:
        """Whether no request is being answered."""
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is None or cycle.response_complete

    def _unset_keepalive_if_required(self) -> None:
        """Leave the timer as it is: it looks for itself whether the connection is idle."""

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is left to wait for."""
        if self.timeout_keep_alive_task is not None:
            self.timeout_keep_alive_task.cancel()
        super().connection_lost(exc)

    def _end_idle_after(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(
            seconds, self.timeout_keep_alive_handler
        )
