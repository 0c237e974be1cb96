"""The pure half of the fold, as engines call it: rows in, observations and events out."""

import json

import pytest

from app.domain.known import KnownMedia, KnownMedium
from app.domain.media import Catalogue, CatalogueEntry
from app.domain.milestones import MilestonePolicy
from app.domain.observation import Observation, ObservationPolicy
from app.fold.folding import PureFolding, SitePolicy
from app.store.records import InboxPing, Unfoldable
from tests.store.setting import FOLDING, NOW, body


def observations(folding: PureFolding, ping: InboxPing) -> list[Observation]:
    """The observations of a row that can be read."""
    observed = folding.observe(ping)
    assert not isinstance(observed, Unfoldable)
    return observed


def test_a_row_is_as_many_observations_as_it_has_plays() -> None:
    """A batch is taken apart, and each play knows when its request arrived."""
    plays = [json.loads(body(sessionId=name)) for name in ("a", "b")]
    batch = json.dumps({"plays": [*plays, {"broken": True}]}).encode()
    observed = observations(FOLDING, InboxPing(NOW, None, batch))
    assert [(each.play.session_id, each.received_at) for each in observed] == [
        ("a", NOW),
        ("b", NOW),
    ]


def test_the_referer_stands_in_for_the_page() -> None:
    """The Referer that was stored with the row stands in for the page."""
    row = InboxPing(NOW, "https://www.example.com/launch", body(pageId=None))
    (observation,) = observations(FOLDING, row)
    assert observation.play.page[2].url == "https://www.example.com/launch"


@pytest.mark.parametrize(
    "poison", [b"", b"{", b"[]", b"\xff", b'{"sessionId": "\xff"}', b"[" * 9000]
)
def test_a_row_that_can_not_be_read_is_named(poison: bytes) -> None:
    """The fault says why the row can't be read."""
    observed = FOLDING.observe(InboxPing(NOW, None, poison))
    assert isinstance(observed, Unfoldable)
    assert observed.fault.startswith("BadJsonError: the body ")
    assert len(observed.fault) <= 500


def test_the_policies_are_used() -> None:
    """Marks and secret are those that the operator has set."""
    folding = PureFolding(
        ObservationPolicy(Catalogue()), MilestonePolicy(percents=(10,), send_played=False)
    )
    row = InboxPing(NOW, None, body(playedPercent=60, watched=[[1, 6], [0, 4]]))
    folded = folding.fold(None, observations(folding, row))
    assert [event.milestone.value for event in folded.events] == ["10"]
    closed = folding.close(folded.play, NOW)
    assert [event.milestone.event for event in closed.events] == ["attention-span"]


def test_each_site_by_its_own_policies() -> None:
    """Marks are the site's; a site that is no longer in the operator's file uses the account's."""
    own = MilestonePolicy(percents=(10,), send_played=False, send_attention=False)
    folding = PureFolding(
        ObservationPolicy(Catalogue()),
        MilestonePolicy(percents=(50,), send_played=False),
        {"academy": SitePolicy(ObservationPolicy(Catalogue()), own)},
    )
    watched = body(playedPercent=60, watched=[[1, 6], [0, 4]])
    earned = {}
    for site in ("academy", "gone", ""):
        seen = observations(folding, InboxPing(NOW, None, watched, site))
        folded = folding.fold(None, seen)
        closed = folding.close(folded.play, NOW)
        earned[site] = [event.milestone.value for event in (*folded.events, *closed.events)]
    assert earned == {"academy": ["10"], "gone": ["50", ""], "": ["50", ""]}


def test_a_medium_has_a_least_attention_of_its_own() -> None:
    """A medium's entry in the catalogue has its own bounds, which replace the site's."""
    entries = [
        CatalogueEntry(external_id="long", least_seconds=120, least_percent=0),
        CatalogueEntry(media_url="https://cdn.example.com/clip.mp4", least_percent=70),
        CatalogueEntry(external_id="named", name="A name"),
    ]
    folding = PureFolding(
        ObservationPolicy(Catalogue.of(entries)), MilestonePolicy((25,), least_percent=61)
    )
    folding.use_media(KnownMedia.of([]))
    short_of: list[str] = []
    for medium in (
        {"externalId": "long", "duration": 180},
        {"externalId": "long", "duration": 220},
        {"mediaUrl": "https://cdn.example.com/clip.mp4?v=2"},
        {"externalId": "named"},
        {"externalId": "other"},
    ):
        given = {"mediaBridgeId": None, "playedPercent": 60, **medium}
        seen = observations(folding, InboxPing(NOW, None, body(**given)))
        short_of.append(folding.fold(None, seen).play.short_of)
    assert short_of == ["120 s", "", "70 %", "61 %", "61 %"]


def test_what_hubspot_lists_is_known_to_each_site() -> None:
    """HubSpot's list fills gaps of the site's own catalogue, as of the account's."""
    entry = CatalogueEntry(external_id="film", name="As the operator calls it")
    given = ObservationPolicy(Catalogue.of([entry]))
    folding = PureFolding(
        ObservationPolicy(Catalogue()),
        MilestonePolicy(),
        {"academy": SitePolicy(given, MilestonePolicy())},
    )
    folding.use_media(KnownMedia.of([KnownMedium(42, "VIDEO", "As HubSpot has it", "film")]))
    ping = body(mediaBridgeId=None, externalId="film", mediaName=None)
    found: dict[str, tuple[int | None, str | None]] = {}
    for site in ("academy", ""):
        (seen,) = observations(folding, InboxPing(NOW, None, ping, site))
        found[site] = (seen.play.medium.bridge_id, seen.play.medium.name)
    assert found["academy"] == (42, "As the operator calls it")
    assert found[""][0] == 42
