"""Faults on demand: which requests go wrong, and how.

    [{"path": "/media-bridge/*", "status": 503, "times": 2},
     {"path": "*/attention-span", "drop": "after", "every": 3},
     {"status": 405, "body": "<html>no</html>", "headers": {"Server": "wall"}},
     {"status": 403, "category": "FORBIDDEN"},
     {"latency_ms": 400}]

The first rule whose turn it is decides, alone.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from starlette.responses import Response

from app.sandbox.config import EVENTS_SCOPE
from app.sandbox.errors import (
    HubSpotError,
    expired_authentication,
    invalid_authentication,
    json_response,
    missing_scopes,
    rate_limited,
)

_ERRORS = 400  # the first status of an error


def _true_means_before(value: object) -> object:
    return {True: "before", False: None}[value] if isinstance(value, bool) else value


class Fault(BaseModel):
    """One rule, for the requests whose path matches `path`, a glob.

    It strikes `every` n-th of them, `times` times in all (None: for ever). The request then waits
    `latency_ms`, and:
      - `drop` "before" (or true): the connection is cut and HubSpot has kept nothing;
      - `drop` "after": HubSpot has done what was asked, and the connection is cut all the same;
      - `status`: that is the answer, with `body` (text as it stands, anything else as JSON) or, by
        default, HubSpot's own for that status, with `category` if that is given; `headers` go with
        it, and `retry_after` as it stands, in seconds or as a date. With a body it is the answer of
        something before HubSpot: a wall, a proxy, a sign-in page, a redirect (its `Location`);
      - `expired_token`: 401 EXPIRED_AUTHENTICATION, whatever the token;
      - none of these: HubSpot answers as always.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str = "*"
    every: int = Field(default=1, ge=1)
    times: int | None = Field(default=None, ge=0)
    latency_ms: int = Field(default=0, ge=0)
    drop: Annotated[Literal["before", "after"] | None, BeforeValidator(_true_means_before)] = None
    status: int | None = Field(default=None, ge=200, le=599)
    body: Any = None
    category: str | None = Field(default=None, pattern="^[A-Z][A-Z_]*$")
    headers: Mapping[str, str] = {}
    retry_after: int | str | None = None
    expired_token: bool = False

    @model_validator(mode="after")
    def _one_end(self) -> Self:
        ends = [self.drop is not None, self.status is not None, self.expired_token]
        if sum(ends) > 1:
            raise ValueError("a rule has one of drop, status and expired_token")
        if self.status is None and (
            self.headers or not {self.body, self.category, self.retry_after} <= {None}
        ):
            raise ValueError("body, category, headers and retry_after need a status")
        if self.category is not None and (self.body is not None or (self.status or 0) < _ERRORS):
            raise ValueError("a category is for HubSpot's own error: a status from 400 on, no body")
        return self

    def response(self, ids: Callable[[], UUID]) -> Response | None:
        """The answer that this rule gives in HubSpot's place, if it gives one."""
        if self.expired_token:
            return expired_authentication(0).response(ids)
        if self.status is None:
            return None
        if self.category is not None:
            message = "A fault that was asked for."
            response = HubSpotError(self.status, self.category, message).response(ids)
        elif self.body is None:
            response = _own_error(self.status).response(ids)
        elif isinstance(self.body, str):
            response = Response(self.body, self.status, media_type="text/html")
        else:
            response = json_response(self.body, self.status)
        response.headers.update(self.headers)
        if self.retry_after is not None:
            response.headers["Retry-After"] = str(self.retry_after)
        return response


def _own_error(status: int) -> HubSpotError:
    match status:
        case 401:
            return invalid_authentication("The access token is not valid.")
        case 403:
            return missing_scopes(EVENTS_SCOPE)
        case 429:
            return rate_limited("TEN_SECONDLY_ROLLING")
        case _ if status < 500:  # noqa: PLR2004 - an HTTP status
            return HubSpotError(status, "VALIDATION_ERROR", "A fault that was asked for.")
        case _:
            return HubSpotError(status, "INTERNAL_ERROR", "A fault that was asked for.")


@dataclass(slots=True)
class _Armed:
    fault: Fault
    fitted: int = 0
    fired: int = 0

    def takes_turn(self, path: str) -> bool:
        if self.fired == self.fault.times or not fnmatchcase(path, self.fault.path):
            return False
        self.fitted += 1
        if self.fitted % self.fault.every:
            return False
        self.fired += 1
        return True


class Faults:
    """The rules in force, and how often each has struck."""

    def __init__(self) -> None:
        self._armed: list[_Armed] = []

    def replace(self, faults: Iterable[Fault]) -> None:
        """Put `faults` in the place of all that were; their counting begins anew."""
        self._armed = [_Armed(fault) for fault in faults]

    def strike(self, path: str) -> Fault | None:
        """The rule that strikes the request that has just come for `path`."""
        return next((armed.fault for armed in self._armed if armed.takes_turn(path)), None)

    def struck(self) -> list[tuple[Fault, int]]:
        """Each rule in force, and how often it has struck."""
        return [(armed.fault, armed.fired) for armed in self._armed]
