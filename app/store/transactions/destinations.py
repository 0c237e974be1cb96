"""The destinations of an account's events, if there are several: turns and pauses.

An answer about one destination only (a missing scope, refusals of everything, no answer) pauses
that destination, and the others go on. With a single destination the account pauses instead: then
there is no row here.
"""

from collections.abc import Sequence

import msgspec

from app.domain.destination import Destination
from app.domain.outcome import AccountUpdate, Failing, Healthy, Paused
from app.domain.streak import REFUSED_ALL
from app.store.policy import StorePolicy
from app.store.tx import Tx

RESTS_ALONE = frozenset({"missing_scope", REFUSED_ALL})
"""Reasons that pause one destination. All others are about the token or the rate limit."""

RESTING = "SELECT destination, paused_until, failures, reason FROM playrelay.resting"
IN_FLIGHT = """
    SELECT min(lease_until) FROM playrelay.outbox WHERE status = 'sending' AND destination = $1
"""
REST = """
    INSERT INTO playrelay.resting AS r (destination, paused_until, failures, reason)
    VALUES ($1, $2, 1, $3)
    ON CONFLICT (destination) DO UPDATE SET failures = r.failures + 1, reason = excluded.reason,
        paused_until = greatest(r.paused_until, excluded.paused_until)
"""
RECOVER = "DELETE FROM playrelay.resting WHERE destination = $1"
RETRY_AT_ONCE = f"""
    UPDATE playrelay.outbox SET due_at = $2
    WHERE status = 'due' AND due_at > $2 AND destination = $1
    AND (reason LIKE 'unavailable%' OR reason = '{REFUSED_ALL}')
"""
END_ALL = "DELETE FROM playrelay.resting"
# Nobody sends them any more: the operator turned their destination off.
DISCARD = """
    UPDATE playrelay.outbox
    SET status = 'discarded', settled_at = $1, due_at = NULL, reason = 'destination_off'
    WHERE id IN (SELECT id FROM playrelay.outbox
        WHERE status IN ('due', 'waiting') AND NOT destination = ANY ($3::text[])
        LIMIT $2 FOR UPDATE SKIP LOCKED)
"""


class Standing(msgspec.Struct, frozen=True):
    """A destination's state. `rests_until`: ms; None: not paused."""

    destination: Destination
    rests_until: int | None = None
    failures: int = 0
    refused_all: bool = False


async def destinations_in_turn(
    tx: Tx, policy: StorePolicy, turn: int, now: int
) -> Sequence[Standing]:
    """The destinations, in the order of this turn; each is first in one of so many turns."""
    several = policy.destinations
    if len(several) == 1:
        return [Standing(several[0])]
    first = turn % len(several)
    resting = {row["destination"]: row for row in await tx.rows(RESTING)}
    found = []
    for destination in (*several[first:], *several[:first]):
        row = resting.get(destination)
        if row is None:
            found.append(Standing(destination))
            continue
        until = row["paused_until"] if row["paused_until"] > now else None
        if until is None:  # one request at a time tests whether it accepts events again
            in_flight = await tx.value(IN_FLIGHT, destination)
            until = in_flight if in_flight is not None and in_flight > now else None
        refused_all = row["reason"] == REFUSED_ALL
        found.append(Standing(destination, until, row["failures"], refused_all))
    return found


def rests_alone(policy: StorePolicy, update: AccountUpdate) -> bool:
    """Whether an answer is about its own destination only, and there are others."""
    own = isinstance(update, Failing) or (
        isinstance(update, Paused) and update.reason in RESTS_ALONE
    )
    return own and len(policy.destinations) > 1


async def rest(tx: Tx, destination: Destination, reason: str, until: int) -> None:
    """Pause the destination until then."""
    await tx.change(REST, destination, until, reason)


async def recover(
    tx: Tx, policy: StorePolicy, destination: Destination, update: AccountUpdate, now: int
) -> None:
    """End a pause that is over, because the destination has examined an event."""
    over = len(policy.destinations) > 1 and isinstance(update, Healthy) and update.of_event
    if over and await tx.change(RECOVER, destination):
        await tx.change(RETRY_AT_ONCE, destination, now)


async def discard_others(tx: Tx, destinations: Sequence[Destination], now: int, limit: int) -> int:
    """Discard what waits for destinations that are turned off; returns how many events."""
    return await tx.change(DISCARD, now, limit, list(destinations))
