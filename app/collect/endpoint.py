"""`POST /v1/progress`: check, append, and answer once the ping is on disk.

This is the only hot path and the only public one, so it is plain ASGI ahead of the router: a
FastAPI route that does nothing costs more than all of this. Its description for the OpenAPI
document is in `collect.schema`.

The cheap checks come first. Every request, accepted or not, counts against its address before it is
examined; each further play counts as another request.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import msgspec
import structlog

from app.collect.activity import OriginActivity
from app.collect.body import GoneError, Receive, decode, read
from app.collect.problem import REFUSED, STATUS, Refusal, problem
from app.collect.rate import AddressRate
from app.collect.sites import ORIGIN_LIMIT, SiteEntry, SiteResolver
from app.domain.ping import Parsed, PlayPing
from app.domain.ping_parser import is_web_url
from app.domain.signature import signature_fault
from app.domain.warnings import may_warn, warnings_of
from app.store.errors import StoreError
from app.store.records import InboxPing
from app.telemetry.metrics import Tally
from app.telemetry.refusal_log import RefusalLog

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PATH = "/v1/progress"
RETRY_AFTER_SECONDS = 5
"""When a client may try again if the store can't commit: soon, because it may only be busy."""

REFERER_LIMIT = 2048
"""Characters of a Referer that are kept; the same as for a page's address."""

IDENTIFIED_COST = 20
"""The cost of an immediate look-up in an address's rate: some 30 a minute by default."""

_log = structlog.get_logger(__name__)


