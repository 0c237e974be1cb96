"""A medium that pages reported, and the media object of HubSpot that it matches."""

from typing import Any

import pytest

from app.domain.known import KnownMedia, KnownMedium
from app.domain.media import Catalogue, Medium, describe_medium
from app.media.reported import match_reported

FILM = "https://cdn.example.com/the-film.mp4"
KNOWN = KnownMedia.of(
    [
        KnownMedium(1, "VIDEO", "The film", "film"),
        KnownMedium(2, "VIDEO", "By address", "address", (FILM,)),
        KnownMedium(3, "VIDEO", "The talk"),
    ]
)


def as_stored(**said: Any) -> Medium:
    """The stored form of a medium that a page reports in this way, with nothing else known."""
    none: dict[str, Any] = dict.fromkeys(
        ("media_type", "media_bridge_id", "external_id", "media_name", "media_url", "duration")
    )
    return describe_medium(**none | said, catalogue=Catalogue())


@pytest.mark.parametrize(
    ("said", "by"),
    [
        ({"external_id": "film"}, "externalId"),
        ({"media_url": FILM}, "url"),
        ({"media_url": f"{FILM}?version=2"}, "url"),
        ({"external_id": "mine", "media_name": "The talk"}, "name"),
        ({"media_bridge_id": 3}, "id"),
        ({"external_id": "mine", "media_name": "The film"}, None),
    ],
)
def test_matched_as_the_fold_would(said: dict[str, str | int | None], by: str | None) -> None:
    """An address that stands in for an id is no id, and a name from a path is no title."""
    match = match_reported(as_stored(**said), 1, KNOWN).match
    assert (match.by if match else None) == by


def test_a_name_that_was_guessed_matches_nothing_and_registers_nothing() -> None:
    """It may be another one's file: a person has to say."""
    guessed = match_reported(as_stored(media_url="https://a.example/the-talk.mp4"), 1, KNOWN)
    assert guessed.match is None
    assert guessed.like is not None
    assert not guessed.registrable


@pytest.mark.parametrize(
    ("said", "registrable"),
    [
        ({"external_id": "new"}, True),
        ({"media_url": "https://a.example/new.mp4"}, True),
        ({"media_bridge_id": 99}, False),
        ({"external_id": "film"}, False),
    ],
)
def test_what_can_be_registered(said: dict[str, str | int | None], registrable: bool) -> None:  # noqa: FBT001 - a table
    """A medium can be registered if HubSpot lacks it and can identify it; not by a made-up id."""
    assert match_reported(as_stored(**said), 1, KNOWN).registrable is registrable
