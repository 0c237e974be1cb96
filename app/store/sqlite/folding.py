"""Inbox rows into plays and outbox: the middle of the house, in one transaction."""

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial

from app.domain.figures import changes
from app.domain.folding import Folded
from app.domain.identity import IdentityMode, Unknown
from app.domain.observation import Observation
from app.domain.play import Play
from app.store.interface import Folding
from app.store.rules.asking import RECHECK_AFTER_MS, company, pause, to_ask
from app.store.rules.states import closed, decode_play, encode_play, row_of
from app.store.sqlite import figures
from app.store.sqlite.whom import vouch, whose
from app.store.values import FoldReport, InboxPing, Unfoldable

READ_INBOX = "SELECT id, received_at, referer, body, site FROM inbox ORDER BY id LIMIT ?"
CLEAR_INBOX = "DELETE FROM inbox WHERE id <= ?"
QUARANTINE = """
    INSERT INTO quarantine (received_at, referer, body, site, fault)
    SELECT received_at, referer, body, site, ? FROM inbox WHERE id = ?
"""
LOAD_PLAY = "SELECT state FROM plays WHERE view = ?"
SAVE_PLAY = """
    INSERT INTO plays
        (view, session, pings, begun_at, received_at, settles_at, utk, contact_id, mail, state)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (view) DO UPDATE SET
        pings = pings + excluded.pings, begun_at = min(begun_at, excluded.begun_at),
        received_at = max(received_at, excluded.received_at), settles_at = excluded.settles_at,
        utk = excluded.utk, contact_id = excluded.contact_id, mail = excluded.mail,
        state = excluded.state
    RETURNING id
"""
# A usertoken at rest is asked about again: a stranger who is back, a contact long not checked.
INTRODUCE_UTK = """
    INSERT INTO contacts (utk, ask_at, ask_by) VALUES (:utk, :now, :soon)
    ON CONFLICT (utk) DO UPDATE SET asked = 0,
        ask_at = max(:now, asked_at + :pause), ask_by = max(:soon, asked_at + :longest)
    WHERE asked_at IS NOT NULL AND CASE WHEN contact_id IS NULL
        THEN ask_by IS NULL OR ask_by > max(:soon, asked_at + :longest)
        ELSE ask_by IS NULL AND asked_at < :long_ago END
"""
PERMITS_IN_USE = "SELECT count(*) FROM permits WHERE frees_at > ?"
ADD_EVENT = """
    INSERT INTO outbox (play, event, value, status, occurred_at, created_at, due_at, reason)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
"""
RELEASE_PLAY = """
    UPDATE outbox SET status = 'due', due_at = ?, reason = ''
    WHERE play = ? AND status = 'waiting'
"""
WAITS_ALREADY = "SELECT due_at, reason FROM outbox WHERE play = ? AND status = 'waiting' LIMIT 1"
QUIET_PLAYS = """
    SELECT view, received_at, state FROM plays WHERE settles_at <= ? ORDER BY settles_at LIMIT ?
"""
LEAVE_PLAY = "UPDATE plays SET settles_at = NULL WHERE view = ?"
CLOSE_PLAY = "UPDATE plays SET settles_at = NULL, state = ? WHERE view = ? RETURNING id"


def fold_inbox(
    db: sqlite3.Connection,
    limit: int,
    folding: Folding,
    mode: IdentityMode,
    now: int,
    settle_ms: int,
) -> FoldReport:
    """Fold the oldest `limit` rows of the inbox."""
    rows = [
        (row, InboxPing(received_at, referer, body, site))
        for row, received_at, referer, body, site in db.execute(READ_INBOX, (limit,))
    ]
    if not rows:
        return FoldReport()
    fold = partial(_fold_rows, db, folding, mode, now, settle_ms)
    report = _attempt(db, partial(fold, rows))
    if isinstance(report, Unfoldable):
        # One row breaks the fold: find it by folding each alone, and set it aside.
        report = FoldReport()
        for row in rows:
            alone = _attempt(db, partial(fold, [row]))
            if isinstance(alone, Unfoldable):
                _set_aside(db, [Unfoldable(row[0], alone.fault)])
                alone = FoldReport(rows=1, unfoldable=1)
            report = report.plus(alone)
    db.execute(CLEAR_INBOX, (rows[-1][0],))
    return report


def _attempt(db: sqlite3.Connection, fold: Callable[[], FoldReport]) -> FoldReport | Unfoldable:
    """The report, or why it can't be had, with nothing changed. Faults of the store are raised."""
    db.execute("SAVEPOINT fold")
    try:
        report: FoldReport | Unfoldable = fold()
    except sqlite3.Error:
        raise
    except Exception as error:  # noqa: BLE001 - an acknowledged ping must not be lost, nor stop others
        db.execute("ROLLBACK TO fold")
        report = Unfoldable(0, f"{type(error).__name__}: {error}"[:500])
    db.execute("RELEASE fold")
    return report


