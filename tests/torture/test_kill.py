"""`kill -9` at random moments under load: what was answered 202 arrives, and nothing else does.

`PLAYRELAY_TORTURE_KILLS` sets how often (6), `PLAYRELAY_TORTURE_SEED` repeats a run.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.processes.sandbox import milestone_of
from tests.store.postgres.shared import expect_postgres
from tests.torture.aftermath import (
    CONTACTS,
    KILLS,
    RATE,
    SEED,
    STRANGERS,
    Aftermath,
    torture,
)
from tests.torture.deployments import DEPLOYMENTS, SENDERS
from tests.torture.truth import implied, merged

pytestmark = pytest.mark.timeout(300 + 10 * KILLS)


@pytest.fixture(scope="module", params=DEPLOYMENTS)
def aftermath(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Aftermath]:
    """One torture a deployment for all: each test looks at its end from another side."""
    if request.param == "postgres":
        expect_postgres()
    yield from torture(tmp_path_factory.mktemp("torture"), DEPLOYMENTS[request.param])


def test_acknowledged_pings_arrive_and_nothing_else(aftermath: Aftermath) -> None:
    """Each session of a contact ends in exactly the milestones that its pings imply."""
    print(aftermath)  # noqa: T201 - what a long run is for
    for session in aftermath.sessions.values():
        if session.utk in CONTACTS:
            found = {milestone_of(kept)[1:] for kept in aftermath.of[session.name]}
            possible = {implied(pings) for pings in session.possible()}
            assert found in possible, f"seed {SEED}: {session}"
    assert any(session.acknowledged for session in aftermath.sessions.values())


def test_strangers_wait(aftermath: Aftermath) -> None:
    """Nothing arrives of visitors who are no contacts, and none of their milestones is lost."""
    waiting: dict[str, set[tuple[str, str]]] = {}
    query = """
        SELECT p.session, o.event, o.value
        FROM outbox o JOIN plays p ON p.id = o.play WHERE o.status = 'waiting'
    """
    for name, event, value in aftermath.deployment.rows(query):
        waiting.setdefault(name, set()).add((event, value))
    for session in aftermath.sessions.values():
        if session.utk in STRANGERS:
            assert not aftermath.of[session.name]
            possible = {implied(pings) for pings in session.possible()}
            assert waiting.get(session.name, set()) in possible, f"seed {SEED}: {session}"


def test_events_say_what_was_watched(aftermath: Aftermath) -> None:
    """Each event names the visitor's contact, and an attention span tells no more than was sent."""
    for session in aftermath.sessions.values():
        for kept in aftermath.of[session.name]:
            assert kept["body"]["contactId"] == CONTACTS[session.utk]
            if kept["event"] == "attention-span":
                sent = [times for _, times in sorted(_spans(kept["body"]).items())]
                assert sent in [merged(pings) for pings in session.subsets()], session


def test_events_keep_their_time(aftermath: Aftermath) -> None:
    """However late an event is sent, it says when the ping came that earned it."""
    for session in aftermath.sessions.values():
        for kept in aftermath.of[session.name]:
            occurred = kept["body"]["occurredTimestamp"]
            if not session.uncertain:
                assert int(session.first_sent) <= occurred <= session.last_answered
            else:
                assert int(session.first_sent) <= occurred <= kept["arrived_ms"]


def test_a_session_arrives_in_order(aftermath: Aftermath) -> None:
    """Within a session events arrive in the order in which they were earned, repeats left out."""
    earned: dict[str, list[tuple[str, str]]] = {}
    query = """
        SELECT p.session, o.event, o.value FROM outbox o JOIN plays p ON p.id = o.play ORDER BY o.id
    """
    for name, event, value in aftermath.deployment.rows(query):
        earned.setdefault(name, []).append((event, value))
    for name, events in aftermath.of.items():
        arrived = list(dict.fromkeys(milestone_of(kept)[1:] for kept in events))
        assert arrived == [each for each in earned.get(name, []) if each in arrived]


@pytest.mark.parametrize("aftermath", ["sqlite"], indirect=True)
def test_a_session_arrives_in_order_of_its_times(aftermath: Aftermath) -> None:
    """If one process takes all pings, a session's events also arrive in order of their times.

    Through replicas a ping may overtake another.
    """
    for events in aftermath.of.values():
        first = {milestone_of(kept): kept for kept in reversed(events)}
        times = [
            kept["body"]["occurredTimestamp"]
            for kept in events
            if kept is first[milestone_of(kept)]
        ]
        assert times == sorted(times)


def test_only_what_was_in_flight_at_a_kill_is_repeated(aftermath: Aftermath) -> None:
    """A repeat was in a sender's hands at a kill, of which there are four, and the store knows."""
    assert aftermath.interrupted <= SENDERS * len(aftermath.kills)
    assert aftermath.attempts.keys() == aftermath.arrivals.keys()
    for milestone, times in aftermath.arrivals.items():
        assert len(times) <= aftermath.attempts[milestone]
        for earlier in sorted(times)[:-1]:
            # A request that was under way at the kill may still be read a moment after it.
            near = [kill for kill in aftermath.kills if earlier - 1000 <= kill <= earlier + 3000]
            assert near, f"seed {SEED}: {milestone} arrived at {times}, kills {aftermath.kills}"


def test_no_window_of_ten_seconds_is_too_full(aftermath: Aftermath) -> None:
    """Restarts and repeats included, HubSpot never sees more requests than the rate, nor errors."""
    assert aftermath.state["peak_in_window"] <= RATE
    assert aftermath.state["statuses"].keys() <= {"200", "cut"}


def _spans(body: dict[str, Any]) -> dict[int, int]:
    return {int(span): times for span, times in body["rawDataMap"].items()}
