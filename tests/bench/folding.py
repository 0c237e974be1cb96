"""Measures the cost of figures for filters: folds of the same pings with them and without.

Without them, the store is like one that an earlier release has filled: plays of its media are not
counted by their traits. The time is that of the fold alone, from the inbox to the commit.
"""

import asyncio
import json
import random
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from statistics import median

from app.collect.schema import EXAMPLE_BATCH, EXAMPLE_PLAY
from app.domain.media import Catalogue
from app.domain.milestones import MilestonePolicy
from app.domain.observation import ObservationPolicy
from app.fold.folding import PureFolding
from app.runtime.clock import now_ms
from app.store.records import InboxPing
from tests.bench.engines import Database, Engine
from tests.store.postgres.ask import ask

MEDIA = 20
SESSIONS = 250
SHARES = (10, 35, 60, 85)
"""Pings of a session, and how much of the medium each tells of."""

PAIRS_A_ROUND = 4
LIMIT = 500
AIM = 1.10
NEVER = "UPDATE media SET filtered_since = 4611686018427387904"
FOLDING = PureFolding(ObservationPolicy(Catalogue()), MilestonePolicy())
WAYS = ("one page", "usual", "spread")


def report(engines: Sequence[Engine], rounds: int) -> None:
    """A row an engine and way to play: the fold's time with the figures, over that without."""
    pairs = rounds * PAIRS_A_ROUND
    print(f"the fold with figures for filters beside without, {pairs} pairs of folds of ", end="")
    print(f"{SESSIONS * len(SHARES)} pings; aim ≤ {AIM}")
    print(f"{'engine':<9} {'played':<9} {'median':>6} {'total':>6}   middle half")
    for engine in engines:
        for way in WAYS:
            _row(engine, way, pairs)
    print()


def _row(engine: Engine, way: str, pairs: int) -> None:
    name = way.replace(" ", "-")
    stores = {
        counted: engine.database(f"fold-{name}-{'with' if counted else 'without'}")
        for counted in (True, False)
    }
    for counted, database in stores.items():
        asyncio.run(_folded(database, way, 0))  # all media are there
        if not counted:
            _change(database, NEVER)
    times: dict[bool, list[float]] = {True: [], False: []}
    for turn in range(1, pairs + 1):
        for counted in (True, False) if turn % 2 else (False, True):
            times[counted].append(asyncio.run(_folded(stores[counted], way, turn)))
    ratios = sorted(have / lack for have, lack in zip(times[True], times[False], strict=True))
    total = sum(times[True]) / sum(times[False])
    middle = f"{ratios[pairs // 4]:.3f}–{ratios[pairs * 3 // 4]:.3f}"
    print(f"{engine.name:<9} {way:<9} {median(ratios):>6.3f} {total:>6.3f}   {middle}", flush=True)


async def _folded(database: Database, way: str, turn: int) -> float:
    """Seconds that the fold of a turn's pings took."""
    store = await database.open("lookup")
    now = now_ms()
    pings = (InboxPing(now, None, body.encode()) for body in _pings(way, turn))
    await asyncio.gather(*(store.inbox.append(each) for each in pings))
    began = time.perf_counter()
    while (await store.folding.fold(LIMIT, FOLDING, now)).full:
        pass
    took = time.perf_counter() - began
    await store.close()
    return took


def _pings(way: str, turn: int) -> Iterator[str]:
    """The pings of parallel sessions, each of which grows. They are the same in each store."""
    for share in SHARES:
        for number in range(SESSIONS):
            chosen = random.Random(f"{turn} {number}")  # noqa: S311 - no secret
            medium, url, mail = _CHOICE[way](chosen)
            watched = [[1, share], [0, 100 - share]]
            names = {"sessionId": f"{turn}-{number}", "externalId": f"film-{medium}"}
            play = EXAMPLE_PLAY | names | {"watched": watched, "playedPercent": share}
            batch = {"contactUtk": f"{turn:016x}{number:016x}", "pageUrl": url}
            if mail:
                batch |= {"externalPlayContext": "EMAIL"}
            yield json.dumps(EXAMPLE_BATCH | batch | {"plays": [play]})


def _one_page(_chosen: random.Random) -> tuple[int, str, bool]:
    return 0, "https://www.example.com/launch", False


def _usual(chosen: random.Random) -> tuple[int, str, bool]:
    """Few media are played much, each on two pages; a third comes from a campaign or a mail."""
    medium = min(int(chosen.paretovariate(1)) - 1, MEDIA - 1)
    page = medium if chosen.random() < 0.8 else "all"
    campaign = chosen.choice(("", "", "", "", "?utm_source=ads&utm_campaign=may"))
    return medium, f"https://www.example.com/{page}{campaign}", chosen.random() < 0.15


def _spread(chosen: random.Random) -> tuple[int, str, bool]:
    """Each medium on thirty pages and from four campaigns: hardly two plays have all in common."""
    campaign = f"?utm_source=ads&utm_campaign={chosen.randrange(4)}"
    url = f"https://www.example.com/{chosen.randrange(30)}{campaign}"
    return chosen.randrange(MEDIA), url, False


_CHOICE = {"one page": _one_page, "usual": _usual, "spread": _spread}


def _change(database: Database, statement: str) -> None:
    if database.url.startswith("sqlite:///"):
        with closing(sqlite3.connect(database.url.removeprefix("sqlite:///"))) as db, db:
            db.execute(statement)
    else:
        ask(database.url, statement)
