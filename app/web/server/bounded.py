"""The public server's protocol: sizes are checked while bytes arrive, ahead of every route."""

import asyncio
from typing import TYPE_CHECKING

import httptools
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from app.collect.problem import REFUSED, Reason
from app.domain.ping import MAX_BODY
from app.web.server.joined import JoinedCycle
from app.web.server.protocol import TimeoutProtocol
from app.web.server.proxies import unmapped
from app.web.server.refusals import ServerRefusals
from app.web.server.upgrades import without_upgrade

if TYPE_CHECKING:
    from uvicorn._types import ASGI3Application

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

    At most one read of the socket is held beyond the limits. A route that waits for the rest of a
    refused body is told that the client has gone.
    """

    config: BoundedConfig

    __slots__ = ("_body", "_chunk", "_earlier", "_in_head", "_refused", "_unread", "_upgrades")

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Write the peer's address as everything else compares it."""
        super().connection_made(transport)
        self._chunk = self._earlier = self._body = 0
        self._refused = self._unread = self._upgrades = False
        self._in_head = True
        if self.client is not None:
            self.client = (unmapped(self.client[0]), self.client[1])

    def data_received(self, data: bytes) -> None:
        """Parse what has arrived, and count it: one growing header is never complete."""
        if self._refused:
            return
        self._whole = False
        self._chunk = len(data)
        try:
            try:
                self.parser.feed_data(data)
            except httptools.HttpParserUpgrade as upgrade:
                self._read_on(memoryview(data)[upgrade.args[0] :])
        except httptools.HttpParserError:
            if not self._refused:
                self._refuse("bad_request", "this is not HTTP/1.1: send a well-formed request")
            return
        if self._whole and self._in_head:
            self._earlier = 0  # of a head that began in this chunk it is not known how much
            return
        self._earlier = self._chunk if self._whole else self._earlier + self._chunk
        self._check_unfinished()
        if self._reading is None and not self._whole:
            self._await_request()

    # The hooks are written out, for calls to those of the base classes took four times as long as
    # the checks. So they are the only ones: this server upgrades to nothing.

    def on_headers_complete(self) -> None:
        """Check the head's size before the request is routed."""
        # What arrived since the last request is at least the head: it is rarely measured exactly.
        if self._chunk + self._earlier > MAX_HEAD and self._head_size() > MAX_HEAD:
            self._refuse_head()
            raise _RefusedError
        self._in_head = False
        self._unread = True
        self._body = 0
        HttpToolsProtocol.on_headers_complete(self)
        if not self._upgrades:
            self.cycle.__class__ = JoinedCycle

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
        self._in_head = self._whole = True
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

    def _should_upgrade(self) -> bool:
        """Begin nothing for a request that offers another protocol: it is read again without that.

        uvicorn asks this where httptools has found such an offer.
        """
        self._upgrades = self._in_head = self.parser.get_method() != b"CONNECT"
        return self._upgrades

    def _head_size(self) -> int:
        return len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)

    def _check_unfinished(self) -> None:
        """Refuse a request that is too large so far, or announces that it will be.

        A body that comes with its head is counted by `on_body`, and its length not looked up.
        """
        if self._in_head:
            if self._earlier > MAX_HEAD:
                self._refuse_head()
        elif self._earlier > MAX_REQUEST or (self._unread and self._announced() > MAX_BODY):
            self._refuse_body()
        else:
            self._unread = False

    def _announced(self) -> int:
        return max(
            (int(value) for name, value in self.headers if name == b"content-length"), default=0
        )

    def _refuse_head(self) -> None:
        detail = f"the first line and the headers: at most {MAX_HEAD // 1024} KiB together"
        self._refuse("headers_too_large", detail)

    def _refuse_body(self) -> None:
        detail = f"the body: at most {MAX_BODY // 1024} KiB; send fewer plays at a time"
        self._refuse("too_large", detail)

    def _refuse(self, reason: Reason, detail: str) -> None:
        """Answer in this request's turn, unless its head is broken, and close the connection."""
        self._refused = self._whole = True
        response = self.config.refusals.response(reason, detail)
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is not None and not cycle.response_complete:
            if cycle.response_started or self._in_head:
                cycle.keep_alive = False  # another answer is on its way: the connection ends then
                return
            if self.pipeline:
                self.pipeline[0] = (cycle, self._in_turn(cycle, response))
                return
            self.scope[REFUSED] = True  # type: ignore[literal-required] # as ASGI allows
            self._drop_answer(cycle)
        self._end(response)

    def _in_turn(self, cycle: RequestResponseCycle, response: bytes) -> "ASGI3Application":
        """An application that answers a refused request behind others of its connection."""

        async def answer(*_: object) -> None:
            self._drop_answer(cycle)
            self._end(response)

        return answer

    def _drop_answer(self, cycle: RequestResponseCycle) -> None:
        """Nothing that a route answers is sent."""
        cycle.disconnected = True
        cycle.message_event.set()

    def _end(self, response: bytes) -> None:
        """Send the refusal, and close the connection when the client can have read it."""
        if self._reading is not None:
            self._reading.cancel()
        self.flow.resume_reading()
        self.transport.write(response)
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._reading = self.loop.call_later(LINGER_SECONDS, self.transport.abort)
