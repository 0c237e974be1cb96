"""The table of limits in docs/SECURITY.md, from where each is declared."""

from collections.abc import Iterator, Sequence

from app.collect import activity, admission, endpoint, rate, sites
from app.collect.problem import STATUS, Reason
from app.config import Settings, variable_name
from app.console import throttle
from app.console.pages import live
from app.domain import notices, page, ping
from app.domain.coverage import MAX_SPANS
from app.oauth import pending
from app.store import group_commit
from app.store.transactions import console_sessions, folding
from app.web.server import bounded, protocol

HEAD = ("limit", "value", "enforced in", "what a client gets", "setting", "metric", "alert")

_NONE = "–"
_CLOSED = "the connection is closed"
_REFUSED = "`playrelay_refused_requests_total`"
_PINGS = "`playrelay_pings_total`"
_PLAYS = "`playrelay_plays_received_total`"
_FLOOD = "PlayrelayRequestsRefused"


def rows() -> Iterator[Sequence[str]]:
    """Each limit with all that is known of it."""
    yield from _bytes()
    yield from _pings()
    yield from _store()
    yield from _memory()


def _bytes() -> Iterator[Sequence[str]]:
    protocol_ = "the server's protocol"
    yield _row(
        "first line and headers of a request",
        _size(bounded.MAX_HEAD),
        protocol_,
        _answer("headers_too_large"),
        metric=_REFUSED,
        alert=_FLOOD,
    )
    yield _row(
        "body of a request, whatever its route",
        _size(ping.MAX_BODY),
        protocol_,
        _answer("too_large"),
        metric=_REFUSED,
        alert=_FLOOD,
    )
    yield _row(
        "a request as it arrives, framing and trailers included",
        _size(bounded.MAX_REQUEST),
        protocol_,
        _answer("too_large"),
        metric=_REFUSED,
        alert=_FLOOD,
    )
    arriving, unread = protocol.REQUEST_SECONDS, protocol.WRITE_SECONDS
    yield _row("time for a request to arrive completely", f"{arriving:g} s", protocol_, _CLOSED)
    yield _row("time a client may take to read an answer", f"{unread:g} s", protocol_, _CLOSED)
    idle = _setting("keepalive_seconds")
    yield _row("time a connection may be idle", f"{idle[1]} s", protocol_, _CLOSED, idle[0])


def _pings() -> Iterator[Sequence[str]]:
    variable, default = _setting("pings_per_minute")
    yield _row(
        f"requests and plays of an IP address in {rate.WINDOW_SECONDS:g} s, refused ones included",
        default,
        "collect, before the body is read",
        _answer("rate_limited"),
        variable,
        f'{_PINGS}, `outcome="rate_limited"`',
        "PlayrelayRateLimited",
    )
    yield _row(
        "Origin header",
        f"{sites.ORIGIN_LIMIT} bytes",
        "collect",
        _answer("origin_not_allowed"),
        metric=_PINGS,
    )
    yield _row(
        "Referer that is kept", f"{endpoint.REFERER_LIMIT} bytes", "collect", "the rest is cut"
    )
    yield _row(
        "plays in a request",
        str(ping.MAX_PLAYS),
        "collect",
        "`rejected` lists the others",
        metric=f'{_PLAYS}, `outcome="invalid"`',
    )
    yield _row(
        "spans of an attention map", str(MAX_SPANS), "collect", _answer("invalid"), metric=_PLAYS
    )
    yield _row(
        "ids and names of a play",
        "255 and 16384 characters",
        "collect",
        _answer("invalid"),
        metric=_PLAYS,
    )
    yield _row(
        "control characters in ids and texts", "none", "collect", _answer("invalid"), metric=_PLAYS
    )
    yield _row(
        "warnings in an answer",
        str(notices.MOST_WARNINGS),
        "collect",
        "only the first ones",
        metric="`playrelay_ping_warnings_total`",
    )
    yield _row(
        "pings waiting for the disk, from all senders",
        _size(group_commit.MAX_WAITING_BYTES),
        "the store",
        f"{_answer('store_unavailable')}, Retry-After",
        metric="`playrelay_store_errors_total`",
        alert="PlayrelayStoreErrors",
    )


