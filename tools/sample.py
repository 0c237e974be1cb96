"""Send sample plays to a relay, so that its console has something to show.

`python -m tools.sample http://127.0.0.1:8000` sends two weeks of plays of a few media, by visitors
of whom the sandbox knows half. The same seed makes the same plays: sending them twice changes
nothing.
"""

import random
import sys
import time
from collections.abc import Iterator

import httpx

SEED = 7
PLAYS = 300
DAYS = 14
DAY_MS = 86_400_000

MEDIA = (
    ("product-tour", "Product tour", "VIDEO", 94.0),
    ("customer-story-bakery", "Customer story: a bakery", "VIDEO", 187.0),
    ("webinar-autumn", "Webinar: autumn news", "VIDEO", 2_712.0),
    ("getting-started", "Getting started", "VIDEO", 305.0),
    ("podcast-12", "Podcast 12: fewer meetings", "AUDIO", 1_835.0),
    ("price-list", "Price list", "DOCUMENT", None),
)
PAGES = (
    "/",
    "/product",
    "/customers/bakery",
    "/webinars/autumn",
    "/help/start",
    "/blog/podcast-12",
)


def plays(now: int, seed: int = SEED) -> Iterator[dict[str, object]]:
    """Sample plays in the relay's words, of the days before `now` (ms since the epoch)."""
    dice = random.Random(seed)  # noqa: S311 - sample data
    today = now - now % DAY_MS
    for number in range(PLAYS):
        medium, name, kind, duration = dice.choices(MEDIA, (9, 6, 4, 5, 3, 2))[0]
        percent = min(100, round(dice.betavariate(1.1, 0.9) * 105))
        begun = today - dice.randrange(DAYS * DAY_MS)
        yield {
            "sessionId": f"sample-{seed}-{number}",
            "externalId": medium,
            "mediaName": name,
            "mediaType": kind,
            "duration": duration,
            "pageUrl": "https://www.example.com" + dice.choice(PAGES),
            "pageName": "Example",
            "occurredTimestamp": begun,
            "watched": [run for run in ([1, percent], [0, 100 - percent]) if run[1]],
            "ended": percent == 100,  # noqa: PLR2004 - per cent
            "contactUtk": f"{dice.getrandbits(128):032x}",
        }


def send(address: str, now: int) -> int:
    """Send them to a relay; returns how many it took. httpx.HTTPError if it fails."""
    accepted = 0
    with httpx.Client(base_url=address, timeout=30) as client:
        for play in plays(now):
            answer = client.post("/v1/progress", json=play)
            answer.raise_for_status()
            accepted += answer.json()["accepted"]
    return accepted


if __name__ == "__main__":
    taken = send(sys.argv[1] if sys.argv[1:] else "http://127.0.0.1:8000", int(time.time() * 1000))
    sys.stdout.write(f"{taken} sample plays\n")
