"""Both destinations at once: the Media Bridge and custom events, over real HTTP."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.deliver.delays import MINUTE
from app.domain.destination import DESTINATIONS
from app.domain.media import Catalogue
from app.domain.milestones import MilestonePolicy
from app.domain.observation import ObservationPolicy
from app.sandbox.config import ALL_SCOPES, CUSTOM_EVENTS_SCOPE, EVENTS_SCOPE
from tests.store.setting import SIGNATURE_OF_7, TRUST, NamedVisitors, arrive, fold
from tests.system.deliver.harness import Harness, delivering

BOTH = NamedVisitors(
    ObservationPolicy(Catalogue(), TRUST), MilestonePolicy(), destinations=DESTINATIONS
)
CUSTOM = "/events/*"


@pytest.fixture
async def both(tmp_path: Path) -> AsyncIterator[Harness]:
    """An account whose events go to both."""
    async with delivering(tmp_path, "lookup", DESTINATIONS) as opened:
        yield opened


async def watch(harness: Harness, percent: int = 30, session: str = "session") -> None:
    """A play of contact 7, as its site has signed."""
    now = harness.clock.now
    who = {"contactUtk": None, "contactId": 7, "contactSignature": SIGNATURE_OF_7}
    await arrive(harness.store, now, sessionId=session, playedPercent=percent, **who)
    await fold(harness.store, now, BOTH)


def milestones(harness: Harness) -> list[str]:
    """The milestones of the custom events, in order of arrival."""
    return [kept.body["properties"]["milestone"] for kept in harness.sandbox.ledger.custom_events]


async def statuses(harness: Harness) -> set[tuple[str, str]]:
    """Destination and status of the events."""
    return {(each.destination, each.status) for each in await harness.store.admin.events(None, 100)}


async def test_both_have_each_milestone(both: Harness) -> None:
    """Both get the milestones in order, on the same contact; outcomes count by destination."""
    await watch(both)
    await both.send_all()
    assert both.sent == ["session STARTED", "session 25"]
    assert milestones(both) == ["started", "25 %"]
    assert {kept.contact_id for kept in both.sandbox.ledger.custom_events} == {7}
    assert await statuses(both) == {(each, "delivered") for each in DESTINATIONS}
    for each in DESTINATIONS:
        assert both.counted("destination_outcomes", destination=each, outcome="delivered") == 2


@pytest.mark.parametrize("repeated", ["refuse", "conflict", "silent"])
async def test_a_repeat_after_a_lost_answer_doubles_nothing(both: Harness, repeated: str) -> None:
    """A repeated event counts as delivered, and HubSpot has it once, whatever it answers."""
    both.world(repeated_uuid=repeated)
    both.faults({"path": CUSTOM, "drop": "after", "times": 1})
    await watch(both)
    for _ in range(4):
        await both.send_all()
        both.clock.now += MINUTE
    assert milestones(both) == ["started", "25 %"]
    assert await statuses(both) == {(each, "delivered") for each in DESTINATIONS}


@pytest.mark.parametrize("scope", [EVENTS_SCOPE, CUSTOM_EVENTS_SCOPE])
async def test_a_missing_scope_rests_its_own_destination(both: Harness, scope: str) -> None:
    """The other has all; once the scope is granted the rest follows, and nothing is lost."""
    both.world(scopes=list(ALL_SCOPES - {scope}))
    await watch(both)
    await both.send_all()
    kept = {EVENTS_SCOPE: len(both.sent), CUSTOM_EVENTS_SCOPE: len(milestones(both))}
    assert kept.pop(scope) == 0
    assert kept.popitem()[1] == 2
    depths = await both.store.admin.depths(both.clock.now)
    assert (depths.paused_until, [each.reason for each in depths.resting]) == (0, ["missing_scope"])
    both.world(scopes=list(ALL_SCOPES))
    both.clock.now += 6 * MINUTE
    await both.send_all()
    assert (len(both.sent), len(milestones(both))) == (2, 2)


async def test_an_event_that_is_not_defined_is_rejected_with_its_reason(both: Harness) -> None:
    """The definition was deleted in HubSpot: the Media Bridge's events arrive all the same."""
    del both.sandbox.definitions.known["playrelay_media"]
    await watch(both)
    await both.send_all()
    assert await statuses(both) == {("media-bridge", "delivered"), ("custom-events", "rejected")}
    (family,) = await both.store.rejections.families(9)
    assert family.family.startswith("custom-events: VALIDATION_ERROR")
