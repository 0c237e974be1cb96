"""The pings of the benchmarks."""

import json

SESSION = "0c7f1f4e-5a3b-4b8e-9d53-4f4f6c0f3f11"


def ping(session: str = SESSION, utk: str = "0123456789abcdef0123456789abcdee") -> str:
    """A ping as the tracker sends it: one play, 40 % watched."""
    play = {
        "sessionId": session,
        "mediaType": "VIDEO",
        "externalId": "launch-film",
        "mediaName": "Launch film",
        "mediaUrl": "https://cdn.example.com/launch.mp4",
        "duration": 93.4,
        "occurredTimestamp": 1790000000000,
        "watched": [[1, 40], [0, 60]],
        "playedPercent": 40,
        "ended": False,
    }
    envelope = {
        "sentAt": 1790000000500,
        "contactUtk": utk,
        "pageUrl": "https://www.example.com/launch",
        "pageName": "Launch",
        "plays": [play],
    }
    return json.dumps(envelope, separators=(",", ":"))


PING = ping()
