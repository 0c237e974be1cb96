"""The pure half of the fold, as engines call it: rows in, observations and events out."""

import json

import pytest

from app.domain.media import Catalogue
from app.domain.milestones import MilestonePolicy
from app.domain.observation import ObservationPolicy
from app.fold.folding import PureFolding
from app.store.values import InboxPing
from tests.store.setting import FOLDING, NOW, body


def test_a_row_is_as_many_observations_as_it_has_plays() -> None:
    """A batch is taken apart, and each play knows when its request arrived."""
    plays = [json.loads(body(sessionId=name)) for name in ("a", "b")]
    batch = json.dumps({"plays": [*plays, {"broken": True}]}).encode()
    rows = [(1, InboxPing(NOW, None, batch)), (2, InboxPing(NOW + 5, None, body(sessionId="c")))]
    observed = FOLDING.observe(rows)
    assert observed.unfoldable == []
    assert [(each.play.session_id, each.received_at) for each in observed.observations] == [
        ("a", NOW),
        ("b", NOW),
        ("c", NOW + 5),
    ]


def test_the_referer_stands_in_for_the_page() -> None:
    """What the row kept of the request's headers is used."""
    row = InboxPing(NOW, "https://www.example.com/launch", body(pageId=None))
    (observation,) = FOLDING.observe([(1, row)]).observations
    assert observation.play.page[2].url == "https://www.example.com/launch"


@pytest.mark.parametrize(
    "poison", [b"", b"{", b"[]", b"\xff", b'{"sessionId": "\xff"}', b"[" * 9000]
)
def test_a_row_that_can_not_be_read_is_named(poison: bytes) -> None:
    """Its number and the reason, and the rows beside it as if it were not there."""
    rows = [(number, InboxPing(NOW, None, each)) for number, each in enumerate([poison, body()])]
    observed = FOLDING.observe(rows)
    assert len(observed.observations) == 1
    (fault,) = observed.unfoldable
    assert fault.row == 0
    assert fault.fault.startswith("BadJsonError: the body ")
    assert len(fault.fault) <= 500


def test_the_policies_are_used() -> None:
    """Marks and secret are those that the operator has set."""
    folding = PureFolding(
        ObservationPolicy(Catalogue(), None), MilestonePolicy(percents=(10,), send_played=False)
    )
    row = InboxPing(NOW, None, body(playedPercent=60, watched=[[1, 6], [0, 4]]))
    folded = folding.fold(None, folding.observe([(1, row)]).observations)
    assert [event.milestone.value for event in folded.events] == ["10"]
    closed = folding.close(folded.play, NOW)
    assert [event.milestone.event for event in closed.events] == ["attention-span"]
