"""Sends requests other than events, each with a permit of the same quota that events can spare."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec

from app.domain.outcome import AccountUpdate, Failing, Healthy, Paused
from app.hubspot.results import (
    MissingScope,
    NotConnected,
    Refused,
    Throttled,
    Trouble,
    Unauthorized,
    Unavailable,
    Unserved,
)
from app.store.pipeline import Permits
from app.store.policy import Quota

T = TypeVar("T")

LEASE_MS = 120_000
TRIES = 5
FIRST_WAIT = 1.0
THROTTLED_WAIT = 10.0
LONGEST_WAIT = 60.0
"""Seconds that a person waits for one request: beyond that it is given up with a message."""


class Stopped(msgspec.Struct, frozen=True):
    """The work was given up. `reason`: one line that says why, and what to do.

    `unserved`: HubSpot has no such address.
    """

    reason: str
    unserved: bool = False


class Requester:
    """Sends a request when events can spare a permit, and again while HubSpot is unavailable.

    `clock`: ms since the epoch; `sleep`: waits seconds.
    """

    def __init__(
        self,
        permits: Permits,
        quota: Quota,
        clock: Callable[[], int],
        sleep: Callable[[float], Awaitable[object]],
    ) -> None:
        self._permits = permits
        self._quota = quota
        self._clock = clock
        self._sleep = sleep

    async def request(
        self,
        send: Callable[[], Awaitable[T | Unserved | Refused | Trouble]],
        *,
        repeatable: bool = True,
    ) -> T | Stopped:
        """The answer, or why there is none. Raises StoreError.

        A request that is not `repeatable` is repeated only after a 429, which proves that HubSpot
        did not carry it out.
        """
        stopped = Stopped("HubSpot is out of order")
        for attempt in range(TRIES):
            permit = await self._permit()
            if isinstance(permit, Stopped):
                return permit
            result = await send()
            now = self._clock()
            await self._permits.settle(permit, _account_update(result, now), now)
            match result:
                case Throttled(retry_after=wait):
                    stopped = Stopped("HubSpot says that requests come too fast: try again later")
                    pause = THROTTLED_WAIT if wait is None else wait
                case Unavailable(reason=reason, retry_after=wait):
                    stopped = Stopped(f"HubSpot is out of order ({reason}): try again later")
                    pause = FIRST_WAIT * 2**attempt if wait is None else wait
                case Refused() | Unauthorized() | MissingScope() | NotConnected():
                    return Stopped(_message(result))
                case Unserved(status=status):
                    return Stopped(f"HubSpot serves none here (HTTP {status})", unserved=True)
                case _:
                    return result
            unsure = not repeatable and not isinstance(result, Throttled)
            if unsure or pause > LONGEST_WAIT or attempt == TRIES - 1:
                break
            await self._sleep(pause)
        return stopped

    async def _permit(self) -> int | Stopped:
        """A permit; half of the window is left to events."""
        while True:
            now = self._clock()
            permit = await self._permits.take(now, LEASE_MS, self._quota.rate // 2)
            if permit.id is not None:
                return permit.id
            if permit.next_at - now > LONGEST_WAIT * 1000:
                return Stopped("the account is paused: playrelay doctor says why")
            await self._sleep(max(permit.next_at - now, 50) / 1000)


def _account_update(result: object, now: int) -> AccountUpdate:
    """What the answer says about the account. A refusal of this request does not pause events."""
    match result:
        case Throttled(policy=policy, retry_after=wait):
            rest = THROTTLED_WAIT if wait is None else wait
            reason = "daily_limit" if policy == "DAILY" else "rate_limited"
            return Paused(now + int(rest * 1000), reason)
        case Unavailable(reason=reason, answered=answered):
            return Failing(f"unavailable: {reason}", was_error=answered)
        case NotConnected():
            return Paused(now, "not_connected", asked=False)
        case Refused() | Unauthorized() | MissingScope() | Unserved():
            return Healthy(was_error=True, of_event=False)
        case _:
            return Healthy(of_event=False)


def _message(result: Refused | Unauthorized | MissingScope | NotConnected) -> str:
    match result:
        case MissingScope(scopes=scopes, message=message):
            missing = ", ".join(scopes) or message
            return f"the app may not do that ({missing}): grant the scope, and install it again"
        case Unauthorized(message=message):
            return f"HubSpot refuses the token ({message}): playrelay doctor says what to do"
        case NotConnected(message=message):
            return message
        case Refused(status=status, message=message):
            return f"HubSpot refuses it with {status}: {message}"
