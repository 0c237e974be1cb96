"""HubSpot's error answers: one exception, one body, one place that turns the first into the second.

{"status": "error", "message": …, "correlationId": …, "category": …,
 "errors": [{"message": …, "in": …}], "context": {…: […]}}
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from starlette.responses import Response


@dataclass(frozen=True, slots=True)
class Detail:
    """One entry of `errors`; `where` is the field that HubSpot names as `in`."""

    message: str
    where: str = ""
    context: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        """As it stands in `errors`, without what is empty."""
        whole = {"message": self.message, "in": self.where, "context": self.context}
        return {name: value for name, value in whole.items() if value}


@dataclass(eq=False)  # an exception is itself, whatever it says
class HubSpotError(Exception):
    """A request HubSpot answers with an error; `extra` are further fields of the body."""

    status: int
    category: str
    message: str
    details: Sequence[Detail] = ()
    context: Mapping[str, Sequence[str]] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self, correlation_id: str) -> dict[str, Any]:
        """The whole error body; empty parts are left out, as HubSpot leaves them out."""
        body: dict[str, Any] = {
            "status": "error",
            "message": self.message,
            "correlationId": correlation_id,
            "category": self.category,
            "errors": [detail.body() for detail in self.details],
            "context": self.context,
        }
        return {name: value for name, value in body.items() if value} | dict(self.extra)

    def response(self, ids: Callable[[], UUID]) -> Response:
        """The answer; `ids` gives its correlation id."""
        correlation_id = str(ids())
        headers = {"X-HubSpot-Correlation-Id": correlation_id, **self.headers}
        return json_response(self.body(correlation_id), self.status, headers)


def json_response(
    body: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """JSON in ASCII, so that a lone surrogate out of a request can be answered too."""
    content = json.dumps(body, separators=(",", ":"))
    return Response(content, status, headers, "application/json;charset=utf-8")


def validation_error(message: str, *details: Detail) -> HubSpotError:
    """400 VALIDATION_ERROR, the answer to a body that is not what the published spec says."""
    return HubSpotError(400, "VALIDATION_ERROR", message, details)


def invalid_authentication(message: str) -> HubSpotError:
    """401 for a token that is missing, unknown or in the wrong place."""
    return HubSpotError(401, "INVALID_AUTHENTICATION", message)


def expired_authentication(seconds: int) -> HubSpotError:
    """401 for a token that was good until `seconds` ago."""
    message = f"The OAuth token used to make this call expired {seconds} second(s) ago."
    return HubSpotError(401, "EXPIRED_AUTHENTICATION", message)


def missing_scopes(scope: str) -> HubSpotError:
    """403 for a good token that may not do this."""
    context = {"missingScopes": [scope]}
    detail = Detail("One or more of the following scopes are required.", context=context)
    message = "This app has not been granted all scopes that this call requires."
    return HubSpotError(403, "MISSING_SCOPES", message, [detail], context)


def rate_limited(policy: str, retry_after: int | None = None) -> HubSpotError:
    """429: `policy` is TEN_SECONDLY_ROLLING or DAILY, `retry_after` seconds or unsaid.

    It says `errorType` where every other error says `category`, because HubSpot's does.
    """
    return HubSpotError(
        429,
        "",
        f"You have reached your {policy.lower()} limit.",
        extra={"errorType": "RATE_LIMIT", "policyName": policy},
        headers={} if retry_after is None else {"Retry-After": str(retry_after)},
    )


def oauth_error(error: str, description: str, status: str = "error") -> HubSpotError:
    """400 of the token endpoints: RFC 6749's `error` beside HubSpot's `status`.

    `status` is HubSpot's own name of the failure (BAD_REFRESH_TOKEN, …) where it has one.
    """
    category = "VALIDATION_ERROR" if status == "error" else status
    extra = {"status": status, "error": error, "error_description": description}
    return HubSpotError(400, category, description, extra=extra)
