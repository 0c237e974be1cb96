"""The pings of the benchmarks: the documented example, under other names."""

import json

from app.collect.schema import EXAMPLE_BATCH, EXAMPLE_PLAY


def ping(session: str | None = None, utk: str = "0123456789abcdef0123456789abcdee") -> str:
    """A ping as the tracker sends it: one play, 40 % watched."""
    play = EXAMPLE_PLAY | ({"sessionId": session} if session else {})
    return json.dumps(EXAMPLE_BATCH | {"contactUtk": utk, "plays": [play]}, separators=(",", ":"))


def ping_format() -> str:
    """The same for `string.format`: visitor, page, session, what was watched, what not, share."""
    body = ping("session-%012d", "%032d")
    for constant, variable in (
        ('example.com/launch"', 'example.com/launch/%d"'),
        ('"watched":[[1,40],[0,60]]', '"watched":[[1,%d],[0,%d]]'),
        ('"playedPercent":40', '"playedPercent":%d'),
    ):
        if body.count(constant) != 1:
            raise ValueError(f"the documented example has no {constant}")
        body = body.replace(constant, variable)
    return body
