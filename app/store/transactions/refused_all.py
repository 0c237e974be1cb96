"""A series of refusals that is the account's fault: it pauses, and the events become due again."""

from collections import Counter
from collections.abc import Sequence

import msgspec

from app.domain.destination import Destination
from app.domain.outcome import Rejected
from app.domain.period import SLOT_MS
from app.domain.play import Play
from app.domain.streak import OF_ONE_MEDIUM, REFUSED_ALL, Refusal, is_accounts_fault, kind_of
from app.store.policy import StorePolicy
from app.store.rules.plays import shown
from app.store.transactions.destinations import rest
from app.store.transactions.figures import count_activity
from app.store.transactions.permits import pause
from app.store.transactions.refused_media import refusals
from app.store.tx import Tx

MOST_RETURNED = 1_000
"""Events of one series that become due again at once; it is longer only before it is judged."""

REASON = "SELECT reason FROM playrelay.account"
DELIVERED_AT = """
    SELECT settled_at FROM playrelay.outbox WHERE status = 'delivered' AND destination = $1
    ORDER BY settled_at DESC LIMIT 1
"""
RESTS = "SELECT reason FROM playrelay.resting WHERE destination = $1"
_SINCE = """
    WHERE o.status = 'rejected' AND o.settled_at > $1 AND o.reason = 'refused'
    AND o.destination = $3
    ORDER BY o.settled_at DESC, o.id DESC LIMIT $2
"""
LATEST = f"""
    SELECT o.answer, o.family, p.state
    FROM playrelay.outbox o JOIN playrelay.plays p ON p.id = o.play {_SINCE}
"""
STREAK = f"""
    SELECT o.id, o.settled_at, o.answer, o.family FROM playrelay.outbox o {_SINCE}
    FOR UPDATE SKIP LOCKED
"""
RETURN = f"""
    UPDATE playrelay.outbox SET status = 'due', due_at = $1, settled_at = NULL,
        reason = '{REFUSED_ALL}'
    WHERE id = ANY ($2::bigint[]) AND status = 'rejected'
"""

AGAIN = """
    SELECT id, settled_at FROM playrelay.outbox WHERE status = 'rejected' AND due_at <= $1
    ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED
"""

_decode = msgspec.json.Decoder(Rejected).decode


async def judge_refusals(
    tx: Tx,
    policy: StorePolicy,
    destination: Destination,
    refused: Rejected,
    family: str,
    until: int,
    now: int,
) -> None:
    """HubSpot has just refused an event: pause if it refuses all events in the same way.

    If there are several destinations, only the one that refuses is paused.
    """
    several = len(policy.destinations) > 1
    kind = kind_of(refused.http_status, refused.category, family)
    since = await tx.value(DELIVERED_AT, destination) or 0
    reason = await tx.value(RESTS, destination) if several else await tx.value(REASON)
    if reason != REFUSED_ALL:  # otherwise one of those that were already being sent
        if not is_accounts_fault(await _latest(tx, since, destination)):
            return
        if several:
            await rest(tx, destination, REFUSED_ALL, until)
        else:
            await pause(tx, REFUSED_ALL, until)
    streak = [
        (row, settled_at)
        for row, settled_at, answer, its_family in await tx.rows(
            STREAK, since, MOST_RETURNED, destination
        )
        if _kind(answer, its_family) == kind
    ]
    await _return(tx, streak, now)


async def return_rejected(tx: Tx, now: int, limit: int) -> int:
    """Make rejected events due whose automatic second attempt has come."""
    rows = await tx.rows(AGAIN, now, limit)
    await _return(tx, [(row, settled_at) for row, settled_at in rows], now)
    return len(rows)


async def _return(tx: Tx, events: Sequence[tuple[int, int]], now: int) -> None:
    """Make rejected events due, with the times of their rejections."""
    await tx.change(RETURN, now, [row for row, _ in events])
    slots = Counter(settled_at // SLOT_MS for _, settled_at in events)
    for slot, count in sorted(slots.items()):
        await count_activity(tx, slot * SLOT_MS, rejected=-count)


async def _latest(tx: Tx, since: int, destination: Destination) -> list[Refusal]:
    """The refusals since the last delivery, without those of refused media."""
    found = [
        (_kind(answer, family), shown(state))
        for answer, family, state in await tx.rows(LATEST, since, OF_ONE_MEDIUM, destination)
    ]
    refused = await refusals(tx, [play.medium for _, play in found])
    return [
        Refusal(kind, _visitor(play), play.medium.ids)
        for kind, play in found
        if play.medium.ids not in refused
    ]


def _kind(answer: bytes | str, family: str) -> str:
    said = _decode(answer)
    return kind_of(said.http_status, said.category, family)


def _visitor(play: Play) -> str:
    known = play.utk or play.contact_id or play.hsenc
    return str(known[1]) if known else play.session_id
