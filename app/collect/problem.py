"""RFC 9457 problem details with a stable `reason`: one word for answer, metric and log."""

from typing import Literal, get_args

import msgspec

from app.domain.ping import Fault

Reason = Literal[
    "bad_json",
    "origin_not_allowed",
    "not_found",
    "method_not_allowed",
    "too_large",
    "invalid",
    "rate_limited",
    "internal",
    "store_unavailable",
]
REASONS: tuple[Reason, ...] = get_args(Reason)

STATUS: dict[Reason, int] = {
    "bad_json": 400,
    "origin_not_allowed": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "too_large": 413,
    "invalid": 422,
    "rate_limited": 429,
    "internal": 500,
    "store_unavailable": 503,
}
TITLE: dict[Reason, str] = {
    "bad_json": "The body is not a JSON object",
    "origin_not_allowed": "This site may not send pings",
    "not_found": "There is nothing here",
    "method_not_allowed": "This address takes other methods",
    "too_large": "The body is too large",
    "invalid": "Nothing in the request can be taken",
    "rate_limited": "Too many pings from this address",
    "internal": "The relay made a mistake",
    "store_unavailable": "The store can't keep pings right now",
}


class Refusal(Exception):  # noqa: N818 - not a failure of ours
    """Why a request is not taken. `faults`: of its plays; `retry_after`: seconds, 0 to say none."""

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
    """The body of every error. `instance` is the request's id, as it stands in the log."""

    title: str
    status: int
    detail: str
    reason: Reason
    instance: str
    rejected: list[dict[str, str | int]] = []
    type: str = "about:blank"


def problem(
    reason: Reason, detail: str, instance: str, rejected: list[dict[str, str | int]] | None = None
) -> bytes:
    """The encoded body."""
    return msgspec.json.encode(
        Problem(TITLE[reason], STATUS[reason], detail, reason, instance, rejected or [])
    )
