"""Tells HubSpot's own answers from those of something that stands before HubSpot.

Proxies, firewalls, captive portals and sign-in pages answer in HubSpot's place, with any status and
any body. What they say is never about the event: it is due again, the account is failing, and the
operator is told. This is the only place that decides it, for every endpoint.

    2xx     a JSON object that holds what the endpoint answers       HubSpot's
    4xx     a JSON object that is an error of HubSpot's (see below)  HubSpot's
            nothing at all                                           HubSpot's, but for 403 and 404
    5xx     anything                                                 in trouble, whoever says it
    others  (redirects, 1xx)                                         not HubSpot's

HubSpot's published error has `category`, `correlationId` and `message`; its parts leave out one or
the other, and its limits say `errorType` and `policyName`. OAuth adds RFC 6749's `error`.
"""

import re
from collections.abc import Callable, Mapping

from httpx import codes

from app.hubspot.answers import Answer, is_success, json_object, retry_after, text
from app.hubspot.results import Unavailable

Body = Mapping[str, object]
IsOurs = Callable[[Body], bool]
"""Whether a JSON object has the fields that the endpoint returns."""

CORRELATION_HEADER = "x-hubspot-correlation-id"

_SILENT_WALLS = {codes.FORBIDDEN, codes.NOT_FOUND}
_CATEGORY = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*")
_KIND_LIMIT = 40


def has_any(*names: str) -> IsOurs:
    """Recognise a body by the presence of any of these fields."""
    return lambda body: any(name in body for name in names)


def own_success(answer: Answer, is_ours: IsOurs) -> dict[str, object] | None:
    """The body of a success, if HubSpot sent it."""
    body = json_object(answer) if is_success(answer) else None
    return body if body is not None and is_ours(body) else None


def own_error(answer: Answer, is_error: IsOurs | None = None) -> dict[str, object] | None:
    """The body of an error, if HubSpot sent it; empty if it has no content.

    `is_error`: recognises errors that only this endpoint returns.
    """
    if not answer.body.strip():
        return None if answer.status in _SILENT_WALLS else {}
    body = json_object(answer)
    if body is None:
        return None
    named = bool(text(answer.headers.get(CORRELATION_HEADER)))
    ours = named or _is_error(body) or (is_error is not None and is_error(body))
    return body if ours else None


def foreign(answer: Answer) -> Unavailable:
    """The result for an answer that is not HubSpot's own."""
    kind = text(answer.headers.get("content-type", "").partition(";")[0], _KIND_LIMIT)
    return Unavailable(
        f"HTTP {answer.status} that is not HubSpot's ({kind or 'of no type'}): a proxy, firewall "
        "or sign-in page before it",
        retry_after(answer),
    )


def _is_error(body: Body) -> bool:
    if text(body.get("correlationId")):
        return True
    kind = text(body.get("category")) or text(body.get("errorType"))
    is_described = body.get("status") == "error" or bool(text(body.get("message")))
    return is_described and _CATEGORY.fullmatch(kind) is not None
