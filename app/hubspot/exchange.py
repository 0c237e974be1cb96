"""One bounded exchange with HubSpot: in time, in size, and in what it lets out.

No redirect is followed (a token must not reach another host), nothing is waited for or tried
again (that policy lives in `deliver`), and whatever httpx raises comes back as `Unavailable`.
"""

import asyncio
import zlib
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Literal

import httpx
from pydantic import SecretStr

from app.hubspot.answers import Answer, sunset
from app.hubspot.endings import Signs
from app.hubspot.results import Unavailable
from app.hubspot.window import RateWindow

Clock = Callable[[], int]
"""Milliseconds since the epoch."""

Observer = Callable[[str, int | str, float], None]
"""(endpoint, HTTP status or timeout | unreachable | broken, seconds), once an exchange."""

TIME_LIMIT = 20.0
SIZE_LIMIT = 256 * 1024

_DETAIL_LIMIT = 120


@dataclass(frozen=True, slots=True)
class Call:
    """A request before it has a host and a token. `endpoint` is its name in metrics.

    `longest`: the most bytes of the answer that are read. `keys`: secrets that the published API
    requires in the address. Personal data and secrets stay out of the repr.
    """

    endpoint: str
    method: Literal["GET", "POST", "PUT", "PATCH"]
    path: str
    params: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    json: bytes | None = field(default=None, repr=False)
    form: Mapping[str, SecretStr] = field(default_factory=dict, repr=False)
    keys: Mapping[str, SecretStr] = field(default_factory=dict, repr=False)
    longest: int = SIZE_LIMIT


def unobserved(endpoint: str, status: int | str, seconds: float) -> None:
    """The observer that does nothing."""


class Exchange:
    """Makes requests to HubSpot at `base_url`; the caller owns the HTTP client.

    `time_limit` (seconds) applies to the whole exchange: a slow answer is cut off. `signs`: records
    what answers say about the end of their endpoints. `window`: keeps the rate limit.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        base_url: str,
        clock: Clock,
        *,
        observe: Observer = unobserved,
        signs: Signs | None = None,
        window: RateWindow | None = None,
        time_limit: float = TIME_LIMIT,
    ) -> None:
        self._http = http
        self._base_url = base_url.rstrip("/")
        self._clock = clock
        self._observe = observe
        self.signs = signs or Signs()
        self._window = window
        self._time_limit = time_limit

    async def ask(self, call: Call, bearer: SecretStr | None = None) -> Answer | Unavailable:
        """The answer, whatever its status; Unavailable if there is none. Never raises."""
        async with self._window.request() if self._window else nullcontext():
            return await self._observed(call, bearer)

    async def _observed(self, call: Call, bearer: SecretStr | None) -> Answer | Unavailable:
        loop = asyncio.get_running_loop()
        started = loop.time()
        answer: Answer | Unavailable
        try:
            async with asyncio.timeout(self._time_limit):
                answer = await self._ask(call, bearer)
                status: int | str = answer.status
            if (end := sunset(answer)) is not None:
                self.signs.keep_sunset(call.endpoint, end)
        except TimeoutError:
            answer, status = Unavailable(f"no answer within {self._time_limit:g} s"), "timeout"
        except httpx.TimeoutException as error:
            answer, status = Unavailable(f"no answer in time ({_kind(error)})"), "timeout"
        except httpx.ConnectError as error:
            # The system's message (unknown host, refused, a bad certificate) contains no address.
            detail = str(error)[:_DETAIL_LIMIT]
            answer, status = Unavailable(f"cannot connect: {detail}"), "unreachable"
        except httpx.HTTPError as error:
            answer, status = Unavailable(f"the connection broke ({_kind(error)})"), "broken"
        self._observe(call.endpoint, status, loop.time() - started)
        return answer

    async def _ask(self, call: Call, bearer: SecretStr | None) -> Answer:
        headers = {"accept": "application/json", "accept-encoding": "gzip"}
        if call.json is not None:
            headers["content-type"] = "application/json"
        if bearer is not None:
            headers["authorization"] = f"Bearer {bearer.get_secret_value()}"
        async with self._http.stream(
            call.method,
            f"{self._base_url}{call.path}",
            params=(*call.params, *_spoken(call.keys)) or None,
            content=call.json,
            data=dict(_spoken(call.form)) or None,
            headers=headers,
            follow_redirects=False,
        ) as response:
            packed = bytearray()
            async for chunk in response.aiter_raw():
                packed += chunk
                if len(packed) > call.longest:
                    break
            body = _unpacked(packed, response.headers.get("content-encoding", ""), call.longest)
        secrets = [*call.form.values(), *call.keys.values()]
        secrets += [bearer] if bearer is not None else []
        said = _without(secrets, body) if response.is_error else body
        return Answer(response.status_code, response.headers, said, self._clock())


def _unpacked(packed: bytearray, coding: str, longest: int) -> bytes:
    """The body, or its beginning: httpx would decode it whole, and 64 KiB may be 64 MiB then."""
    if coding.lower() in {"", "identity"}:
        return bytes(packed)
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(packed, longest + 1)
    except zlib.error as error:
        raise httpx.DecodingError("the answer is not in gzip") from error


def _spoken(secrets: Mapping[str, SecretStr]) -> tuple[tuple[str, str], ...]:
    return tuple((name, secret.get_secret_value()) for name, secret in secrets.items())


def _without(secrets: list[SecretStr], body: bytes) -> bytes:
    """An error text without our secrets: HubSpot's permission errors have quoted the token."""
    for secret in secrets:
        if secret:
            body = body.replace(secret.get_secret_value().encode(), b"***")
    return body


def _kind(error: httpx.HTTPError) -> str:
    """Only the error's class: its text may contain what the other side sent."""
    return type(error).__name__
