"""`POST /v1/progress`: check, append, and answer once the ping is on disk.

The only hot path and the only public one, so it is plain ASGI ahead of the router: a FastAPI route
that does nothing costs more than all of this. Its description for the OpenAPI document stands in
`collect.schema`.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import msgspec
import structlog

from app.collect.activity import OriginActivity
from app.collect.problem import STATUS, Refusal, problem
from app.collect.rate import AddressRate
from app.collect.sites import SiteEntry, SiteResolver
from app.domain.ping import MAX_BODY, BadJsonError, InvalidPingError, Parsed, parse
from app.store.interface import StoreError
from app.store.values import InboxPing
from app.telemetry.metrics import Tally

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PATH = "/v1/progress"
RETRY_AFTER_SECONDS = 5
"""What a client is told when the store can't commit: soon, for it may only be busy."""

_log = structlog.get_logger(__name__)
_MAX_BODY_TEXT = f"at most {MAX_BODY // 1024} KiB: send fewer plays at a time"


class ProgressEndpoint:
    """The ASGI endpoint. `clock`: ms since the epoch.

    `refused`: counts the requests that end before it is known for which site they are.
    """

    def __init__(
        self,
        sites: SiteResolver,
        rate: AddressRate,
        *,
        clock: Callable[[], int],
        new_id: Callable[[], str],
        refused: Tally,
        activity: OriginActivity | None = None,
    ) -> None:
        self._activity = activity or OriginActivity(clock)
        self._sites = sites
        self._rate = rate
        self._clock = clock
        self._new_id = new_id
        self._refused = refused

    def allows(self, origin: str) -> bool:
        """Whether pages of that origin may send."""
        return self._sites.allows(origin.encode("latin-1", "replace"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        origin: bytes | None = None
        entry: SiteEntry | None = None
        allowed = False
        try:
            origin, referer, length = _headers(scope)
            self._sites.require_allowed(origin)
            allowed = True
            if scope["method"] == "OPTIONS":
                await _answer(send, 204, b"", _preflight(origin))
                return
            if scope["method"] != "POST":
                raise Refusal("method_not_allowed", "send a POST request")  # noqa: TRY301 - all refusals are answered below
            self._limit(scope)
            body = await _read(receive, length)
            parsed = _parse(body, referer)
            entry = self._sites.resolve(parsed.site, origin)
            _expect_plays(parsed)
            if parsed.plays:
                await entry.inbox.append(InboxPing(self._clock(), referer, body, entry.site))
                entry.wake()
            entry.metrics.pings.count("accepted")
            entry.metrics.plays.count("accepted", len(parsed.plays))
            self._activity.taken(origin)
            if parsed.faults:
                entry.metrics.plays.count("invalid", len(parsed.faults))
            answer = b'{"accepted":%d,"rejected":%b}' % (
                len(parsed.plays),
                msgspec.json.encode(parsed.faults) if parsed.faults else b"[]",
            )
            await _answer(send, 202, answer, _cors(origin)[:1])  # a POST's answer is never cached
        except Refusal as refusal:
            self._activity.refused(origin, refusal.reason, refusal.detail)
            await self._refuse(send, origin if allowed else None, refusal, entry)
        except StoreError as error:
            await self._refuse(send, origin, _unkept(error, entry), entry)
        except _GoneError:
            self._refused.count("gone")
        except Exception:  # noqa: BLE001 - answered and logged, never raised into the server
            mistake = Refusal("internal", "look for the request id in the log")
            instance = await self._refuse(send, origin if allowed else None, mistake, entry)
            _log.exception("ping_failed", request=instance)

    def _limit(self, scope: Scope) -> None:
        client = scope.get("client")
        if wait := self._rate.retry_after(client[0] if client else ""):
            detail = f"wait {wait} s; PLAYRELAY_PINGS_PER_MINUTE sets it"
            raise Refusal("rate_limited", detail, retry_after=wait)

    async def _refuse(
        self, send: Send, origin: bytes | None, refusal: Refusal, entry: SiteEntry | None
    ) -> str:
        """Send the problem; returns the request's id, as it stands in answer and log."""
        (entry.metrics.pings if entry else self._refused).count(refusal.reason)
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
        raise Refusal("too_large", _MAX_BODY_TEXT)
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
        raise Refusal("too_large", _MAX_BODY_TEXT)
    return bytes(gathered)


def _parse(body: bytes, referer: str | None) -> Parsed:
    try:
        return parse(body, referer)
    except BadJsonError as error:
        raise Refusal("bad_json", str(error)) from None
    except InvalidPingError as error:
        raise Refusal("invalid", str(error)) from None


def _expect_plays(parsed: Parsed) -> None:
    if not parsed.plays and parsed.faults:
        detail = parsed.faults[0].detail
        raise Refusal("invalid", detail, parsed.faults if parsed.batch else None)


def _unkept(error: StoreError, entry: SiteEntry | None) -> Refusal:
    if entry is not None:
        entry.metrics.store_errors.labels(error.fault).inc()
    account = entry.account if entry else ""
    _log.error("store_unavailable", account=account, fault=error.fault, advice=str(error))
    detail = "nothing was kept: send it again later"
    return Refusal("store_unavailable", detail, retry_after=RETRY_AFTER_SECONDS)


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
