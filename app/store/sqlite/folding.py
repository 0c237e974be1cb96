"""Inbox rows into plays and outbox: the middle of the house, in one transaction."""

import sqlite3
from collections import defaultdict
from collections.abc import Sequence

import msgspec

from app.domain.folding import Folded
from app.domain.identity import IdentityMode, KnownContact, Unknown, identify
from app.domain.observation import Observation
from app.domain.play import Play
from app.store.interface import Folding, FoldReport, InboxPing, Unfoldable

FIRST_LOOKUP_AFTER_MS = 1_000
"""New usertokens wait this long for company: a look-up takes a hundred at the price of one."""

RECHECK_AFTER_MS = 24 * 60 * 60 * 1000
"""HubSpot merges contacts: an answer older than this is used, and asked for again."""

READ_INBOX = "SELECT id, received_at, referer, body FROM inbox ORDER BY id LIMIT ?"
CLEAR_INBOX = "DELETE FROM inbox WHERE id <= ?"
QUARANTINE = """
    INSERT INTO quarantine (received_at, referer, body, fault)
    SELECT received_at, referer, body, ? FROM inbox WHERE id = ?
"""
LOAD_PLAY = """
    SELECT p.id, p.state, c.utk IS NOT NULL AND c.asked_at IS NOT NULL, c.contact_id
    FROM plays p LEFT JOIN contacts c ON c.utk = p.utk WHERE p.view = ?
"""
SAVE_PLAY = """
    INSERT INTO plays (view, received_at, settles_at, utk, contact_id, mail, state)
    VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (view) DO UPDATE SET
        received_at = max(received_at, excluded.received_at), settles_at = excluded.settles_at,
        utk = excluded.utk, contact_id = excluded.contact_id, mail = excluded.mail,
        state = excluded.state
    RETURNING id
"""
INTRODUCE_UTK = """
    INSERT INTO contacts (utk, ask_at) VALUES (?, ?)
    ON CONFLICT (utk) DO UPDATE SET ask_at = min(coalesce(ask_at, excluded.ask_at), excluded.ask_at)
    WHERE asked_at IS NOT NULL AND asked_at < ? AND contact_id IS NOT NULL
"""
KNOWN_CONTACT = "SELECT contact_id FROM contacts WHERE utk = ? AND asked_at IS NOT NULL"
ADD_EVENT = """
    INSERT INTO outbox (play, event, value, status, occurred_at, created_at, due_at, reason)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
"""
RELEASE_PLAY = """
    UPDATE outbox SET status = 'due', due_at = ?, reason = ''
    WHERE play = ? AND status = 'waiting' AND due_at IS NULL
"""
QUIET_PLAYS = """
    SELECT view, received_at, state FROM plays WHERE settles_at <= ? ORDER BY settles_at LIMIT ?
"""
CLOSE_PLAY = "UPDATE plays SET settles_at = NULL, state = ? WHERE view = ? RETURNING id"

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Play).decode


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
        (row, InboxPing(received_at, referer, body))
        for row, received_at, referer, body in db.execute(READ_INBOX, (limit,))
    ]
    if not rows:
        return FoldReport()
    observed = folding.observe(rows)
    _set_aside(db, observed.unfoldable)
    views: dict[bytes, list[Observation]] = defaultdict(list)
    for observation in observed.observations:
        views[observation.play_id].append(observation)
    events = 0
    for view, seen in views.items():
        stored = db.execute(LOAD_PLAY, (view,)).fetchone()
        before = _decode(stored[1]) if stored else None
        folded = folding.fold(before, seen)
        received_at = max(observation.received_at for observation in seen)
        if folded.play != before:
            play_row = _save(db, view, folded.play, received_at, settle_ms, mode, now)
            events += _add_events(db, play_row, folded, mode, now)
    db.execute(CLEAR_INBOX, (rows[-1][0],))
    return FoldReport(len(rows), len(views), events, len(observed.unfoldable))


def close_quiet(
    db: sqlite3.Connection, limit: int, folding: Folding, mode: IdentityMode, now: int
) -> FoldReport:
    """Close the plays whose silence is over."""
    quiet = db.execute(QUIET_PLAYS, (now, limit)).fetchall()
    events = 0
    for view, received_at, state in quiet:
        folded = folding.close(_decode(state), received_at)
        (play_row,) = db.execute(CLOSE_PLAY, (_encode(folded.play), view)).fetchone()
        events += _add_events(db, play_row, folded, mode, now)
    return FoldReport(plays=len(quiet), events=events)


def known_contact(db: sqlite3.Connection, utk: str | None) -> KnownContact | None:
    """What HubSpot said of the usertoken; None if it was not asked."""
    row = db.execute(KNOWN_CONTACT, (utk,)).fetchone() if utk else None
    return KnownContact(row[0]) if row else None


def _set_aside(db: sqlite3.Connection, unfoldable: Sequence[Unfoldable]) -> None:
    db.executemany(QUARANTINE, [(broken.fault, broken.row) for broken in unfoldable])


def _save(
    db: sqlite3.Connection,
    view: bytes,
    play: Play,
    received_at: int,
    settle_ms: int,
    mode: IdentityMode,
    now: int,
) -> int:
    utk = play.utk[1] if play.utk else None
    contact_id = play.contact_id[1] if play.contact_id else None
    if utk and mode == "lookup" and contact_id is None:
        db.execute(INTRODUCE_UTK, (utk, now + FIRST_LOOKUP_AFTER_MS, now - RECHECK_AFTER_MS))
    row = db.execute(
        SAVE_PLAY,
        (
            view,
            received_at,
            received_at + settle_ms if any(play.spans) else None,
            utk,
            contact_id,
            play.hsenc is not None,
            _encode(play),
        ),
    ).fetchone()
    return int(row[0])


def _add_events(
    db: sqlite3.Connection, play_row: int, folded: Folded, mode: IdentityMode, now: int
) -> int:
    """Write the events, and wake what waited if this fold told who the visitor is."""
    play = folded.play
    identity = identify(
        signed_contact_id=play.contact_id[1] if play.contact_id else None,
        utk=play.utk[1] if play.utk else None,
        hsenc=play.hsenc[1] if play.hsenc else None,
        known=known_contact(db, play.utk[1] if play.utk else None),
        mode=mode,
    )
    waits = isinstance(identity, Unknown)
    status = "waiting" if waits else "due"
    due_at = None if waits else now
    reason = identity.why if isinstance(identity, Unknown) else ""
    if not waits:
        db.execute(RELEASE_PLAY, (now, play_row))
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
