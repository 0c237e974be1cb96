"""`POST /v1/progress`: check, append, and answer once the ping is on disk.

The only hot path and the only public one, so it is plain ASGI ahead of the router: a FastAPI route
that does nothing costs more than all of this. Its description for the OpenAPI document stands in
`collect.schema`.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec
import structlog

from app.collect.problem import STATUS, Reason, problem
from app.collect.rate import AddressRate
from app.collect.sightings import Sightings
from app.domain.origin import OriginPolicy
from app.domain.ping import MAX_BODY, BadJsonError, Fault, InvalidPingError, Parsed, parse
from app.store.interface import Inbox, StoreError
from app.store.values import InboxPing
from app.telemetry.metrics import Metrics

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PATH = "/v1/progress"
ORIGINS_REMEMBERED = 1024
"""Verdicts on origins kept in memory: whoever embeds the player asks again and again."""

RETRY_AFTER_SECONDS = 5
"""What a client is told when the store can't commit: soon, for it may only be busy."""

_log = structlog.get_logger(__name__)
_MAX_BODY_TEXT = f"at most {MAX_BODY // 1024} KiB: send fewer plays at a time"


class Guards(NamedTuple):
    """Who may send, how often, and whether a page served by the relay itself may."""

    origins: OriginPolicy
    rate: AddressRate


class _Refusal(Exception):  # noqa: N818 - not a failure of ours
    def __init__(self, reason: Reason, detail: str, faults: list[Fault] | None = None) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        self.faults = faults
        self.retry_after = 0


