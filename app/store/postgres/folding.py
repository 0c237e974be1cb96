"""Inbox rows into plays and outbox: the middle of the house, in one transaction.

Any number of replicas fold at once. Each takes rows that no other has in hand, and holds the plays
that it changes until it has committed; locks are taken in the order of the keys. Where two meet at
a play or a usertoken that both see for the first time, one of them starts again.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

from app.domain.figures import changes as moved
from app.domain.folding import Folded
from app.domain.identity import IdentityMode
from app.domain.observation import Observation
from app.domain.play import Play
from app.store.interface import Folding
from app.store.postgres import figures
from app.store.postgres.db import Db
from app.store.postgres.events import Change, add_events
from app.store.postgres.faults import Raced, is_the_stores
from app.store.postgres.whom import Known, known_of, vouch
from app.store.rules.asking import RECHECK_AFTER_MS, company, pause, to_ask
from app.store.rules.states import closed, decode_play, encode_play, row_of
from app.store.values import FoldReport, InboxPing, Observed, Unfoldable

TAKE_INBOX = """
    DELETE FROM playrelay.inbox WHERE id = ANY (ARRAY(
        SELECT id FROM playrelay.inbox ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED))
    RETURNING id, received_at, referer, body, site
"""
QUARANTINE = """
    INSERT INTO playrelay.quarantine (received_at, referer, body, site, fault)
    VALUES ($1, $2, $3, $4, $5)
"""
LOCK_PLAYS = """
    SELECT id, view, state FROM playrelay.plays
    WHERE view = ANY ($1::bytea[]) ORDER BY view FOR NO KEY UPDATE