class ProgressEndpoint:
    """The ASGI endpoint. `clock`: ms since the epoch.

    `refused`: counts the requests that end before their site is known.
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
        self._activity.allows = sites.allows
        self._sites = sites
        self._rate = rate
        self._clock = clock
        self._new_id = new_id
        self._refused = refused
        self._refusals = RefusalLog("ping_refused", lambda: clock() / 1000)
        self._outages = RefusalLog("store_unavailable", lambda: clock() / 1000, _log.error)

    def allows(self, origin: str) -> bool:
        """Whether pages of that origin may send pings."""
        return self._sites.allows(origin.encode("latin-1", "replace"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        origin, referer = _headers(scope)
        entry: SiteEntry | None = None
        try:
            address = self._admit(scope, origin)
            if scope["method"] == "OPTIONS":
                await _answer(send, 204, b"", _preflight(origin))
                return
            body, parsed = decode(await read(receive), referer, scope["headers"])
            if further := _cost(parsed) - 1:
                self._rate.charge(address, further)
            entry = self._sites.resolve(parsed.site, origin)
            answer = await self._keep(entry, parsed, body, referer)
            self._activity.taken(origin)
            await _answer(send, 202, answer, _cors(origin)[:1])  # a POST's answer is never cached
        except Refusal as refusal:
            self._activity.refused(origin, refusal.reason, refusal.detail)
            await self._refuse(send, origin, refusal, entry)
        except StoreError as error:
            await self._refuse(send, origin, self._not_kept(error, entry), entry)
        except GoneError:
            if REFUSED not in scope:  # otherwise the server has cut it off, and counted that
                self._refused.count("gone")
        except Exception:  # noqa: BLE001 - answered and logged, never raised into the server
            mistake = Refusal("internal", "look for the request id in the log")
            instance = await self._refuse(send, origin, mistake, entry)
            _log.exception("ping_failed", request=instance)

    def _admit(self, scope: Scope, origin: bytes | None) -> str:
        """Do the checks that need no body; returns the sender's address. Raises Refusal."""
        client = scope.get("client")
        address: str = client[0] if client else ""
        if wait := self._rate.retry_after(address):
            detail = f"wait {wait} s; PLAYRELAY_PINGS_PER_MINUTE sets it"
            raise Refusal("rate_limited", detail, retry_after=wait)
        self._sites.require_allowed(origin)
        if scope["method"] not in {"POST", "OPTIONS"}:
            raise Refusal("method_not_allowed", "send a POST request")
        return address

    async def _keep(
        self, entry: SiteEntry, parsed: Parsed, body: bytes, referer: str | None
    ) -> bytes:
        """Store the plays; returns the answer once they are on disk."""
        if not parsed.plays and parsed.faults:
            detail = parsed.faults[0].detail
            raise Refusal("invalid", detail, parsed.faults if parsed.batch else None)
        now = self._clock()
        if parsed.plays:
            entry.admission.require_space(parsed)
            if entry.admission.is_beyond:
                unsigned = [play for play in parsed.plays if not _is_signed(play, entry, now)]
                await entry.admission.require_known(unsigned)
            kept = None if _has_pages(parsed) else referer
            await entry.inbox.append(InboxPing(now, kept, body, entry.site))
            entry.wake()
        entry.metrics.pings.count("accepted")
        entry.metrics.plays.count("accepted", len(parsed.plays))
        answer = b'{"accepted":%d,"rejected":%b' % (
            len(parsed.plays),
            msgspec.json.encode(parsed.faults) if parsed.faults else b"[]",
        )
        if parsed.faults:
            entry.metrics.plays.count("invalid", len(parsed.faults))
        if may_warn(parsed, received_at=now, trust=entry.trust):
            found = warnings_of(parsed, received_at=now, trust=entry.trust, site=entry.site)
            for each in found:
                entry.metrics.warnings.count(each.reason)
            if found:
                answer += b',"warnings":' + msgspec.json.encode(found)
        return answer + b"}"

    async def _refuse(
        self, send: Send, origin: bytes | None, refusal: Refusal, entry: SiteEntry | None
    ) -> str:
        """Send the problem; returns the request's id, as in the answer and the log.

        The page that sent the request may read it, allowed or not: it contains no personal data.
        """
        (entry.metrics.pings if entry else self._refused).count(refusal.reason)
        instance = self._new_id()
        shown = origin if origin is None or len(origin) <= ORIGIN_LIMIT else b"*"
        if refusal.reason == "origin_not_allowed":
            named = shown.decode("ascii", "replace") if shown else ""
            self._refusals.note(refusal.reason, request=instance, origin=named)
        else:
            self._refusals.note(refusal.reason, request=instance)
        headers = [*_cors(shown), (b"x-request-id", instance.encode())]
        if refusal.retry_after:
            headers.append((b"retry-after", str(refusal.retry_after).encode()))
            headers.append((b"access-control-expose-headers", b"Retry-After"))
        if refusal.reason == "method_not_allowed":
            headers.append((b"allow", b"POST, OPTIONS"))
        rejected = [msgspec.structs.asdict(fault) for fault in refusal.faults or []]
        body = problem(refusal.reason, refusal.detail, instance, rejected)
        await _answer(send, STATUS[refusal.reason], body, headers, b"application/problem+json")
        return instance

    def _not_kept(self, error: StoreError, entry: SiteEntry | None) -> Refusal:
        """What a store that fails answers. Every ping meets it, and the disk may be the log's."""
        if entry is not None:
            entry.metrics.store_errors.labels(error.fault).inc()
        account = entry.account if entry else ""
        self._outages.note(error.fault, account=account, fault=error.fault, advice=str(error))
        detail = "nothing was kept: send it again later"
        return Refusal("store_unavailable", detail, retry_after=RETRY_AFTER_SECONDS)


def _headers(scope: Scope) -> tuple[bytes | None, str | None]:
    origin = referer = None
    for name, value in scope["headers"]:
        if name == b"origin":
            origin = value
        elif name == b"referer":
            referer = value[:REFERER_LIMIT].decode("latin-1")
    return origin, referer


def _cost(parsed: Parsed) -> int:
    """The cost of a request in its address's rate: its plays, and a look-up if requested."""
    cost = max(1, len(parsed.plays) + len(parsed.faults))
    for play in parsed.plays:
        if play.identified:
            return cost + IDENTIFIED_COST
    return cost


def _is_signed(play: PlayPing, entry: SiteEntry, now: int) -> bool:
    """Whether the site's own server has signed who watched."""
    return bool(play.contact_id) and not signature_fault(
        play.contact_id or 0,
        play.contact_signature,
        entry.trust.secrets,
        site=entry.site,
        occurred_at=now,
        received_at=now,
        endless=entry.trust.endless_signatures,
    )


def _has_pages(parsed: Parsed) -> bool:
    """Whether each play names its page, so that the Referer is not needed."""
    return all(play.page_id or is_web_url(play.page_url) for play in parsed.plays)


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