def _store() -> Iterator[Sequence[str]]:
    variable, default = _setting("store_limit_mb")
    yield _row(
        "size of the store from which plays without any identity are refused",
        f"{default} MiB, or {_size(admission.LEAST_FREE_BYTES)} free on SQLite's disk",
        "collect; measured every few seconds",
        f"{_answer('store_full')}, Retry-After",
        variable,
        f'`playrelay_store_bytes`; {_PINGS}, `outcome="store_full"`',
        "PlayrelayStoreFills, PlayrelayStoreFull",
    )
    yield _row(
        "the same, from which only signed plays and those of known contacts are accepted",
        f"{admission.BEYOND} × that limit",
        "collect; measured every few seconds",
        f"{_answer('store_full')}, Retry-After",
        variable,
        f'{_PINGS}, `outcome="store_full"`',
        "PlayrelayStoreFull",
    )
    yield _row(
        "due events of visitors without a proven identity (not in passthrough)",
        f"{admission.MOST_UNPROVEN:,}",
        "collect; counted every few seconds",
        f"{_answer('store_full')}, Retry-After",
        metric="`playrelay_unproven_events`",
        alert="PlayrelayUnprovenFlood",
    )
    yield _row("stored for a play without any identity", "one row", "fold", _NONE)
    yield _row(
        "plays and bytes that one transaction folds, unless a single ping has more",
        f"{folding.MOST_PLAYS} and {_size(folding.MOST_BYTES)}",
        "fold",
        "the next transaction folds the rest",
        metric="`playrelay_inbox_age_seconds`",
        alert="PlayrelayFoldStandsStill",
    )


def _memory() -> Iterator[Sequence[str]]:
    yield _row("IP addresses whose rate is kept in memory", f"{rate.ADDRESSES:,}", "collect", _NONE)
    yield _row("origins whose check is cached", f"{sites.ORIGINS_CACHED:,}", "collect", _NONE)
    yield _row(
        "origins whose activity is kept in memory", f"{activity.ORIGINS:,}", "collect", _NONE
    )
    yield _row("page descriptions in memory", f"{page.REMEMBERED:,}", "fold", _NONE)
    yield _row(
        "answers of `/readyz`",
        "one a second, shared",
        "health",
        "the same answer",
        metric="`playrelay_ready`",
        alert="PlayrelayNotReady",
    )
    yield _row(
        "log lines about refusals",
        "one per reason and second, with a count",
        "collect, server",
        _NONE,
    )
    yield _row(
        "lifetime of a console sign-in",
        f"{console_sessions.SESSION_MS // 3_600_000} h",
        "console",
        "401 `unauthorized`",
    )
    yield _row(
        f"wrong passwords in {throttle.WINDOW_SECONDS // 60} min before each is delayed",
        f"{throttle.FREE_PER_ADDRESS} per IP address, {throttle.FREE_IN_ALL} in all",
        "console",
        "a delay; 429 if too many are waiting",
    )
    yield _row("streams of the page Live", str(live.STREAMS), "console", "503 `unavailable`")
    yield _row(
        "pending authorizations", str(pending.MAX_PENDING), "console", "the oldest is dropped"
    )


def _row(
    limit: str,
    value: str,
    where: str,
    answer: str,
    setting: str = _NONE,
    metric: str = _NONE,
    alert: str = _NONE,
) -> Sequence[str]:
    return (limit, value, where, answer, setting, metric, alert)


def _answer(reason: Reason) -> str:
    return f"{STATUS[reason]} `{reason}`"


def _size(count: int) -> str:
    mebibyte = 1024 * 1024
    return f"{count // mebibyte} MiB" if count >= mebibyte else f"{count // 1024} KiB"


def _setting(field: str) -> tuple[str, str]:
    """Its variable and its default."""
    return f"`{variable_name(field)}`", str(Settings.model_fields[field].default)
