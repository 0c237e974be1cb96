"""When the parts of HubSpot's API that the relay uses end: one table with its sources. Pure.

docs/HUBSPOT.md, `playrelay doctor`, the metric and the console's page Connect are generated from
it. For most parts HubSpot only says "unsupported", without a date on which they stop answering.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Literal

import msgspec

from app.domain.timestamps import DAY_MS

Use = Literal["events", "oauth", "contacts", "media", "custom", "provider", "objects", "names"]

WARN_MS = 180 * DAY_MS
"""How long before an end the relay warns."""

SUPPORT_MONTHS = 18
"""How long a dated version is supported, from its month on."""

VERSIONING = "https://developers.hubspot.com/docs/developer-tooling/platform/versioning"
OAUTH_V1 = "https://developers.hubspot.com/changelog/v1-oauth-api-deprecation"
V4 = "https://developers.hubspot.com/changelog/deprecating-support-for-hubspot-v4-apis"

DATED = re.compile(r"20[0-9]{2}-(?:0[1-9]|1[0-2])")
NUMBERED = re.compile(r"v[1-9][0-9]?")

LABELS: Mapping[Use, str] = {
    "events": "sending events",
    "oauth": "OAuth tokens",
    "contacts": "look-up of usertokens",
    "media": "media objects",
    "custom": "custom events",
    "provider": "the provider's settings",
    "objects": "media as CRM objects",
    "names": "names of contacts",
}

_ADVICE: Mapping[Use, str] = {
    "events": "set PLAYRELAY_HUBSPOT_API_VERSION to a later version",
    "oauth": "set PLAYRELAY_HUBSPOT_OAUTH_VERSION to a later version",
    "contacts": "no successor is published: be ready to set PLAYRELAY_IDENTITY=passthrough",
    "media": "set PLAYRELAY_HUBSPOT_MEDIA_VERSION to a later version",
    "custom": "set PLAYRELAY_HUBSPOT_CUSTOM_EVENTS_VERSION to a later version",
    "provider": "set PLAYRELAY_HUBSPOT_PROVIDER_VERSION to a later version",
    "objects": "set PLAYRELAY_HUBSPOT_OBJECTS_VERSION to a later version",
    "names": "set PLAYRELAY_HUBSPOT_NAMES_VERSION to a later version",
}


class Ending(msgspec.Struct, frozen=True):
    """A version of a part of the API. `ends`: a month (`2027-09`) or a day, as HubSpot says."""

    use: Use | Literal["any"]
    version: str
    ends: str
    means: str
    source: str


# HubSpot's notices. "any": for a use without its own line. Dated versions follow the rule.
ENDINGS: tuple[Ending, ...] = (
    Ending("oauth", "v1", "2027-02-16", "deprecated, then no longer accessible", OAUTH_V1),
    Ending("any", "v4", "2027-03-30", "unsupported", V4),
    Ending("any", "v3", "2027-09", "unsupported", VERSIONING),
    Ending("any", "v2", "2027-09", "unsupported", VERSIONING),
    Ending(
        "contacts",
        "v1",
        "2027-09",
        "announced to go on, without a successor: it may end with the other v1 APIs",
        VERSIONING,
    ),
    Ending("any", "v1", "2027-09", "unsupported", VERSIONING),
)


class InUse(msgspec.Struct, frozen=True):
    """An endpoint that is in use. `ends_at`: ms since the epoch; None: not known.

    `gone`: it no longer answers.
    """

    use: Use
    version: str
    ends: str
    ends_at: int | None
    means: str
    source: str
    gone: bool = False

    def is_near(self, now: int) -> bool:
        """Whether it is time to act."""
        return self.gone or (self.ends_at is not None and self.ends_at - now < WARN_MS)

    def __str__(self) -> str:
        says = f"{LABELS[self.use]} ({self.version})"
        if self.gone:
            return f"{says} is gone"
        if not self.ends:
            return f"{says}: no end is known"
        return f"{says}: {self.ends}"

    @property
    def advice(self) -> str:
        """What an operator should do about it."""
        if self.gone and self.use == "contacts":
            return (
                "nothing is lost yet: plays wait for PLAYRELAY_PARK_DAYS. Set PLAYRELAY_IDENTITY="
                "passthrough and restart, and HubSpot converts the usertokens itself"
            )
        return _ADVICE[self.use]


class Signs(msgspec.Struct):
    """What HubSpot's answers have said about its endpoints since this process started.

    `sunsets`: the time that a Sunset header (RFC 8594) named, in ms. `gone`: endpoints that no
    longer answer.
    """

    sunsets: dict[str, int] = msgspec.field(default_factory=dict)
    gone: set[str] = msgspec.field(default_factory=set)

    def keep_sunset(self, endpoint: str, at: int) -> None:
        """Record that an answer named the end of its endpoint."""
        self.sunsets[endpoint] = at

    def keep_gone(self, endpoint: str, *, gone: bool) -> None:
        """Record that an endpoint is gone, or that it answered."""
        (self.gone.add if gone else self.gone.discard)(endpoint)


_ENDPOINTS: Mapping[Use, tuple[str, ...]] = {
    "events": ("media-played", "media-played-percent", "attention-span"),
    "oauth": ("token", "introspect", "revoke"),
    "contacts": ("contacts",),
    "media": ("media",),
    "custom": ("custom-event", "event-definitions"),
    "provider": ("provider",),
    "objects": ("objects",),
    "names": ("names",),
}
"""The names under which the client's calls go, see `exchange.Call`."""


def in_use(versions: Mapping[Use, str], signs: Signs | None = None) -> list[InUse]:
    """Each endpoint in use with its end, the earliest end first."""
    known = signs or Signs()
    found = [_one(use, version, known) for use, version in versions.items()]
    return sorted(found, key=lambda each: (not each.gone, each.ends_at or 2**62, each.use))


def ending_of(use: Use, version: str) -> Ending | None:
    """What is published about a version; None: nothing."""
    for line in ENDINGS:
        if line.use in (use, "any") and line.version == version:
            return line
    if not DATED.fullmatch(version):
        return None
    year, month = (int(part) for part in version.split("-"))
    months = year * 12 + month - 1 + SUPPORT_MONTHS
    ends = f"{months // 12}-{months % 12 + 1:02}"
    return Ending(use, version, ends, "unsupported 18 months after its release", VERSIONING)


def time_of(ends: str) -> int:
    """The first moment of that day or month, ms since the epoch."""
    day = ends if ends.count("-") == 2 else f"{ends}-01"  # noqa: PLR2004 - year, month, day
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp() * 1000)


def near(endings: Iterable[InUse], now: int) -> list[InUse]:
    """The endpoints that need action."""
    return [each for each in endings if each.is_near(now)]


def _one(use: Use, version: str, signs: Signs) -> InUse:
    names = _ENDPOINTS[use]
    gone = not signs.gone.isdisjoint(names)
    said = [signs.sunsets[name] for name in names if name in signs.sunsets]
    if said:
        at = min(said)
        day = datetime.fromtimestamp(at / 1000, UTC).date().isoformat()
        means = "HubSpot's answers name this day (Sunset)"
        return InUse(use, version, day, at, means, "", gone=gone)
    line = ending_of(use, version)
    if line is None:
        return InUse(use, version, "", None, "nothing is published", VERSIONING, gone=gone)
    return InUse(use, version, line.ends, time_of(line.ends), line.means, line.source, gone=gone)
