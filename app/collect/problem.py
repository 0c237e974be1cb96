"""RFC 9457 problem details with a stable `reason`: one word for answer, metric and log."""

from typing import Literal, get_args

import msgspec

from app.domain.ping import Fault

Reason = Literal[
    "bad_request",
    "bad_json",
    "unauthorized",
    "forbidden",
    "origin_not_allowed",
    "not_found",
    "method_not_allowed",
    "conflict",
    "too_large",
    "unsupported_media_type",
    "invalid",
    "rate_limited",
    "headers_too_large",
    "internal",
    "unavailable",
    "store_unavailable",
    "store_full",
]
REFUSED = "playrelay.refused"
"""The scope key of a request that the server refused while a route was reading it."""

REASONS: tuple[Reason, ...] = get_args(Reason)

PING_REASONS: tuple[Reason, ...] = (
    "bad_json",
    "origin_not_allowed",
    "method_not_allowed",
    "unsupported_media_type",
    "invalid",
    "rate_limited",
    "internal",
    "store_unavailable",
    "store_full",
)
"""Why `POST /v1/progress` refuses a request."""

SERVER_REASONS: tuple[Reason, ...] = ("bad_request", "too_large", "headers_too_large")
"""Why the server refuses a request before it is routed."""

STATUS: dict[Reason, int] = {
    "bad_request": 400,
    "bad_json": 400,
    "unauthorized": 401,
    "forbidden": 403,
    "origin_not_allowed": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "conflict": 409,
    "too_large": 413,
    "unsupported_media_type": 415,
    "invalid": 422,
    "rate_limited": 429,
    "headers_too_large": 431,
    "internal": 500,
    "unavailable": 503,
    "store_unavailable": 503,
    "store_full": 503,
}
TITLE: dict[Reason, str] = {
    "bad_request": "The request is malformed",
    "bad_json": "The body is not a JSON object",
    "unauthorized": "Sign in first",
    "forbidden": "This is not allowed",
    "origin_not_allowed": "This site may not send pings",
    "not_found": "There is nothing here",
    "method_not_allowed": "This address does not accept this method",
    "conflict": "Another operation is still running",
    "too_large": "The body is too large",
    "unsupported_media_type": "The body's format is not supported",
    "invalid": "Nothing in the request can be accepted",
    "rate_limited": "Too many requests from this address",
    "headers_too_large": "The headers are too large",
    "internal": "The relay failed to handle the request",
    "unavailable": "Not available at the moment",
    "store_unavailable": "The store can't keep pings right now",
    "store_full": "The store accepts only plays of known visitors",
}


def reason_of(status: int) -> Reason:
    """The reason for the status of an HTTP error that a route raised."""
    reason: Reason = "internal" if status >= STATUS["internal"] else "bad_request"
    return next((each for each in REASONS if STATUS[each] == status), reason)


class Refusal(Exception):  # noqa: N818 - not a failure of ours
    """Refuses a request. `faults`: of its plays; `retry_after`: seconds, 0 for none."""

    def __init__(
        self,
        reason: Reason,
        detail: str,
        faults: list[Fault] | None = None,
        retry_after: int = 0,
    ) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        self.faults = faults
        self.retry_after = retry_after


class Problem(msgspec.Struct, omit_defaults=True):
    """The body of every error. `instance`: the request's id, as in the log."""

    title: str
    status: int
    detail: str
    reason: Reason
    instance: str
    rejected: list[dict[str, str | int]] = []
    type: str = "about:blank"


def problem(
    reason: Reason,
    detail: str,
    instance: str,
    rejected: list[dict[str, str | int]] | None = None,
    status: int | None = None,
) -> bytes:
    """The encoded body. `status`: of the answer, if it differs from the reason's."""
    code = STATUS[reason] if status is None else status
    body = Problem(TITLE[reason], code, detail, reason, instance, rejected or [])
    return msgspec.json.encode(body)
