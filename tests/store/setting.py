"""Writes to the store and reads from it for its tests, at a fixed time."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from app.deliver.delays import DeliveryPolicy
from app.domain.folding import Event, Folded
from app.domain.identity import IdentityMode
from app.domain.media import Catalogue
from app.domain.milestones import Milestone, MilestonePolicy
from app.domain.observation import Observation, ObservationPolicy
from app.domain.outcome import AccountUpdate, Healthy, Outcome, Status
from app.domain.period import Period
from app.domain.ping import PlayPing
from app.domain.ping_parser import parse
from app.domain.play import Play
from app.domain.trust import TrustPolicy
from app.fold.folding import PureFolding
from app.runtime.policies import longest_waits
from app.store.event_reports import OutboxEntry
from app.store.policy import Quota, Retention, StorePolicy
from app.store.records import FoldReport, FoldRules, InboxPing, Job, Unfoldable
from app.store.store import Store
from app.store.tx import Database, Part

NOW = 1_790_000_000_000
SECOND = 1_000
MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
LEASE = 60_000
SETTLE = 300_000

QUOTA = Quota(rate=100, window_ms=10_000)
LONGEST = longest_waits(DeliveryPolicy(), LEASE)
RETENTION = Retention(settled_ms=7 * DAY, plays_ms=40 * DAY, park_ms=30 * DAY)


def policy(mode: IdentityMode = "lookup") -> StorePolicy:
    """The policies of the tests' stores."""
    return StorePolicy(mode, QUOTA, RETENTION, SETTLE, LONGEST)


def on(store: Store, database: Database) -> Store:
    """The same store, its parts on another database."""
    for part in vars(store).values():
        if isinstance(part, Part):
            part._database = database
    store._database = database
    return store


def with_policy(store: Store, **changes: Any) -> Store:
    """The same store, opened with another policy."""
    return Store(store._database, replace(store.outbox._policy, **changes))


SECRET = "secret"
SIGNATURE_OF_7 = "074d7db5790cd48f87f3735d285a3f4c758ddf00d8992d920629ca532564f7f7"

TRUST = TrustPolicy((SECRET,), endless_signatures=True)


class NamedVisitors(PureFolding):
    """A fold that takes any text for a token, so that tests can name visitors and mails."""

    def observe(self, ping: InboxPing) -> list[Observation] | Unfoldable:
        """As usual, with the tokens as they were sent."""
        observed = super().observe(ping)
        if isinstance(observed, Unfoldable):
            return observed
        return [
            replace(each, play=_with_tokens(each.play, play, ping.received_at))
            for each, play in zip(observed, _plays(ping.body, ping.referer), strict=True)
        ]


def _plays(body: bytes, referer: str | None) -> list[PlayPing]:
    try:
        return parse(body, referer).plays
    except ValueError:
        return []


def _with_tokens(play: Play, said: PlayPing, at: int) -> Play:
    utk, hsenc = said.contact_utk, said.hsenc
    return replace(play, utk=(at, utk) if utk else None, hsenc=(at, hsenc) if hsenc else None)


FOLDING = NamedVisitors(ObservationPolicy(Catalogue(), TRUST), MilestonePolicy())
ALL = 1_000
YEAR = Period.latest(365, NOW)
"""All days of which the tests tell anything."""


def body(**fields: Any) -> bytes:
    """The body of a ping of one play; a visitor with a usertoken, unless told otherwise."""
    play = {
        "sessionId": "session",
        "mediaBridgeId": 42,
        "pageId": 5,
        "contactUtk": "utk",
        "playedPercent": 0,
        **fields,
    }
    return json.dumps({name: value for name, value in play.items() if value is not None}).encode()


async def arrive(store: Store, at: int = NOW, **fields: Any) -> None:
    """A ping is acknowledged."""
    await store.inbox.append(InboxPing(at, None, body(**fields)))


async def fold(store: Store, now: int = NOW, folding: FoldRules = FOLDING) -> FoldReport:
    """All that is in the inbox is folded, in as many transactions as that takes."""
    report = await store.folding.fold(ALL, folding, now)
    more = report
    while more.full:
        more = await store.folding.fold(ALL, folding, now)
        report = report.plus(more)
    return report


async def played(store: Store, now: int = NOW, **fields: Any) -> None:
    """A ping arrives and is folded at once."""
    await arrive(store, now, **fields)
    await fold(store, now)


async def crowd(store: Store) -> None:
    """More events and usertokens than there are permits, all due."""
    then = NOW - MINUTE
    mails = [arrive(store, then, sessionId=f"m{n}", contactUtk=None, _hsenc="p2") for n in range(9)]
    visits = [arrive(store, then, sessionId=f"v{n}", contactUtk=f"u{n}") for n in range(6)]
    await asyncio.gather(*mails, *visits)
    await fold(store, then)


async def claimed(store: Store, now: int = NOW) -> Job:
    """The next due event; there must be one."""
    claim = await store.outbox.claim(now, LEASE)
    assert claim.job is not None
    return claim.job


async def settle(
    store: Store, job: Job, outcome: Outcome, account: AccountUpdate | None = None, now: int = NOW
) -> None:
    """The event gets its outcome, and the account its news (healthy)."""
    await store.outbox.settle(job, outcome, account or Healthy(), now)


async def looked_up(
    store: Store,
    answers: Mapping[str, int | None],
    now: int = NOW,
    again: Mapping[str, int] | None = None,
) -> int:
    """HubSpot is asked about all that are due, and says this; returns the events released."""
    asked = await store.lookups.claim(now, 100, LEASE)
    assert asked.utks
    return await store.lookups.settle(asked.permit, answers, again or {}, Healthy(), now)


async def drained(store: Store, now: int = NOW) -> list[Job]:
    """All that can be claimed now, in that order."""
    jobs = []
    while (job := (await store.outbox.claim(now, LEASE)).job) is not None:
        jobs.append(job)
    return jobs


async def entries(store: Store, status: Status | None = None) -> list[OutboxEntry]:
    """The outbox, oldest first."""
    return (await store.admin.events(status, ALL))[::-1]


async def values(store: Store, status: Status | None = None) -> list[str]:
    """The same, by session and milestone: `session STARTED`."""
    return [
        f"{entry.play.session_id} {entry.value or entry.event}"
        for entry in await entries(store, status)
    ]


class Fragile(NamedVisitors):
    """A fold that breaks at one session, where no fold of ours is known to break."""

    def __init__(self, session_id: str) -> None:
        super().__init__(ObservationPolicy(Catalogue()), MilestonePolicy())
        self._session_id = session_id

    def fold(self, known: Play | None, seen: Sequence[Observation]) -> Folded:
        """As usual, or not at all."""
        if any(observation.play.session_id == self._session_id for observation in seen):
            raise RuntimeError("broken")
        return super().fold(known, seen)

    def close(self, play: Play, quiet_since: int) -> Folded:
        """Likewise."""
        if play.session_id == self._session_id:
            raise RuntimeError("broken")
        return super().close(play, quiet_since)


class Strange(NamedVisitors):
    """A fold that earns what HubSpot has no words for, where no fold of ours is known to."""

    def fold(self, known: Play | None, seen: Sequence[Observation]) -> Folded:
        """As usual, with a percentage that is no number."""
        folded = super().fold(known, seen)
        odd = Event(Milestone("media-played-percent", "most"), seen[0].occurred_at)
        return Folded(folded.play, [odd, *folded.events])
