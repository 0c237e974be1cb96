"""A store with a hundred thousand plays, written by SQL: by pings it would take minutes."""

import json
import sqlite3
import struct
from contextlib import closing
from pathlib import Path

from app.domain.figures import BINS
from app.domain.timestamps import DAY_MS

PLAYS = 100_000
MEDIA = 400
DAYS = 28
REJECTED = 3_000

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)>"
"""What strangers call their media and pages."""

FORMULA = '=HYPERLINK("http://evil.example")'

PLAIN = ("Product tour", "Customer story")
"""What they might be called instead."""

REFUSED = 397
"""A medium that HubSpot refuses, near the top of the list."""

MOMENT = 5_000
"""Between two plays, in ms."""

_STATE = json.dumps(
    {
        "session_id": "~session~",
        "medium": {"type": "VIDEO", "external_id": "~medium~", "name": "~name~", "duration": 93.5},
        "page": [0, 1, {"url": "https://www.example.com/~page~", "context": "EXTERNAL_PAGE"}],
        "started_at": 77_777,
        "percent": 88_888,
        "maps": [[1] * 40 + [2] * 20 + [0] * 40],
        "utk": [1, "~utk~"],
        "handed_on": ["media-played:STARTED"],
    }
)

NUMBERS = """
    CREATE TEMP TABLE n AS WITH RECURSIVE c (i) AS (
        SELECT 0 UNION ALL SELECT i + 1 FROM c WHERE i < :last) SELECT i FROM c
"""
ADD_PLAYS = """
    INSERT INTO plays (id, view, session, pings, begun_at, received_at, utk, mail, medium, covered,
        started, viewer, watched_by, attributed, state)
    SELECT i + 1, CAST(printf('%016d', i) AS BLOB), 's' || i, 3, :now - i * :step,
        :now - i * :step, 'utk' || (i / 3), 0, 'id:film-' || (i % :media), i % 101 * 100,
        (:now - i * :step) / 900000, i / 3,
        CASE WHEN i % 4 <> 1 THEN 100 + i / 3 END, i % 4 <> 1,
        CAST(replace(replace(replace(replace(replace(replace(replace(:state,
            '~session~', 's' || i), '~medium~', 'film-' || (i % :media)), '~name~', CASE i % 7
            WHEN 0 THEN :script ELSE 'Film ' || (i % :media) END), '~page~', 'p' || (i % 40)),
            '~utk~', 'utk' || (i / 3)), '77777', CAST(:now - i * :step AS TEXT)),
            '88888', CAST(i % 101 AS TEXT)) AS BLOB)
    FROM n
"""
ADD_EVENTS = """
    INSERT INTO outbox (play, event, value, status, occurred_at, created_at, due_at, settled_at,
        reason, answer, family)
    SELECT i + 1, event, value,
        CASE WHEN i < :rejected THEN 'rejected' WHEN i % 5 = 0 THEN 'waiting' ELSE 'delivered' END,
        :now - i * :step, :now - i * :step, NULL, :now - i * :step,
        CASE WHEN i < :rejected THEN 'refused' WHEN i % 5 = 0 THEN 'stranger' ELSE 'usertoken' END,
        CASE WHEN i < :rejected THEN json_object('message', :script || ' is no media object ' || i,
            'category', 'VALIDATION_ERROR', 'http_status', 400, 'correlation_id', 'c-' || i)
        WHEN i % 5 = 0 THEN '{}' ELSE json_object('contact_id', 100 + i / 3, 'rung', 'usertoken')
        END,
        CASE WHEN i < :rejected THEN 'VALIDATION_ERROR ' || :script || ' is no media object #'
        || CASE WHEN i % 3 = 0 THEN ' of ours' ELSE '' END ELSE '' END
    FROM n CROSS JOIN (
        SELECT 'media-played' AS event, 'STARTED' AS value
        UNION ALL SELECT 'media-played-percent', '25')
"""
ADD_CONTACTS = """
    INSERT INTO contacts (utk, contact_id, asked_at, asked)
    SELECT DISTINCT 'utk' || (i / 3), CASE WHEN i % 5 THEN 100 + i / 3 END, :now, 1 FROM n
    WHERE i % 3 = 0
"""
ADD_MEDIA = """
    INSERT INTO media (id, key, about, plays, last_day)
    SELECT i + 1, 'id:film-' || i, CAST(json_object('type', 'VIDEO', 'external_id', 'film-' || i,
        'name', CASE i % 7 WHEN 0 THEN :script WHEN 1 THEN :formula
        ELSE 'Film ' || i END, 'duration', 93.5) AS BLOB), 1000 + i, :today - i % 3
    FROM n WHERE i < :media
"""
ADD_FIGURES = """
    INSERT INTO figures (medium, day, plays, quarter, half, most, whole, attributed, mapped, parts,
        repeats, seen)
    SELECT m.id, :today - n.i, 40 + n.i, 30 + n.i, 20 + n.i, 12, 9, 25, 40, :parts, 0, :seen
    FROM media m, n WHERE n.i < :days
"""
ADD_SLOTS = """
    INSERT INTO figure_slots SELECT medium, 96 * day + 48, plays, quarter, half, most, whole,
        attributed, mapped, parts, repeats, seen, NULL FROM figures
"""
ADD_BLOCKS = """
    INSERT INTO figure_blocks SELECT medium, day / 32, sum(plays), sum(quarter), sum(half),
        sum(most), sum(whole), sum(attributed), sum(mapped), sum(parts), sum(repeats)
    FROM figures GROUP BY medium, day / 32
"""
ADD_PAGES = """
    INSERT INTO figure_pages SELECT m.id, :today - n.i, 'https://www.example.com/'
        || CASE WHEN n.i % 4 THEN 'p' || (n.i % 4) ELSE :script END, 9 FROM media m, n
    WHERE n.i < :days
"""
ADD_REFUSED = """
    INSERT INTO refused_media VALUES ('/film-' || (:refused - 1), 3, :now + 1000 * :step,
        json_object('message', :script || ' is no media object', 'reason', 'refused'))
"""
ADD_DAYS = """
    INSERT INTO activity SELECT 96 * (:today - i) + 48, 9000 + 100 * (i % 5), 3000 + 40 * (i % 7),
        6000, 5600, 12
    FROM n WHERE i < :days
"""
ADD_AUDIT = """
    INSERT INTO audit (at, who, what, subject, count)
    SELECT :now - (200 - i) * :step, 'ana', 'requeue rejected', :script || i, i FROM n WHERE i < 200
"""


def fill(path: Path, now: int, names: tuple[str, str] = (SCRIPT, FORMULA)) -> None:
    """Put them into the store at `path`, which is migrated and that nobody has open.

    `names`: of some media; the first also stands in the words of strangers.
    """
    script, formula = names
    given = {"now": now, "step": MOMENT, "state": _STATE, "media": MEDIA, "script": script}
    given |= {"formula": formula, "last": PLAYS - 1, "refused": REFUSED}
    given |= {"rejected": REJECTED, "today": now // DAY_MS, "days": DAYS}
    curve = [40 - part * 30 // BINS for part in range(BINS)]
    given |= {"seen": struct.pack(f"<{BINS}i", *curve), "parts": sum(curve)}
    steps = (NUMBERS, ADD_PLAYS, ADD_EVENTS, ADD_CONTACTS, ADD_MEDIA, ADD_FIGURES, ADD_SLOTS)
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA synchronous = OFF")
        for step in (*steps, ADD_BLOCKS, ADD_PAGES, ADD_REFUSED, ADD_DAYS, ADD_AUDIT):
            db.execute(step, given)
        db.commit()
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
