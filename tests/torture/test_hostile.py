"""Floods of each kind beside honest visitors: they delay nothing for good, and nothing is lost."""

import random
import re
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from app.collect.admission import BEYOND
from app.store.transactions.usage import SIZE
from tests.processes.ports import free_port
from tests.processes.relay import Relay, ping
from tests.processes.sandbox import Sandbox, milestone_of
from tests.processes.waiting import until
from tests.store.postgres.ask import ask, fresh_database
from tests.torture.floods import FLOODS, FULL, LIMITED, ORIGIN, Answer, play, slow_peers
from tests.torture.truth import implied

CONTACTS = {f"{number:031x}c": 100 + number for number in range(12)}
STEPS = (10, 30, 60, 100)
WATCHED = implied([{"playedPercent": step} for step in STEPS])
WARM_UP, ROUNDS = 2, 1
LIMIT_MB = 1
SLOW_PEERS = 40
MEMORY_RATIO = 1.3
STRANGERS = {"invented usertokens", "plays of nobody", "expensive pings"}

pytestmark = pytest.mark.timeout(600)


@dataclass
class Outcome:
    """The result of the rounds. Memory in bytes, before the measured ones and after."""

    relay: Relay
    sandbox: Sandbox
    postgres: str | None
    answers: dict[str, Counter[Answer]] = field(default_factory=dict)
    honest: list[str] = field(default_factory=list)
    refused: list[Answer] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of the store, read beside the relay."""
        return ask(self.postgres, query) if self.postgres else self.relay.rows(query)

    def size(self) -> int:
        """Bytes that the store holds."""
        ((size,),) = self.rows(SIZE["postgres" if self.postgres else "sqlite"])
        return int(size)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def outcome(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Outcome]:
    """All rounds on one engine, and all that is honest delivered."""
    url = fresh_database() if request.param == "postgres" else None
    folder = tmp_path_factory.mktemp("hostile")
    with Sandbox(folder / "sandbox") as sandbox:
        sandbox.start()
        sandbox.up()
        sandbox.world(utks=CONTACTS, demo_visitors=False)
        settings = {"database_url": url} if url else {}
        with Relay(
            folder / "relay",
            sandbox.address,
            port=str(free_port()),
            allowed_origins=ORIGIN,
            trusted_proxies="127.0.0.1",
            pings_per_minute="600",
            store_limit_mb=str(LIMIT_MB),
            events="percent,played",
            **settings,
        ) as relay:
            relay.started()
            found = Outcome(relay, sandbox, url)
            _visit(found, "before")
            # From now on HubSpot has named them: what is full takes known contacts' plays alone.
            until("all are known", lambda: len(sandbox.kept()) == len(CONTACTS) * len(WATCHED))
            for number in range(WARM_UP + ROUNDS):
                if number == WARM_UP:
                    found.memory.append(_resident(relay.pid))
                _round(found, number)
            found.memory.append(_resident(relay.pid))
            yield found


def _round(outcome: Outcome, number: int) -> None:
    """Every flood at once, each from an address of its own, beside honest visitors."""
    port = int(outcome.relay.address.rpartition(":")[2])
    with slow_peers(port, SLOW_PEERS), ThreadPoolExecutor(4) as pool:
        floods: dict[str, Future[list[Answer]]] = {
            flood.name: pool.submit(
                flood.send, port, f"10.0.{number}.{place}", _random(f"{number}-{place}")
            )
            for place, flood in enumerate(FLOODS, 1)
        }
        _visit(outcome, f"{number}")
        for name, answers in floods.items():
            outcome.answers.setdefault(name, Counter()).update(answers.result())
    until("all is folded and sent", outcome.relay.idle, seconds=120)


def _visit(outcome: Outcome, name: str) -> None:
    """Each contact watches one film to its end, from an address of its own."""
    for step in STEPS:
        for place, utk in enumerate(CONTACTS):
            session = f"honest-{name}-{place}"
            headers = {"x-forwarded-for": f"192.0.2.{place}", "origin": ORIGIN}
            answer = outcome.relay.post(ping(session, step, contactUtk=utk), **headers)
            if answer.status_code != 202:
                outcome.refused.append((answer.status_code, answer.json()["reason"]))
            elif step == STEPS[0]:
                outcome.honest.append(session)


def _random(seed: str) -> random.Random:
    return random.Random(seed)  # noqa: S311 - repeatable


def _resident(pid: int) -> int:
    """Bytes of memory; 0 where the system does not say."""
    if sys.platform != "linux":
        return 0
    found = re.search(r"^VmRSS:\s+(\d+) kB$", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    assert found
    return int(found[1]) * 1024


def test_all_that_is_honest_arrives_once(outcome: Outcome) -> None:
    """Every visitor's pings are taken, and each milestone reaches HubSpot exactly once."""
    assert outcome.refused == []
    assert len(outcome.honest) == (1 + WARM_UP + ROUNDS) * len(CONTACTS)
    wanted = Counter((name, *each) for name in outcome.honest for each in WATCHED)
    assert Counter(milestone_of(kept) for kept in outcome.sandbox.events()) == wanted


