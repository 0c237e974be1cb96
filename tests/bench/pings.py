"""The pings of the benchmarks: the documented example, under other names."""

import json

from app.collect.schema import EXAMPLE_BATCH, EXAMPLE_PLAY


def ping(session: str | None = None, utk: str = "0123456789abcdef0123456789abcdee") -> str:
    """A ping as the tracker sends it: one play, 40 % watched."""
    play = EXAMPLE_PLAY | ({"sessionId": session} if session else {})
    return json.dumps(EXAMPLE_BATCH | {"contactUtk": utk, "plays": [play]}, separators=(",", ":"))


PING = ping()
