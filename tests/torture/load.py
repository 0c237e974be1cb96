"""Visitors: threads that send pings as pages do, and note which of them were acknowledged."""

import random
import threading
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import httpx

from tests.torture.truth import Session

SPANS = 20
RETRY_SECONDS = 0.05
"""Seconds between tries to reach a relay that is down."""


class Visitors:
    """Several threads of them, from `with` to its end. `pause`: seconds at most between pings."""

    def __init__(
        self, addresses: Sequence[str], utks: Sequence[str], seed: str, pause: float
    ) -> None:
        self._halt = threading.Event()
        self._each = [
            _Visitor(addresses, utks, f"{seed}-{number}", pause, self._halt) for number in range(4)
        ]

    @property
    def sessions(self) -> dict[str, Session]:
        """All that was ever sent, by session."""
        return {name: session for each in self._each for name, session in each.sessions.items()}

    def __enter__(self) -> Self:
        for each in self._each:
            each.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._halt.set()
        for each in self._each:
            each.join()
        failures = [each.failure for each in self._each if each.failure]
        if failures and error is None:
            raise failures[0]


class _Visitor(threading.Thread):
    def __init__(
        self,
        addresses: Sequence[str],
        utks: Sequence[str],
        seed: str,
        pause: float,
        halt: threading.Event,
    ) -> None:
        super().__init__(name=seed)
        self._urls = [f"{address}/v1/progress" for address in addresses]
        self._utks = utks
        self._rng = random.Random(seed)  # noqa: S311 - repeatable
        self._pause = pause
        self._halt = halt
        self._films: list[tuple[Session, list[dict[str, Any]]]] = []
        self.sessions: dict[str, Session] = {}
        self.failure: Exception | None = None

    def run(self) -> None:
        try:
            with httpx.Client(timeout=30) as http:
                while not self._halt.is_set():
                    self._send(http, self._request())
                    self._halt.wait(self._rng.uniform(0, self._pause))
        except Exception as error:  # noqa: BLE001 - raised again by the thread that waits for this
            self.failure = error

    def _request(self) -> list[tuple[Session, dict[str, Any]]]:
        """One play, or a batch of plays of several sessions."""
        size = self._rng.choice((1, 1, 1, 1, 2, 3))
        return [self._play() for _ in range(size)]

    def _play(self) -> tuple[Session, dict[str, Any]]:
        """A session of a single ping, or the next ping of one that has many, in any order."""
        if self._rng.random() < 0.5:
            session = self._session()
            return session, self._state(session, self._rng.uniform(0, 100))
        if len(self._films) < 4:
            session = self._session()
            ways = sorted(self._rng.uniform(0, 100) for _ in range(self._rng.randint(2, 5)))
            pings = [self._state(session, way) for way in ways]
            pings.append(self._rng.choice(pings))
            self._rng.shuffle(pings)
            self._films.append((session, pings))
        session, pings = film = self._rng.choice(self._films)
        state = pings.pop()
        if not pings:
            self._films.remove(film)
        return session, state

    def _session(self) -> Session:
        name = f"{self.name}-{len(self.sessions)}"
        session = self.sessions[name] = Session(name, self._rng.choice(self._utks))
        return session

    def _state(self, session: Session, way: float) -> dict[str, Any]:
        """The play when it has come so far, in percent: as coverage, as attention map, or both."""
        state: dict[str, Any] = {
            "sessionId": session.name,
            "mediaType": "VIDEO",
            "externalId": "launch-film",
            "contactUtk": session.utk,
            "pageUrl": "https://www.example.com/launch",
            "pageName": "Launch",
            "ended": self._rng.random() < way / 200,
        }
        kind = self._rng.random()
        if kind < 0.7:
            # Less than one percent would be answered with a warning.
            state["playedPercent"] = round(max(1, way), 1)
        if kind > 0.4:
            watched = [self._rng.choice((0, 1, 1, 2)) for _ in range(int(way / 100 * SPANS))]
            unseen = [(0, SPANS - len(watched))] if len(watched) < SPANS else []
            state["watched"] = [(times, 1) for times in watched] + unseen
        return state

    def _send(self, http: httpx.Client, plays: list[tuple[Session, dict[str, Any]]]) -> None:
        """Until it is acknowledged, or cut off and given up."""
        body: Mapping[str, Any] = (
            plays[0][1] if len(plays) == 1 else {"plays": [state for _, state in plays]}
        )
        for session, _ in plays:
            session.first_sent = min(session.first_sent, time.time() * 1000)
        while not self._halt.is_set():
            try:
                answer = http.post(self._rng.choice(self._urls), json=body)
            except httpx.ConnectError:
                self._halt.wait(RETRY_SECONDS)
                continue
            except httpx.TransportError:  # a kill, before or after it was kept
                for session, state in plays:
                    session.uncertain.append(state)
                if self._rng.random() < 0.5:
                    return
                continue
            assert answer.json() == {"accepted": len(plays), "rejected": []}, answer.text
            for session, state in plays:
                session.acknowledged.append(state)
                session.last_answered = time.time() * 1000
            return
