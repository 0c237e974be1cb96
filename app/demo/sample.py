"""Plays that nobody watched, for the sandbox: so that every page of the console can be seen filled.

They are pings as the tracker sends them, dated back over eight weeks. Made from the same seed they
are the same each time, so filling a store again changes nothing that is there.
"""

import json
from collections.abc import Iterator
from random import Random
from typing import Any, NamedTuple

from app.domain.coverage import compress
from app.domain.timestamps import DAY_MS
from app.store.records import InboxPing

PLAYS = 240
DAYS = 56
VISITORS = 90

_SEED = 17
_SPANS = 100


class _Film(NamedTuple):
    """`weight`: how much it is played; `stays`: the chance to stay for one percent more.

    `replayed`: where viewers tend to look twice, in percent.
    """

    name: str
    kind: str
    length: float
    weight: int
    stays: float
    replayed: range


_FILMS = (
    _Film("Product tour", "VIDEO", 184, 9, 0.992, range(38, 52)),
    _Film("Customer story: a bakery", "VIDEO", 142, 6, 0.995, range(70, 78)),
    _Film("Getting started in ten minutes", "VIDEO", 603, 5, 0.985, range(20, 35)),
    _Film("Pricing explained", "VIDEO", 95, 4, 0.988, range(55, 66)),
    _Film("Episode 12: mail that is read", "AUDIO", 1_740, 3, 0.99, range(0)),
    _Film("Webinar: a year of video", "VIDEO", 2_710, 2, 0.978, range(10, 16)),
)
_PAGES = ("/", "/product", "/pricing", "/stories/bakery", "/help/start", "/blog/video")
_CAMPAIGNS = (
    "",
    "",
    "?utm_source=newsletter&utm_medium=email&utm_campaign=autumn",
    "?utm_source=google&utm_medium=cpc&utm_campaign=brand",
    "?utm_source=linkedin&utm_medium=social&utm_campaign=launch",
)


def sample_pings(now: int) -> list[InboxPing]:
    """All of them, the oldest first. `now`: ms since the epoch."""
    return sorted(_pings(now), key=lambda ping: ping.received_at)


def _pings(now: int) -> Iterator[InboxPing]:
    random = Random(_SEED)  # noqa: S311 - nothing is to be kept secret
    visitors = [f"{random.getrandbits(128):032x}" for _ in range(VISITORS)]
    weights = [film.weight for film in _FILMS]
    for number in range(PLAYS):
        (film,) = random.choices(_FILMS, weights)
        ago = DAYS * DAY_MS * random.random() ** 1.3  # more of late: it grows
        body = {
            "sessionId": f"sample-{number}",
            "externalId": f"sample-{_FILMS.index(film)}",
            "mediaName": film.name,
            "mediaType": film.kind,
            "duration": film.length,
            "contactUtk": random.choice(visitors),
            **_page(random),
            **_watched(random, film),
        }
        yield InboxPing(now - int(ago), None, json.dumps(body).encode())


def _page(random: Random) -> dict[str, Any]:
    path, campaign = random.choice(_PAGES), random.choice(_CAMPAIGNS)
    mail = {"externalPlayContext": "EMAIL"} if "email" in campaign else {}
    name = path.strip("/").replace("/", " ").title() or "Home"
    return {"pageUrl": f"https://www.example.com{path}{campaign}", "pageName": name, **mail}


def _watched(random: Random, film: _Film) -> dict[str, Any]:
    """How often each percent was watched: up to where the visitor left, some of it again."""
    left = 1
    while left < _SPANS and random.random() < film.stays:
        left += 1
    times = [1] * left + [0] * (_SPANS - left)
    if random.random() < 0.3:  # noqa: PLR2004 - as many look twice
        for part in film.replayed:
            times[part] += bool(times[part])
    ended = {"ended": True} if left == _SPANS else {}
    return {"playedPercent": left, "watched": compress(times), **ended}
