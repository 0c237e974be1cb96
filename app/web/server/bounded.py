"""The public server's protocol: sizes are checked while bytes arrive, ahead of every route."""

import asyncio

import httptools
import uvicorn
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from app.collect.problem import REFUSED, Reason
from app.domain.ping import MAX_BODY
from app.web.server.protocol import TimeoutProtocol
from app.web.server.proxies import unmapped
from app.web.server.refusals import ServerRefusals
from app.web.server.upgrades import without_upgrade

MAX_HEAD = 32 * 1024
"""Bytes of a request's first line and headers."""

MAX_REQUEST = 1024 * 1024
"""Bytes of a whole request as it arrives, so that chunk framing and trailers end somewhere too."""

LINGER_SECONDS = 2.0
"""How long a refused client's bytes are thrown away, so that it can read why before the end."""


class _RefusedError(Exception):
    """Stops the parser."""


class BoundedConfig(uvicorn.Config):
    """uvicorn's configuration, and what becomes of refused requests."""

    refusals: ServerRefusals


class BoundedProtocol(TimeoutProtocol):
    """Refuses what is too large (413, 431) or no HTTP (400), and closes the connection.

    Nothing of it reaches a route, and at most one read of the socket is held beyond the limits.
    """

    config: BoundedConfig

    __slots__ = ("_body", "_chunk", "_completed", "_in_head", "_received", "_refused", "_upgrades")

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Write the peer's address as everything else compares it."""
        super().connection_made(transport)
        self._chunk = self._received = self._body = 0
        self._completed = self._refused = self._upgrades = False
        self._in_head = True
        if self.client is not None:
            self.client = (unmapped(self.client[0]), self.client[1])

    def data_received(self, data: bytes) -> None:
        """Parse what has arrived, and count it: one growing header is never complete."""
        if self._refused:
            return
        timed = self._reading is not None
        self._whole = False
        self._chunk = len(data)
        self._received += self._chunk
        try:
            try:
                self.parser.feed_data(data)
            except httptools.HttpParserUpgrade as upgrade:
                self._read_on(memoryview(data)[upgrade.args[0] :])
        except httptools.HttpParserError:
            if not self._refused:
                self._refuse("bad_request", "this is not HTTP/1.1: send a well-formed request")
            return
        if self._completed:
            self._completed = False
            if self._in_head:  # of a head that began in this chunk it is not known how much
                self._received = 0
        elif self._received > MAX_HEAD:
            self._refuse_growing()
        if not (timed or self._whole):
            self._await_request()

    # The hooks are written out, for calls to those of the base classes took four times as long as
    # the checks. So they are the only ones: this server upgrades to nothing.

    def on_headers_complete(self) -> None:
        """Check the head's size and the announced length before the request is routed."""
        if self.parser.should_upgrade() and self.parser.get_method() != b"CONNECT":
            self._upgrades = True  # nothing is begun: it is read again, without that
            return
        # What arrived since the last request is at least the head: it is rarely measured exactly.
        if self._received > MAX_HEAD and self._head_size() > MAX_HEAD:
            self._refuse_head()
            raise _RefusedError
        for name, value in self.headers:
            if name == b"content-length" and int(value) > MAX_BODY:
                self._refuse_body()
                raise _RefusedError
        self._in_head = False
        self._body = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Count the body, however it is framed, and keep it for the route."""
        self._body += len(body)
        if self._body > MAX_BODY:
            self._refuse_body()
            raise _RefusedError
        cycle = self.cycle
        if not cycle.response_complete:
            cycle.body += body
            cycle.message_event.set()

    def on_message_complete(self) -> None:
        """The request is whole, and the next byte begins another head."""
        if self._upgrades:
            return
        self._received = self._chunk  # at most so much of it is in this chunk already
        self._completed = self._in_head = self._whole = True
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None
        cycle = self.cycle
        if not cycle.response_complete:
            cycle.more_body = False
            cycle.message_event.set()

    def _read_on(self, rest: memoryview) -> None:
        """Parse a request anew without the protocol it offers, and what came behind its head.

        `rest` may have more such requests: each is a round of the loop.
        """
        while self._upgrades:
            parser = self.parser
            head = without_upgrade(
                parser.get_method(), self.url, parser.get_http_version(), self.headers
            )
            self.parser = httptools.HttpRequestParser(self)
            self._upgrades = False
            self.parser.feed_data(head)
            try:
                self.parser.feed_data(rest)
            except httptools.HttpParserUpgrade as upgrade:
                rest = rest[upgrade.args[0] :]

    def _head_size(self) -> int:
        return len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)

    def _refuse_growing(self) -> None:
        if self._in_head:
            self._refuse_head()
        elif self._received > MAX_REQUEST:
            self._refuse_body()

    def _refuse_head(self) -> None:
        detail = f"the first line and the headers: at most {MAX_HEAD // 1024} KiB together"
        self._refuse("headers_too_large", detail)

    def _refuse_body(self) -> None:
        detail = f"the body: at most {MAX_BODY // 1024} KiB; send fewer plays at a time"
        self._refuse("too_large", detail)

    def _refuse(self, reason: Reason, detail: str) -> None:
        """Answer, if nothing else is being answered on this connection, and close it."""
        self._refused = self._whole = True
        response = self.config.refusals.response(reason, detail)
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is not None and not cycle.response_complete:
            if self.pipeline:
                self.transport.close()
                return
            if cycle.response_started or self._in_head:
                cycle.keep_alive = False  # another answer is on its way: the connection ends then
                return
            self.scope[REFUSED] = True  # type: ignore[literal-required] # as ASGI allows
            cycle.disconnected = True  # the route's own answer is dropped
            cycle.message_event.set()
        if self._reading is not None:
            self._reading.cancel()
        self.flow.resume_reading()
        self.transport.write(response)
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._reading = self.loop.call_later(LINGER_SECONDS, self.transport.abort)
