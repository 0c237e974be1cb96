"""The console's pages over very many plays, each asked for the first time and again.

The rows are written into PostgreSQL by SQL, for by pings it would take hours, and copied from
there. Of ten plays one visitor is new, of a thousand one medium; media of low numbers are played
far more often.
"""

import asyncio
import json
import statistics
import struct
import time
from collections.abc import Iterator, Sequence

import httpx

from app.domain.figures import BINS
from app.domain.timestamps import DAY_MS
from app.runtime.clock import now_ms
from tests.bench.engines import Database, Engine
from tests.bench.servers import relay
from tests.store.postgres.ask import ask

AIM_MS = 300
TIMES = 7
DAYS = 400
WATCHED_DAYS = 90
PORTION = 20_000
"""Rows of a transaction of the copy."""

PASSWORD = "a long pass word"
SETTINGS = {
    "console_password": PASSWORD,
    "allowed_origins": "https://www.example.com",
    "hubspot_access_token": "token",
    "hubspot_base_url": "http://127.0.0.1:9",
    "time_zone": "Europe/Berlin",
    "park_days": "200",
    "retain_days": "200",
}
HEADERS = {"accept": "text/html", "sec-fetch-site": "same-origin"}
PAGES = (
    *("", "/now", "/live", "/audit", "/embed", "/doctor", "/play?session=s5", "/rejected"),
    "/rejected/kind?family=VALIDATION_ERROR%20no%20media%20object%20%230",
    *("/media", "/media?days=7", "/media?days=90", "/media?days=365"),
    *("/media?days=365&zone=UTC", "/media?order=completed&search=Film%209"),
    *("/media/1", "/media/1?days=365", "/media/1?site=x&choose=yes"),
    *("/media/1?page=https://www.example.com/p1&days=90", "/media/1?context=page&days=365"),
    "/media/compare?medium=1&medium=2&days=365",
    *("/people?medium=1&over=50", "/people?medium=1&medium=2&match=all&over=75", "/people/150"),
)

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
_CURVE = [11 - part * 8 // BINS for part in range(BINS)]
_SEEN = f"'\\x{struct.pack(f'<{BINS}i', *_CURVE).hex()}'::bytea"
_COUNTS = f"11, 8, 6, 4, 3, 8, 11, {sum(_CURVE)}, 5, {_SEEN}"
_FIGURES = (
    "plays, quarter, half, most, whole, attributed, mapped, parts, repeats, seen) SELECT m.id,"
)


def report(engines: Sequence[Engine], plays: int) -> None:
    """A row a page and engine: ms of the first answer, and of the middle one of those after it."""
    source = next((each for each in engines if each.name == "postgres"), None)
    if source is None:
        print("the console: PostgreSQL, which fills the stores, is not installed", end="\n\n")
        return
    database = source.database("console")
    with relay(database.url, SETTINGS):
        pass  # it makes the schema
    for statement in _statements(plays, now_ms()):
        ask(database.url, statement)
    print(f"the console's pages in ms, {plays} plays; aim ≤ {AIM_MS} at the first")
    print(f"{'engine':<9} {'first':>6} {'then':>6}  page")
    for engine in engines:
        filled = database if engine is source else engine.database("console")
        if filled is not database:
            asyncio.run(_copy(database, filled))
        _time(engine.name, filled.url)
    print()


async def _copy(source: Database, target: Database) -> None:
    stores = [await each.open("lookup") for each in (source, target)]
    await stores[0].copy_to(stores[1], "the bench's", lambda _: None, PORTION)
    for each in stores:
        await each.close()


def _time(engine: str, url: str) -> None:
    with relay(url, SETTINGS) as ours, httpx.Client(headers=HEADERS) as client:
        address = f"{ours.url}/console"
        signed_in = client.post(f"{address}/sign-in", data={"password": PASSWORD})
        assert signed_in.status_code == httpx.codes.SEE_OTHER
        for page in PAGES:
            first, *later = [_ms(client, f"{address}{page}") for _ in range(TIMES)]
            then = statistics.median(later)
            print(f"{engine:<9} {first:>6.0f} {then:>6.0f}  /console{page}", flush=True)


def _ms(client: httpx.Client, url: str) -> float:
    began = time.perf_counter()
    client.get(url, timeout=60).raise_for_status()
    return 1000 * (time.perf_counter() - began)


def _statements(plays: int, now: int) -> Iterator[str]:
    """Yields the statements that fill the store: plays of `WATCHED_DAYS`, figures of `DAYS`."""
    visitors, media, today = plays // 10, max(plays // 1000, 1), now // DAY_MS
    at = f"({now} - i * {WATCHED_DAYS * DAY_MS // plays})"
    who = f"(i * 7919 % {visitors})"
    state = f"'{_STATE}'"
    for mark, value in (
        ("~session~", "'s' || i"),
        ("~medium~", "'film-' || m"),
        ("~name~", "'Film ' || m"),
        ("~page~", "'p' || i % 40"),
        ("~utk~", f"'utk' || {who}"),
        ("77777", f"{at}::text"),
        ("88888", "(i % 101)::text"),
    ):
        state = f"replace({state}, '{mark}', {value})"
    yield f"""
        INSERT INTO plays (view, session, pings, begun_at, received_at, utk, mail, medium, covered,
            started, viewer, trait, watched_by, attributed, state)
        SELECT decode(md5(i::text), 'hex'), 's' || i, 3, {at}, {at}, 'utk' || {who}, false,
            'id:film-' || m, i % 101 * 100, {at} / 900000, {who}, 1 + i % 10,
            CASE WHEN i % 4 <> 1 THEN 100 + {who} END, i % 4 <> 1, {state}::json
        FROM (SELECT i, (power(random(), 2) * {media})::bigint % {media} AS m
            FROM generate_series(1::bigint, {plays}) i) AS numbers
    """
    rejected = "i <= 3000"
    yield f"""
        INSERT INTO outbox (play, event, value, status, occurred_at, created_at, settled_at, reason,
            answer, family, contact_id)
        SELECT i, event, value, CASE WHEN {rejected} THEN 'rejected' WHEN i % 5 = 0 THEN 'waiting'
                ELSE 'delivered' END, {at}, {at}, {at},
            CASE WHEN {rejected} THEN 'refused' WHEN i % 5 = 0 THEN 'stranger'
                ELSE 'usertoken' END,
            CASE WHEN {rejected} THEN jsonb_build_object('message', 'no media object ' || i,
                'category', 'VALIDATION_ERROR', 'http_status', 400, 'correlation_id', 'c-' || i)
            WHEN i % 5 = 0 THEN '{{}}'
            ELSE jsonb_build_object('contact_id', 100 + {who}, 'rung', 'usertoken') END,
            CASE WHEN {rejected} THEN 'VALIDATION_ERROR no media object #' || i % 3 ELSE '' END,
            CASE WHEN NOT {rejected} AND i % 5 <> 0 THEN 100 + {who} END
        FROM generate_series(1::bigint, {plays}) i CROSS JOIN (VALUES ('media-played', 'STARTED'),
            ('media-played-percent', '25')) AS milestones (event, value)
    """
    yield f"""
        INSERT INTO contacts (utk, contact_id, asked_at, asked)
        SELECT 'utk' || i, CASE WHEN i % 5 <> 0 THEN 100 + i END, {now}, 1
        FROM generate_series(0::bigint, {visitors - 1}) i
    """
    yield f"""
        INSERT INTO media (key, about, plays, last_day)
        SELECT 'id:film-' || i, json_build_object('type', 'VIDEO', 'external_id', 'film-' || i,
            'name', 'Film ' || i, 'duration', 93.5), 1000 + i, {today} - i % 3
        FROM generate_series(0::bigint, {media - 1}) i
    """
    days = f"FROM media m, generate_series({today - DAYS + 1}::bigint, {today}) day"
    yield f"INSERT INTO figures (medium, day, {_FIGURES} day, {_COUNTS} {days}"
    yield f"""
        INSERT INTO figure_slots (medium, slot, {_FIGURES} day * 96 + 9 * part, {_COUNTS}
        {days}, generate_series(0::bigint, 10) part WHERE m.id <= 20 OR day > {today - 92}
    """
    yield """
        INSERT INTO figure_blocks SELECT medium, day / 32, sum(plays), sum(quarter), sum(half),
            sum(most), sum(whole), sum(attributed), sum(mapped), sum(parts), sum(repeats)
        FROM figures GROUP BY medium, day / 32
    """
    yield f"""
        INSERT INTO figure_pages SELECT m.id, day, 'https://www.example.com/p' || page, 3
        {days}, generate_series(0, 3) page
    """
    yield f"""
        INSERT INTO figure_traits (medium, day, digest, site, page, context, utm_source, utm_medium,
            utm_campaign, summed, {_FIGURES} day, trait + 1, '',
            'https://www.example.com/p' || trait, 'page', '', '', CASE WHEN trait > 4 THEN 'may'
                ELSE '' END, day < {today} - 1, {_COUNTS}
        {days}, generate_series(0, 9) trait WHERE m.id <= 20 OR day > {today - 92}
    """
    yield f"""
        INSERT INTO figure_trait_slots (trait, slot, {_FIGURES} day * 96 + 9 * part, {_COUNTS}
        FROM figure_traits m, generate_series(0::bigint, 10) part
        WHERE medium <= 3 OR day > {today - 10}
    """
    yield f"""
        INSERT INTO activity SELECT day * 96 + slot, 100, 115, 300, 280, 1
        FROM generate_series({today - DAYS + 1}::bigint, {today}) day,
            generate_series(0::bigint, 95) slot
    """
    yield "VACUUM ANALYZE"