class ProgressEndpoint:
    """The ASGI endpoint. `clock`: ms since the epoch. `wake`: tells the fold that pings wait."""

    def __init__(
        self,
        inbox: Inbox,
        guards: Guards,
        *,
        clock: Callable[[], int],
        wake: Callable[[], None],
        new_id: Callable[[], str],
        metrics: Metrics,
        sightings: Sightings | None = None,
    ) -> None:
        self._sightings = sightings or Sightings(clock)
        self._inbox = inbox
        self._guards = guards
        self._clock = clock
        self._wake = wake
        self._new_id = new_id
        self._metrics = metrics
        self._allows = lru_cache(ORIGINS_REMEMBERED)(
            lambda origin: guards.origins.allows(origin.decode("latin-1"))
        )

    def allows(self, origin: str) -> bool:
        """Whether pages of that origin may send."""
        return self._allows(origin.encode("latin-1", "replace"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        origin: bytes | None = None
        allowed = False
        try:
            origin, referer, length = _headers(scope)
            allowed = origin is None or self._allows(origin)
            if not allowed:
                raise _not_allowed(origin)  # noqa: TRY301 - all refusals are answered below
            if scope["method"] == "OPTIONS":
                await _answer(send, 204, b"", _preflight(origin))
                return
            if scope["method"] != "POST":
                raise _Refusal("method_not_allowed", "send a POST request")  # noqa: TRY301 - all refusals are answered below
            self._limit(scope)
            body = await _read(receive, length)
            parsed = _parse(body, referer)
            if parsed.plays:
                await self._inbox.append(InboxPing(self._clock(), referer, body))
                self._wake()
            self._metrics.pings.count("accepted")
            self._metrics.plays.count("accepted", len(parsed.plays))
            self._sightings.taken(origin)
            if parsed.faults:
                self._metrics.plays.count("invalid", len(parsed.faults))
            answer = b'{"accepted":%d,"rejected":%b}' % (
                len(parsed.plays),
                msgspec.json.encode(parsed.faults) if parsed.faults else b"[]",
            )
            await _answer(send, 202, answer, _cors(origin)[:1])  # a POST's answer is never cached
        except _Refusal as refusal:
            self._sightings.refused(origin, refusal.reason, refusal.detail)
            await self._refuse(send, origin if allowed else None, refusal)
        except StoreError as error:
            self._metrics.store_errors.labels(error.fault).inc()
            _log.error("store_unavailable", fault=error.fault, advice=str(error))
            unkept = _Refusal("store_unavailable", "nothing was kept: send it again later")
            unkept.retry_after = RETRY_AFTER_SECONDS
            await self._refuse(send, origin, unkept)
        except _GoneError:
            self._metrics.pings.count("gone")
        except Exception:  # noqa: BLE001 - answered and logged, never raised into the server
            mistake = _Refusal("internal", "look for the request id in the log")
            instance = await self._refuse(send, origin if allowed else None, mistake)
            _log.exception("ping_failed", request=instance)

    def _limit(self, scope: Scope) -> None:
        client = scope.get("client")
        wait = self._guards.rate.retry_after(client[0] if client else "")
        if wait:
            refusal = _Refusal("rate_limited", f"wait {wait} s; PLAYRELAY_PINGS_PER_MINUTE sets it")
            refusal.retry_after = wait
            raise refusal

    async def _refuse(self, send: Send, origin: bytes | None, refusal: _Refusal) -> str:
        """Send the problem; returns the request's id, as it stands in answer and log."""
        self._metrics.pings.count(refusal.reason)
        instance = self._new_id()
        _log.info("ping_refused", reason=refusal.reason, request=instance)
        headers = [*_cors(origin), (b"x-request-id", instance.encode())]
        if refusal.retry_after:
            headers.append((b"retry-after", str(refusal.retry_after).encode()))
            headers.append((b"access-control-expose-headers", b"Retry-After"))
        if refusal.reason == "method_not_allowed":
            headers.append((b"allow", b"POST, OPTIONS"))
        rejected = [msgspec.structs.asdict(fault) for fault in refusal.faults or []]
        body = problem(refusal.reason, refusal.detail, instance, rejected)
        await _answer(send, STATUS[refusal.reason], body, headers, b"application/problem+json")
        return instance


class _GoneError(Exception):
    """The client went away before its body was whole."""


def _headers(scope: Scope) -> tuple[bytes | None, str | None, int]:
    origin = referer = None
    length = 0
    for name, value in scope["headers"]:
        if name == b"origin":
            origin = value
        elif name == b"referer":
            referer = value.decode("latin-1")
        elif name == b"content-length":
            length = int(value) if value.isdigit() else 0
    return origin, referer, length


async def _read(receive: Receive, announced: int) -> bytes:
    """The body, never more of it in memory than the limit and one chunk."""
    if announced > MAX_BODY:
        raise _Refusal("too_large", _MAX_BODY_TEXT)
    message = await receive()
    if message["type"] == "http.disconnect":
        raise _GoneError
    body: bytes = message.get("body", b"")
    if not message.get("more_body", False) and len(body) <= MAX_BODY:
        return body
    gathered = bytearray(body)
    while len(gathered) <= MAX_BODY and message.get("more_body", False):
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _GoneError
        gathered += message.get("body", b"")
    if len(gathered) > MAX_BODY:
        raise _Refusal("too_large", _MAX_BODY_TEXT)
    return bytes(gathered)


def _parse(body: bytes, referer: str | None) -> Parsed:
    try:
        parsed = parse(body, referer)
    except BadJsonError as error:
        raise _Refusal("bad_json", str(error)) from None
    except InvalidPingError as error:
        raise _Refusal("invalid", str(error)) from None
    if not parsed.plays and parsed.faults:
        detail = parsed.faults[0].detail
        raise _Refusal("invalid", detail, parsed.faults if parsed.batch else None)
    return parsed


def _not_allowed(origin: bytes | None) -> _Refusal:
    site = (origin or b"")[:200].decode("ascii", "replace")
    return _Refusal(
        "origin_not_allowed", f"add {site} to PLAYRELAY_ALLOWED_ORIGINS to let its pages send pings"
    )


def _cors(origin: bytes | None) -> list[tuple[bytes, bytes]]:
    if origin is None:
        return []
    return [(b"access-control-allow-origin", origin), (b"vary", b"Origin")]


def _preflight(origin: bytes | None) -> list[tuple[bytes, bytes]]:
    return [
        *_cors(origin),
        (b"access-control-allow-methods", b"POST"),
        (b"access-control-allow-headers", b"content-type"),
        (b"access-control-max-age", b"86400"),
    ]


async def _answer(
    send: Send,
    status: int,
    body: bytes,
    headers: list[tuple[bytes, bytes]],
    content_type: bytes = b"application/json",
) -> None:
    if body:  # a 204 has no length either (RFC 9110, 8.6)
        length = str(len(body)).encode()
        headers = [(b"content-length", length), (b"content-type", content_type), *headers]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
