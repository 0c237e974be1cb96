"""The versions of HubSpot's API, and the paths that contain them. Pure.

Each part of the API has its own version. If a version moves a path, set another template.
"""

import re
from collections.abc import Collection, Mapping
from string import Formatter

import msgspec

from app.hubspot.endings import DATED, NUMBERED, Use

_PATH = re.compile(r"(?:/[A-Za-z0-9._{}-]+)+")


class Route(msgspec.Struct, frozen=True):
    """A version, and a path template in which `{version}` and other names are replaced."""

    version: str
    template: str

    def path(self, **parts: str) -> str:
        """The path of a request."""
        return self.template.format(version=self.version, **parts)


EVENTS = Route("v1", "/media-bridge/{version}/events/{event}")
OAUTH = Route("2026-03", "/oauth/{version}/token")
MEDIA = Route("2026-09", "/media-bridge/{version}/objects")
CUSTOM = Route("2026-03", "/events/{version}/{act}")
PROVIDER = Route("2026-03", "/media-bridge/{version}/{app_id}/settings")
OBJECTS = Route("2026-03", "/crm/objects/{version}/{object_type}")
NAMES = Route("2026-03", "/crm/objects/{version}/contacts/batch/read")

ROUTES: Mapping[Use, Route] = {
    "events": EVENTS,
    "oauth": OAUTH,
    "media": MEDIA,
    "custom": CUSTOM,
    "provider": PROVIDER,
    "objects": OBJECTS,
    "names": NAMES,
}

KNOWN: Mapping[Use, tuple[str, ...]] = {
    "events": ("v1", "2026-03"),
    "oauth": ("v1", "v3", "2026-03"),
    "contacts": ("v1",),
    "media": ("2026-03", "2026-09"),
    "custom": ("2026-03", "2026-09"),
    "provider": ("v1", "2026-03", "2026-09"),
    "objects": ("v3", "2026-03"),
    "names": ("2026-03",),
}
"""The versions in HubSpot's published specifications or clients, which the sandbox supports."""


def version(text: str) -> str:
    """A version in HubSpot's form. ValueError for anything else."""
    if NUMBERED.fullmatch(text) or DATED.fullmatch(text):
        return text
    raise ValueError("write a version such as v1 or 2026-03")


def template(text: str, use: Use) -> str:
    """A path for this part of the API. ValueError if it is not a path, or lacks a required name."""
    wanted = names_in(ROUTES[use].template)
    try:
        names = names_in(text)
    except ValueError:  # a single brace
        names = {""}
    if not _PATH.fullmatch(text) or not wanted - {"version"} <= names <= wanted:
        raise ValueError(f"write a path such as {ROUTES[use].template}")
    return text


def names_in(text: str) -> set[str]:
    """The names that a template replaces."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def unknown(versions: Mapping[Use, str]) -> Mapping[Use, Collection[str]]:
    """The parts with an unknown version, each with its known ones."""
    return {use: KNOWN[use] for use, chosen in versions.items() if chosen not in KNOWN[use]}
