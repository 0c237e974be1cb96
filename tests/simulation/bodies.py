"""Builds what a browser posts: the body of a ping, by the browser's own clock."""

import json
from itertools import groupby
from typing import Any

from tests.simulation.clock import EPOCH
from tests.simulation.population import signature
from tests.simulation.visitors import Carried, Ping, View, Visitor
from tests.simulation.watching import State


def ping_body(visitor: Visitor, ping: Ping, sent_at: float) -> bytes:
    """As the tracker writes it when it leaves at `sent_at`, in seconds of the run."""
    page = ping.plays[0][0].page
    said: dict[str, Any] = {**page.said, **_carried(ping.carried)}
    if visitor.stamps:
        said["sentAt"] = _stamp(visitor, sent_at)
    said["plays"] = [_play(visitor, view, state) for view, state in ping.plays]
    return json.dumps(said).encode()


def _play(visitor: Visitor, view: View, state: State) -> dict[str, Any]:
    medium = view.medium
    return {
        "sessionId": view.session,
        "mediaType": "VIDEO",
        "externalId": medium.external_id,
        "mediaName": medium.name,
        "mediaUrl": medium.url,
        "duration": medium.spans * medium.span_seconds,
        "occurredTimestamp": _stamp(visitor, state.at),
        "watched": [[times, len(list(run))] for times, run in groupby(state.watched)],
        "playedPercent": state.percent,
        "ended": state.ended,
    }


def _carried(carried: Carried) -> dict[str, Any]:
    said = {"contactUtk": carried.utk, "_hsenc": carried.hsenc, "contactId": carried.contact_id}
    if carried.contact_id is not None:
        said["contactSignature"] = signature(carried.contact_id if carried.signed else 0)
    return {name: value for name, value in said.items() if value is not None}


def _stamp(visitor: Visitor, at: float) -> int:
    return int((EPOCH + at + visitor.clock_error) * 1000)