def _fold_rows(
    db: sqlite3.Connection,
    folding: Folding,
    mode: IdentityMode,
    now: int,
    settle_ms: int,
    rows: Sequence[tuple[int, InboxPing]],
) -> FoldReport:
    observed = folding.observe(rows)
    _set_aside(db, observed.unfoldable)
    views: dict[bytes, list[Observation]] = defaultdict(list)
    for observation in observed.observations:
        views[observation.play_id].append(observation)
    events = 0
    moves: list[tuple[Play | None, Play]] = []
    for view, seen in views.items():
        stored = db.execute(LOAD_PLAY, (view,)).fetchone()
        before = decode_play(stored[0]) if stored else None
        folded = folding.fold(before, seen)
        received = [observation.received_at for observation in seen]
        if folded.play != before:
            _introduce(db, before, folded.play, mode, now)
            vouch(db, folded.play, now)
            play_row = _save(db, view, folded.play, received, settle_ms)
            events += _add_events(db, play_row, before, folded, mode, now)
            moves.append((before, folded.play))
    figures.keep(db, changes(moves))
    new = sum(before is None for before, _ in moves)
    figures.count_day(db, now, pings=len(rows), plays=new, events=events)
    return FoldReport(len(rows), len(views), events, len(observed.unfoldable))


def close_quiet(
    db: sqlite3.Connection, limit: int, folding: Folding, mode: IdentityMode, now: int
) -> FoldReport:
    """Close the plays whose silence is over. One that can't be closed is left as it is."""
    quiet = db.execute(QUIET_PLAYS, (now, limit)).fetchall()
    events = 0
    broken = 0
    for view, received_at, state in quiet:
        result = closed(folding, state, received_at)
        if result is None:
            broken += 1
            db.execute(LEAVE_PLAY, (view,))
            continue
        before, folded = result
        (play_row,) = db.execute(CLOSE_PLAY, (encode_play(folded.play), view)).fetchone()
        events += _add_events(db, play_row, before, folded, mode, now)
    if events:
        figures.count_day(db, now, events=events)
    return FoldReport(plays=len(quiet), events=events, unfoldable=broken)


def _set_aside(db: sqlite3.Connection, unfoldable: Sequence[Unfoldable]) -> None:
    db.executemany(QUARANTINE, [(broken.fault, broken.row) for broken in unfoldable])


def _introduce(
    db: sqlite3.Connection, before: Play | None, play: Play, mode: IdentityMode, now: int
) -> None:
    """Have HubSpot asked about the visitor of a new play, or one who has just become known."""
    utk = to_ask(before, play, mode)
    if utk is not None:
        (in_use,) = db.execute(PERMITS_IN_USE, (now,)).fetchone()
        given = {"utk": utk, "now": now, "soon": now + company(in_use)}
        rest, longest = pause(in_use)
        given |= {"pause": rest, "longest": longest, "long_ago": now - RECHECK_AFTER_MS}
        db.execute(INTRODUCE_UTK, given)


def _save(
    db: sqlite3.Connection, view: bytes, play: Play, received: Sequence[int], settle_ms: int
) -> int:
    given = (view, *row_of(play, received, settle_ms), encode_play(play))
    return int(db.execute(SAVE_PLAY, given).fetchone()[0])


def _add_events(
    db: sqlite3.Connection,
    play_row: int,
    before: Play | None,
    folded: Folded,
    mode: IdentityMode,
    now: int,
) -> int:
    """Write the events, and wake what waited if this fold told more of who the visitor is."""
    identity = whose(db, folded.play, mode)
    status, reason = "due", ""
    due_at: int | None = now
    if isinstance(identity, Unknown):
        status, due_at, reason = "waiting", None, identity.why
    elif before is not None and identity != whose(db, before, mode):
        db.execute(RELEASE_PLAY, (now, play_row))
    elif before is not None and folded.events:
        # HubSpot may not know the visitor by this identity: then all of the play waits together.
        waiting = db.execute(WAITS_ALREADY, (play_row,)).fetchone()
        if waiting is not None:
            status, (due_at, reason) = "waiting", waiting
    for event in folded.events:
        milestone = event.milestone
        db.execute(
            ADD_EVENT,
            (
                play_row,
                milestone.event,
                milestone.value,
                status,
                event.occurred_at,
                now,
                due_at,
                reason,
            ),
        )
    return len(folded.events)
