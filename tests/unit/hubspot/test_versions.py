"""Versions of HubSpot's API, the paths that they are part of, and the settings for both."""

import pytest
from pydantic import ValidationError

from app.config import Settings
from app.doctor.endings import examine_versions
from app.hubspot.endings import LABELS
from app.hubspot.versions import KNOWN, ROUTES, Route, unknown

VERSION_FIELDS = [
    "hubspot_api_version",
    "hubspot_oauth_version",
    "hubspot_media_version",
    "hubspot_provider_version",
]


@pytest.mark.parametrize("field", VERSION_FIELDS)
@pytest.mark.parametrize("version", ["v1", "v12", "2026-03", "2031-12"])
def test_any_version_that_hubspot_could_have_is_taken(field: str, version: str) -> None:
    """Numbered or dated, each part its own, and the others stay."""
    settings = Settings.model_validate({field: version})
    versions = [route.version for route in settings.hubspot_routes.values()]
    assert version in versions
    for use, route in settings.hubspot_routes.items():
        assert f"/{route.version}/" in route.template.replace("{version}", route.version)
        assert route.version in {version, ROUTES[use].version}


@pytest.mark.parametrize("field", VERSION_FIELDS)
@pytest.mark.parametrize("text", ["", "1", "v0", "2026", "2026-13", "2026-3", "latest", "v1/.."])
def test_anything_else_is_no_version(field: str, text: str) -> None:
    """The message names the setting and what to write."""
    with pytest.raises(ValidationError, match="write a version such as v1 or 2026-03") as error:
        Settings.model_validate({field: text})
    assert error.value.errors()[0]["loc"] == (field,)


def test_a_version_may_move_a_path() -> None:
    """A version may move a path, as `/events/2026-03/send` to `/events/custom/2026-09/send`."""
    settings = Settings.model_validate(
        {
            "hubspot_api_version": "2027-03",
            "hubspot_events_path": "/media-bridge/events/{version}/{event}",
        }
    )
    path = settings.hubspot_routes["events"].path(event="media-played")
    assert path == "/media-bridge/events/2027-03/media-played"


@pytest.mark.parametrize(
    "text",
    [
        "/media-bridge/{version}/events",
        "/media-bridge/{version}/{event}/{other}",
        "media-bridge/{event}",
        "https://elsewhere.example/{event}",
        "/a/{event}?x=1",
        "/a/{event",
        "/a/{}/{event}",
        "/a/{event!r}",
        "/a/{event.__class__}",
    ],
)
def test_a_path_that_cannot_be_one(text: str) -> None:
    """It leads elsewhere, or lacks what it must name."""
    with pytest.raises(ValidationError, match="write a path such as /media-bridge/"):
        Settings.model_validate({"hubspot_events_path": text})


def test_the_defaults_are_known() -> None:
    """The default versions are known, and OAuth's is the one that HubSpot recommends."""
    routes = Settings().hubspot_routes
    assert routes == ROUTES
    assert routes["oauth"] == Route("2026-03", "/oauth/{version}/token")
    assert all(route.version in KNOWN[use] for use, route in routes.items())
    assert KNOWN.keys() == LABELS.keys()


def test_an_unknown_version_is_warned_of() -> None:
    """The doctor names those that are known; it is no fault."""
    assert not unknown({"events": "2026-03", "oauth": "v3"})
    (finding,) = examine_versions({"events": "2027-03", "oauth": "v3"})
    assert not finding.is_fault
    assert finding.says.startswith("sending events: playrelay was not tested with 2027-03")
    assert "known: v1, 2026-03" in finding.advice
