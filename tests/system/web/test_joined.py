"""A small answer goes out in one piece, and every other answer as uvicorn sends it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn

from app.web.server.embedded import listen, serving
from app.web.server.joined import JoinedProtocol

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Answer = Callable[[Send], Awaitable[None]]

LENGTH = (b"content-length", b"5")


def start(status: int = 200, *headers: tuple[bytes, bytes]) -> Message:
    """The head of an answer."""
    return {"type": "http.response.start", "status": status, "headers": list(headers)}


def body(content: bytes, *, more: bool = False) -> Message:
    """A part of its body."""
    return {"type": "http.response.body", "body": content, "more_body": more}


async def whole(send: Send) -> None:
    """Answer `hello`, and its length."""
    await send(start(200, LENGTH, (b"x-case", b"kept")))
    await send(body(b"hello"))


async def in_parts(send: Send) -> None:
    """Answer the same in two parts."""
    await send(start(200, LENGTH))
    await send(body(b"he", more=True))
    await send(body(b"llo"))


async def stream(send: Send) -> None:
    """Answer the same, its length unknown."""
    await send(start())
    await send(body(b"hello", more=True))
    await send(body(b""))


async def large(send: Send) -> None:
    """Answer 300 kB."""
    await send(start(200, (b"content-length", b"300000")))
    await send(body(b"x" * 300_000))


async def nothing(send: Send) -> None:
    """Answer without a body."""
    await send(start(204))
    await send(body(b""))


async def fails_between(send: Send) -> None:
    """Fail when the head is sent and the body is not."""
    await send(start(200, LENGTH))
    raise ValueError("deliberate")


async def says_too_much(send: Send) -> None:
    """Send more than was announced."""
    await send(start(200, LENGTH))
    await send(body(b"hello, hello"))


async def splits(send: Send) -> None:
    """Send a header that would be two."""
    await send(start(200, LENGTH, (b"x-case", b"a\r\nx-other: b")))
    await send(body(b"hello"))


ANSWERS: dict[str, Answer] = {
    each.__name__: each
    for each in (whole, in_parts, stream, large, nothing, fails_between, says_too_much, splits)
}


async def application(
    scope: Message, receive: Callable[[], Awaitable[Message]], send: Send
) -> None:
    """Give the answer that the path names."""
    await receive()
    await ANSWERS[scope["path"].strip("/")](send)


class Counting(JoinedProtocol):
    """Counts what is written to its connections."""

    writes: list[bytes] = []  # noqa: RUF012 - each test empties it

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Note each write."""
        super().connection_made(transport)
        self.transport = _Noting(transport, self.writes)  # type: ignore[assignment]


class _Noting:
    """A transport, and a list of what was written."""

    def __init__(self, transport: asyncio.Transport, writes: list[bytes]) -> None:
        self._transport = transport
        self._writes = writes

    def write(self, data: bytes) -> None:
        """Note it, and write it."""
        self._writes.append(data)
        self._transport.write(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


@asynccontextmanager
async def connected(
    keep_alive: float = 60,
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection to a server of that application."""
    Counting.writes.clear()
    config = uvicorn.Config(
        application,
        http=Counting,
        ws="none",
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_keep_alive=keep_alive,  # type: ignore[arg-type] # a part of a second will do
    )
    with listen("127.0.0.1", 0) as bound:
        bound.listen()  # so that it can be reached at once
        async with serving(config, bound, "joined"):
            reader, writer = await asyncio.open_connection(*bound.getsockname())
            yield reader, writer
            writer.close()


async def ask(writer: asyncio.StreamWriter, path: str, method: str = "GET", more: str = "") -> None:
    """Send a request."""
    writer.write(f"{method} /{path} HTTP/1.1\r\nhost: x\r\n{more}\r\n".encode())
    await writer.drain()


async def head(reader: asyncio.StreamReader) -> bytes:
    """Read the head of an answer."""
    return await reader.readuntil(b"\r\n\r\n")


async def test_a_small_answer_is_one_write() -> None:
    """Head and body of an answer with a length are written at once, with all headers."""
    async with connected() as (reader, writer):
        await ask(writer, "whole")
        assert b"x-case: kept\r\n" in await head(reader)
        assert await reader.readexactly(5) == b"hello"
        assert len(Counting.writes) == 1


async def test_a_connection_goes_on() -> None:
    """Answers of every kind follow each other on one connection, also when asked for at once."""
    async with connected() as (reader, writer):
        paths = ("whole", "in_parts", "nothing", "large", "whole")
        for path in paths:
            await ask(writer, path)
        for path in paths:
            said = await head(reader)
            expected = b"204" if path == "nothing" else b"200"
            assert said.startswith(b"HTTP/1.1 " + expected)
            size = {"nothing": 0, "large": 300_000}.get(path, 5)
            content = await reader.readexactly(size)
            assert content == (b"x" * size if path == "large" else b"hello"[:size])


async def test_a_head_request_gets_no_body() -> None:
    """The answer to HEAD has the length, and the next answer follows its head."""
    async with connected() as (reader, writer):
        await ask(writer, "whole", "HEAD")
        await ask(writer, "whole")
        assert b"content-length: 5" in await head(reader)
        assert (await head(reader)).startswith(b"HTTP/1.1 200")
        assert await reader.readexactly(5) == b"hello"


async def test_a_stream_is_not_held_back() -> None:
    """The head of an answer without a length is written before its body."""
    async with connected() as (reader, writer):
        await ask(writer, "stream")
        assert b"transfer-encoding: chunked" in await head(reader)
        assert await reader.readuntil(b"0\r\n\r\n") == b"5\r\nhello\r\n0\r\n\r\n"
        assert len(Counting.writes) > 1


async def test_a_client_may_end_the_connection() -> None:
    """`connection: close` is answered with the same, and with the end of the connection."""
    async with connected() as (reader, writer):
        await ask(writer, "whole", more="connection: close\r\n")
        answer = await reader.read()
        assert b"connection: close\r\n" in answer
        assert answer.endswith(b"\r\n\r\nhello")


async def test_a_failure_behind_the_head_is_a_500() -> None:
    """A head that was held back is never sent with another answer's body."""
    async with connected() as (reader, writer):
        await ask(writer, "fails_between")
        answer = await reader.read()
        assert answer.startswith(b"HTTP/1.1 500")
        assert answer.count(b"HTTP/1.1") == 1


@pytest.mark.parametrize("path", ["says_too_much", "splits"])
async def test_what_is_no_answer_is_not_sent(path: str) -> None:
    """The server's checks of lengths and headers hold."""
    async with connected() as (reader, writer):
        await ask(writer, path)
        answer = await reader.read()
        assert b"hello" not in answer
        assert b"x-other" not in answer


async def test_an_idle_connection_is_ended() -> None:
    """A connection ends some time after its last answer, and not while it is in use."""
    async with connected(keep_alive=0.5) as (reader, writer):
        for _ in range(3):
            await ask(writer, "whole")
            await head(reader)
            assert await reader.readexactly(5) == b"hello"
        assert await reader.read() == b""