def test_every_refusal_has_its_reason(outcome: Outcome) -> None:
    """Each kind of flood gets the answers that are meant for it, and no other."""
    for flood in FLOODS:
        answers = outcome.answers[flood.name]
        assert answers.total() == flood.count * (WARM_UP + ROUNDS)
        assert answers.keys() <= flood.answers, flood.name
        assert answers.keys() - {LIMITED}, flood.name


def test_nothing_breaks(outcome: Outcome) -> None:
    """No request meets a mistake of the relay's, and no ping is set aside."""
    assert outcome.relay.metric("playrelay_pings_total", outcome="internal") == 0
    assert outcome.relay.metric("playrelay_quarantined_pings_total") == 0
    assert "ping_failed" not in outcome.relay.said


def test_what_is_refused_is_counted(outcome: Outcome) -> None:
    """The figures of the relay are those of the answers."""
    counted: Counter[str] = Counter()
    for answers in outcome.answers.values():
        for (_, reason), count in answers.items():
            counted[reason] += count
    for reason in ("bad_json", "invalid", "origin_not_allowed", "rate_limited", "store_full"):
        assert outcome.relay.metric("playrelay_pings_total", outcome=reason) == counted[reason]
    for reason in ("too_large", "headers_too_large"):
        found = outcome.relay.metric("playrelay_refused_requests_total", reason=reason)
        assert found == counted[reason]


def test_memory_is_given_back(outcome: Outcome) -> None:
    """After as many floods again the process is about as large as before them."""
    before, after = outcome.memory
    if not before:
        pytest.skip("this system does not say how large a process is")
    assert after <= MEMORY_RATIO * before


def test_what_is_full_grows_no_further(outcome: Outcome) -> None:
    """Beyond the store's ceiling strangers' plays are refused, and contacts' are taken."""
    port = int(outcome.relay.address.rpartition(":")[2])
    rng = _random("ceiling")
    strangers = [flood for flood in FLOODS if flood.name in STRANGERS]
    headers = {"x-forwarded-for": "192.0.2.200", "origin": ORIGIN}
    utk = next(iter(CONTACTS))

    def is_full() -> bool:
        if outcome.size() > 1.5 * BEYOND * LIMIT_MB * 2**20:  # whatever may yet be given back
            return True
        plays = [play(rng, contactUtk=utk, playedPercent=1, mediaName="n" * 200) for _ in range(5)]
        assert outcome.relay.post({"plays": plays}, **headers).status_code == 202
        until("it is folded", outcome.relay.idle)
        return False

    until("it is full", is_full)
    addresses = (f"10.8.{number // 250}.{number % 250}" for number in range(9_999))
    until(
        "it has measured itself",
        lambda: strangers[0].one(port, next(addresses), rng) == FULL,
    )
    until("all is folded", outcome.relay.idle)
    before = _plays(outcome)
    for place, flood in enumerate(strangers):
        assert {*flood.send(port, f"10.2.0.{place}", rng)} <= {FULL, LIMITED}
    until("all is folded", outcome.relay.idle)
    assert _plays(outcome) == before
    known = ping("after", 100, contactUtk=utk)
    assert outcome.relay.post(known, **headers).status_code == 202


def _plays(outcome: Outcome) -> int:
    ((count,),) = outcome.rows("SELECT count(*) FROM plays")
    return int(count)
