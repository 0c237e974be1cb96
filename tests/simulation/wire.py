"""The way from relay to HubSpot: slow, and at times it loses a request or an answer.

Stands under the real HTTP client, in place of sockets.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, Literal

import httpx

OutageKind = Literal["unreachable", "hangs", "gateway"]
Occurrence = tuple[str, str, str, str]
"""One milestone of one view: session, externalId, event, value."""

_HOURS = 3600.0


@dataclass(frozen=True, slots=True)
class Outage:
    """HubSpot can't be had from `begin` to `end`, in seconds of the run."""

    begin: float
    end: float
    kind: OutageKind


@dataclass(frozen=True, slots=True)
class Line:
    """The properties of the line: seconds each way, shares of the requests, outages."""

    slowest: float = 0.15
    lost_requests: float = 0.003
    lost_answers: float = 0.003
    sluggish: float = 0.002
    outages: tuple[Outage, ...] = ()


CLEAN = Line(lost_requests=0, lost_answers=0, sluggish=0)


@dataclass
class Wire(httpx.AsyncBaseTransport):
    """Carries requests to `inner`. `unanswered`: what HubSpot took, and the relay can't know it.

    `unanswered_custom`: how many custom events that was.

    `spares_tokens`: no answer of the token endpoint is lost. One that held a rotated refresh token
    would end the installation, and only a person could mend that.
    """

    inner: httpx.AsyncBaseTransport
    line: Line
    rng: Random
    spares_tokens: bool = True
    unanswered: Counter[Occurrence] = field(default_factory=Counter)
    unanswered_custom: int = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry one request, or raise what a broken line raises."""
        loop, line, rng = asyncio.get_running_loop(), self.line, self.rng
        outage = next((o for o in line.outages if o.begin <= loop.time() < o.end), None)
        up, down = (rng.uniform(0.005, line.slowest) for _ in range(2))
        fate = rng.random()
        if request.url.path.startswith("/oauth/") and self.spares_tokens:
            fate = 1.0
        await asyncio.sleep(up)
        if outage is not None:
            return await _struck(outage, request)
        if fate < line.lost_requests:
            return await _cut(rng)
        answered = False
        try:
            response = await self.inner.handle_async_request(request)
            if line.lost_requests <= fate < line.lost_requests + line.lost_answers:
                return await _cut(rng)
            if fate > 1 - line.sluggish and fate < 1.0:
                down += 30
            await asyncio.sleep(down)
            answered = True
            return response
        finally:
            if not answered and request.url.path.startswith("/media-bridge/"):
                self.unanswered[_occurrence_in(request)] += 1
            elif not answered and request.url.path.startswith("/events/"):
                self.unanswered_custom += 1


async def _struck(outage: Outage, request: httpx.Request) -> httpx.Response:
    if outage.kind == "unreachable":
        raise httpx.ConnectError("connection refused")
    if outage.kind == "hangs":
        await asyncio.sleep(_HOURS)
    page = httpx.ByteStream(b"<h1>Bad gateway</h1>")  # not read yet, as from the network
    return httpx.Response(502, headers={"content-type": "text/html"}, stream=page, request=request)


async def _cut(rng: Random) -> httpx.Response:
    """No answer, or one that never ends."""
    if rng.random() < 0.3:
        await asyncio.sleep(_HOURS)
    raise httpx.ReadError("connection reset")


def _occurrence_in(request: httpx.Request) -> Occurrence:
    event = request.url.path.rpartition("/")[2]
    body = json.loads(request.content)
    return occurrence_of(event, body)


def occurrence_of(event: str, body: dict[str, object]) -> Occurrence:
    """The milestone, and the view, of an event's body."""
    value = body.get("state", body.get("playedPercent", ""))
    return str(body["sessionId"]), str(body.get("externalId", "")), event, str(value)


def custom_occurrence_of(body: Mapping[str, Any]) -> Occurrence:
    """The same of a custom event's body."""
    said = body["properties"]
    milestone = said["milestone"]
    if milestone == "attention span":
        event, value = "attention-span", ""
    elif milestone.endswith(" %"):
        event, value = "media-played-percent", milestone.removesuffix(" %")
    else:
        event, value = "media-played", milestone.upper()
    return said["session_id"], said["medium"], event, value