"""
_PLAYS = """
    unnest($1::bytea[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[],
        $7::text[], $8::bigint[], $9::boolean[], $10::text[])
    AS n (view, session, pings, begun_at, received_at, settles_at, utk, contact_id, mail, state)
"""
ADD_PLAYS = f"""
    INSERT INTO playrelay.plays
        (view, session, pings, begun_at, received_at, settles_at, utk, contact_id, mail, state)
    SELECT view, session, pings, begun_at, received_at, settles_at, utk, contact_id, mail,
        state::json
    FROM {_PLAYS} ORDER BY view
    ON CONFLICT (view) DO NOTHING RETURNING view, id
"""  # noqa: S608 - ours
SAVE_PLAYS = f"""
    UPDATE playrelay.plays p SET
        pings = p.pings + n.pings, begun_at = least(p.begun_at, n.begun_at),
        received_at = greatest(p.received_at, n.received_at), settles_at = n.settles_at,
        utk = n.utk, contact_id = n.contact_id, mail = n.mail, state = n.state::json
    FROM {_PLAYS} WHERE p.view = n.view RETURNING p.view, p.id
"""  # noqa: S608 - ours
PERMITS_IN_USE = "SELECT count(*) FROM playrelay.permits WHERE frees_at > $1"
INTRODUCE = """
    INSERT INTO playrelay.contacts (utk, ask_at, ask_by)
    SELECT utk, $2, $3 FROM unnest($1::text[]) AS n (utk) ORDER BY utk
    ON CONFLICT (utk) DO NOTHING
"""
# A usertoken at rest is asked about again: a stranger who is back, a contact long not checked.
ASK_AGAIN = """
    UPDATE playrelay.contacts SET asked = 0,
        ask_at = greatest($2, asked_at + $4), ask_by = greatest($3, asked_at + $5)
    WHERE utk = ANY ($1::text[]) AND asked_at IS NOT NULL AND CASE WHEN contact_id IS NULL
        THEN ask_by IS NULL OR ask_by > greatest($3, asked_at + $5)
        ELSE ask_by IS NULL AND asked_at < $6 END
"""
QUIET_PLAYS = """
    SELECT id, received_at, state FROM playrelay.plays
    WHERE settles_at <= $1 ORDER BY settles_at LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED
"""
LEAVE_PLAYS = "UPDATE playrelay.plays SET settles_at = NULL WHERE id = ANY ($1::bigint[])"
CLOSE_PLAYS = """
    UPDATE playrelay.plays p SET settles_at = NULL, state = n.state::json
    FROM unnest($1::bigint[], $2::text[]) AS n (id, state) WHERE p.id = n.id
"""

AT_ONCE = 10
"""Rows or plays that are worked on before the event loop gets to do something else."""

Rows = Sequence[tuple[int, InboxPing]]


@dataclass(frozen=True, slots=True)
class _Seen:
    """A view that was seen: what was known of it, what it came to, when its pings arrived."""

    view: bytes
    before: Play | None
    folded: Folded
    received: list[int]


async def fold_inbox(
    db: Db, limit: int, folding: Folding, mode: IdentityMode, now: int, settle_ms: int
) -> FoldReport:
    """Fold the oldest `limit` rows of the inbox that nobody else is folding."""
    taken = await db.rows(TAKE_INBOX, limit)
    taken.sort(key=itemgetter("id"))
    rows = [(row["id"], InboxPing(*row[1:])) for row in taken]
    if not rows:
        return FoldReport()
    fold = partial(_fold_rows, db, folding, mode, now, settle_ms)
    report = await _attempt(db, partial(fold, rows))
    if isinstance(report, Unfoldable):
        # One row breaks the fold: find it by folding each alone, and set it aside.
        report = FoldReport()
        for row in rows:
            alone = await _attempt(db, partial(fold, [row]))
            if isinstance(alone, Unfoldable):
                await _set_aside(db, [row], [Unfoldable(row[0], alone.fault)])
                alone = FoldReport(rows=1, unfoldable=1)
            report = report.plus(alone)
    return report


async def _attempt(db: Db, fold: Callable[[], Awaitable[FoldReport]]) -> FoldReport | Unfoldable:
    """The report, or why it can't be had, with nothing changed. Faults of the store are raised."""
    try:
        async with db.savepoint():
            return await fold()
    except Exception as error:
        if is_the_stores(error):
            raise
        return Unfoldable(0, f"{type(error).__name__}: {error}"[:500].replace("\0", ""))


async def _fold_rows(
    db: Db, folding: Folding, mode: IdentityMode, now: int, settle_ms: int, rows: Rows
) -> FoldReport:
    observed = await _observe(folding, rows)
    await _set_aside(db, rows, observed.unfoldable)
    views: dict[bytes, list[Observation]] = defaultdict(list)
    for observation in observed.observations:
        views[observation.play_id].append(observation)
    locked = await db.rows(LOCK_PLAYS, sorted(views)) if views else []
    before = {row["view"]: decode_play(row["state"]) for row in locked}
    changed = []
    for number, (view, seen) in enumerate(views.items()):
        if number % AT_ONCE == 0:
            await asyncio.sleep(0)
        folded = folding.fold(before.get(view), seen)
        if folded.play != before.get(view):
            received = [observation.received_at for observation in seen]
            changed.append(_Seen(view, before.get(view), folded, received))
    events = await _write(db, changed, mode, now, settle_ms)
    new = sum(seen.before is None for seen in changed)
    await figures.count_day(db, now, pings=len(rows), plays=new, events=events)
    return FoldReport(len(rows), len(views), events, len(observed.unfoldable))


async def _observe(folding: Folding, rows: Rows) -> Observed:
    """Decode a few rows at a time: in between, pings are answered."""
    observed = Observed([])
    for start in range(0, len(rows), AT_ONCE):
        part = folding.observe(rows[start : start + AT_ONCE])
        observed.observations.extend(part.observations)
        observed.unfoldable.extend(part.unfoldable)
        await asyncio.sleep(0)
    return observed


async def _write(
    db: Db, changed: Sequence[_Seen], mode: IdentityMode, now: int, settle_ms: int
) -> int:
    """Visitors, plays and events; returns how many of these."""
    if not changed:
        return 0
    known = await _introduce(db, changed, mode, now)
    new = [seen for seen in changed if seen.before is None]
    old = [seen for seen in changed if seen.before is not None]
    ids: dict[bytes, int] = {}
    if new:
        added = await db.rows(ADD_PLAYS, *_columns(new, settle_ms))
        if len(added) < len(new):
            raise Raced
        ids |= {row["view"]: row["id"] for row in added}
    if old:
        saved = await db.rows(SAVE_PLAYS, *_columns(old, settle_ms))
        ids |= {row["view"]: row["id"] for row in saved}
    changes = [Change(ids[seen.view], seen.before, seen.folded) for seen in changed]
    events = await add_events(db, changes, known, mode, now)
    await figures.keep(db, moved((seen.before, seen.folded.play) for seen in changed))
    return events


async def close_quiet(
    db: Db, limit: int, folding: Folding, mode: IdentityMode, now: int
) -> FoldReport:
    """Close the plays whose silence is over. One that can't be closed is left as it is."""
    quiet = await db.rows(QUIET_PLAYS, now, limit)
    if not quiet:
        return FoldReport()
    changes = []
    broken = []
    for row in quiet:
        result = closed(folding, row["state"], row["received_at"])
        if result is None:
            broken.append(row["id"])
        else:
            changes.append(Change(row["id"], *result))
    if broken:
        await db.change(LEAVE_PLAYS, broken)
    states = [encode_play(change.folded.play).decode() for change in changes]
    await db.change(CLOSE_PLAYS, [change.play_row for change in changes], states)
    known = await known_of(db, [change.folded.play for change in changes], lock=True)
    events = await add_events(db, changes, known, mode, now)
    if events:
        await figures.count_day(db, now, events=events)
    return FoldReport(plays=len(quiet), events=events, unfoldable=len(broken))


async def _set_aside(db: Db, rows: Rows, unfoldable: Sequence[Unfoldable]) -> None:
    pings = dict(rows)
    for broken in unfoldable:
        ping = pings[broken.row]
        given = (ping.received_at, ping.referer, ping.body, ping.site)
        await db.change(QUARANTINE, *given, broken.fault.replace("\0", ""))


async def _introduce(db: Db, changed: Sequence[_Seen], mode: IdentityMode, now: int) -> Known:
    """Have HubSpot asked about visitors of new plays, and about those who became known just now.

    And let the mails that they come with vouch for them.

    Returns what is known of all visitors; it stays so until the end of the transaction.
    """
    plays = [seen.folded.play for seen in changed]
    await vouch(db, plays, now)
    known = await known_of(db, [*plays, *(s.before for s in changed if s.before)], lock=True)
    asked = {to_ask(seen.before, seen.folded.play, mode) for seen in changed}
    wanted = {utk for utk in asked if utk is not None}
    if not wanted:
        return known
    in_use = await db.value(PERMITS_IN_USE, now)
    soon = now + company(in_use)
    new, old = sorted(wanted - known.listed), sorted(wanted & known.listed)
    if new and await db.change(INTRODUCE, new, now, soon) < len(new):
        raise Raced
    if old:
        given = (now, soon, *pause(in_use), now - RECHECK_AFTER_MS)
        await db.change(ASK_AGAIN, old, *given)
    return known


def _columns(several: Sequence[_Seen], settle_ms: int) -> tuple[list[object], ...]:
    """The rows of `plays`, column by column."""
    rows = []
    for seen in several:
        play = seen.folded.play
        given = row_of(play, seen.received, settle_ms)
        rows.append((seen.view, *given, encode_play(play).decode()))
    return tuple(list(column) for column in zip(*rows, strict=True))
