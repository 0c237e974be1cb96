"""HubSpot's media beside what is said of one: found if it can be no other."""

from typing import Any

import pytest

from app.domain.known import KnownMedia, KnownMedium, LayeredCatalogue
from app.domain.media import Catalogue, CatalogueEntry, Finder, Medium, Wanted, describe_medium
from app.domain.media_url import media_address

LAUNCH = KnownMedium(
    42, "VIDEO", "The launch", "launch", ("https://cdn.example.com/launch.mp4?v=2",)
)
TALK = KnownMedium(7, "VIDEO", "The talk", None, ("https://video.example/watch?v=1",))
TUNE = KnownMedium(8, "AUDIO", "The tune")
TWINS = [KnownMedium(90, "VIDEO", "Twin", "twin"), KnownMedium(91, "VIDEO", "Twin", "twin")]
KNOWN = KnownMedia.of([LAUNCH, TALK, TUNE, *TWINS])


def found(said: dict[str, Any], known: KnownMedia = KNOWN) -> tuple[int, str] | None:
    """Which object, and by what."""
    match = known.find(Wanted(**said | {"url": media_address(said.get("url"))}))
    return (match.medium.bridge_id, match.by) if match else None


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"bridge_id": 42}, (42, "id")),
        ({"bridge_id": 43, "external_id": "launch"}, None),
        ({"external_id": "launch"}, (42, "externalId")),
        ({"external_id": "launch", "name": "The talk"}, (42, "externalId")),
        ({"external_id": "Launch"}, None),
        ({"url": "https://cdn.example.com/launch.mp4?v=2"}, (42, "url")),
        ({"url": "http://cdn.example.com/launch.mp4"}, (42, "url")),
        ({"url": "https://cdn.example.com/launch.mp4", "external_id": "other"}, None),
        ({"url": "https://video.example/watch?v=1", "external_id": "mine"}, (7, "url")),
        ({"url": "https://video.example/watch?v=2"}, None),
        ({"url": "https://elsewhere.example/l.mp4", "name": "The launch"}, (42, "name")),
        ({"name": "The launch", "type": "VIDEO"}, (42, "name")),
        ({"name": "The launch", "type": "AUDIO"}, None),
        ({"name": "The launch", "external_id": "other"}, None),
        ({"name": "the launch"}, None),
        ({"name": "The tune", "external_id": "mine"}, (8, "name")),
        ({"external_id": "twin"}, None),
        ({"name": "Twin"}, None),
        ({"name": ""}, None),
        ({}, None),
    ],
)
def test_the_surest_word_decides(said: dict[str, Any], expected: tuple[int, str] | None) -> None:
    """Id, externalId, address, exact name; what contradicts or is ambiguous finds nothing."""
    assert found(said) == expected


def test_untitled_objects_are_found_by_no_name() -> None:
    """An object without a title is no page's medium without a name."""
    assert found({"name": ""}, KnownMedia.of([KnownMedium(1, "VIDEO", "")])) is None


def medium_of(catalogue: Finder, **said: Any) -> Medium:
    """The medium as HubSpot gets it."""
    none: dict[str, Any] = dict.fromkeys(
        ("media_type", "media_bridge_id", "external_id", "media_name", "media_url", "duration")
    )
    return describe_medium(**none | said, catalogue=catalogue)


def test_hubspots_object_fills_what_the_page_left_open() -> None:
    """HubSpot's id, title, type and externalId fill gaps, but no duration: its unit is unknown."""
    layered = LayeredCatalogue(Catalogue(), KNOWN)
    assert medium_of(layered, media_url="https://cdn.example.com/launch.mp4") == Medium(
        type="VIDEO",
        bridge_id=42,
        external_id="launch",
        name="The launch",
        url="https://cdn.example.com/launch.mp4",
    )
    assert medium_of(layered, media_bridge_id=8).name == "The tune"


def test_the_pages_word_stands() -> None:
    """A value that the page gives is never overruled."""
    said = medium_of(
        LayeredCatalogue(Catalogue(), KNOWN), external_id="launch", media_name="My launch"
    )
    assert (said.bridge_id, said.name) == (42, "My launch")


def test_the_operators_file_wins() -> None:
    """HubSpot's object fills only what the file left open, and is found by what the file says."""
    own = Catalogue.of(
        [CatalogueEntry(external_id="mine", media_url=None, bridge_id=7, duration=3)]
    )
    said = medium_of(LayeredCatalogue(own, KNOWN), external_id="mine")
    assert (said.bridge_id, said.name, said.duration) == (7, "The talk", 3)
    named = Catalogue.of([CatalogueEntry(external_id="launch", name="As the operator has it")])
    said = medium_of(LayeredCatalogue(named, KNOWN), external_id="launch")
    assert (said.bridge_id, said.name) == (42, "As the operator has it")
    other = Catalogue.of([CatalogueEntry(external_id="launch", bridge_id=1)])
    assert medium_of(LayeredCatalogue(other, KNOWN), external_id="launch").bridge_id == 1


def test_with_nothing_known_all_is_as_without() -> None:
    """An empty media index changes no description."""
    own = Catalogue.of([CatalogueEntry(external_id="mine", name="Mine", duration=3)])
    for said in ({"external_id": "mine"}, {"media_url": "https://a.example/x.mp4"}, {}):
        layered = LayeredCatalogue(own, KnownMedia())
        assert medium_of(layered, **said) == medium_of(own, **said)
