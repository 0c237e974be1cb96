"""The medium a play was of: what the page said of it, filled up from the catalogue.

The catalogue is the operator's list of media. It may fill what a page left unsaid but never
overrule it, and an entry that contradicts an id the page gave is about another medium.
"""

import hashlib
import math
from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Protocol, Self

import msgspec

from app.domain.media_url import (
    MEDIA_TYPES,
    NAME_LIMIT,
    REMEMBERED,
    MediaType,
    media_address,
    media_identity,
    media_place,
    name_from,
    type_of,
    vendor_address,
)
from app.domain.text import clean, tidy
from app.domain.url import Url

# HubSpot publishes no limits: see `page`.
URL_LIMIT = 2048  # characters
ID_LIMIT = 255  # code points


class Medium(msgspec.Struct, frozen=True, omit_defaults=True):
    """One medium; fields are None where unknown. `duration`: seconds, finite and positive."""

    type: MediaType | None = None
    bridge_id: int | None = None
    external_id: str | None = None
    name: str | None = None
    url: str | None = None
    duration: float | None = None

    @property
    def ids(self) -> str:
        """The ids by which HubSpot knows it, in one text: mediaBridgeId, externalId, or both."""
        return f"{self.bridge_id or ''}/{self.external_id or ''}"


class CatalogueEntry(msgspec.Struct, frozen=True):
    """The operator's entry for one medium: found by `external_id` or `media_url`.

    `external_id` is normalised by `tidy`; `duration` in seconds. `least_percent`, `least_seconds`:
    plays below this are not sent; None: the site's setting applies.
    """

    external_id: str | None = None
    media_url: str | None = None
    bridge_id: int | None = None
    name: str | None = None
    type: MediaType | None = None
    duration: float | None = None
    least_percent: int | None = None
    least_seconds: int | None = None


class Wanted(msgspec.Struct, frozen=True):
    """What a page says about the medium to find. `name`: as a page or a person wrote it."""

    bridge_id: int | None = None
    external_id: str | None = None
    url: Url | None = None
    name: str | None = None
    type: MediaType | None = None


class Finder(Protocol):
    """A list of media, or several lists in order of precedence. It never changes."""

    def find(self, wanted: Wanted) -> CatalogueEntry | None:
        """The entry for the medium, or None."""
        ...

    @property
    def bounds_attention(self) -> bool:
        """Whether any entry sets a minimum attention."""
        ...

    def __hash__(self) -> int:
        """A digest of the list's content."""
        ...


class Catalogue(msgspec.Struct, frozen=True, eq=False):
    """The operator's media, found in constant time; made by `Catalogue.of`, never changed."""

    by_external_id: Mapping[str, CatalogueEntry] = MappingProxyType({})
    by_url: Mapping[str, CatalogueEntry] = MappingProxyType({})
    bounds_attention: bool = False

    @classmethod
    def of(cls, entries: Iterable[CatalogueEntry]) -> Self:
        """Index the entries; of two with the same key the first counts.

        Each address is also found without scheme and query (see `media_place`), unless several
        entries share the rest and it is therefore ambiguous.
        """
        by_external_id: dict[str, CatalogueEntry] = {}
        by_url: dict[str, CatalogueEntry] = {}
        by_place: dict[str, CatalogueEntry] = {}
        ambiguous: set[str] = set()
        bounds_attention = False
        for entry in entries:
            bounds_attention |= (entry.least_percent, entry.least_seconds) != (None, None)
            if entry.external_id:
                by_external_id.setdefault(entry.external_id, entry)
            if url := media_address(entry.media_url):
                by_url.setdefault(str(url), entry)
                if by_place.setdefault(media_place(url), entry) is not entry:
                    ambiguous.add(media_place(url))
        certain = {place: entry for place, entry in by_place.items() if place not in ambiguous}
        return cls(
            MappingProxyType(by_external_id),
            MappingProxyType(by_url | certain),
            bounds_attention,
        )

    def find(self, wanted: Wanted) -> CatalogueEntry | None:
        """Find the entry by external id, else by exact address, else by its place."""
        url = wanted.url
        candidates = (
            self.by_external_id.get(wanted.external_id) if wanted.external_id else None,
            self.by_url.get(str(url)) if url else None,
            self.by_url.get(media_place(url)) if url else None,
        )
        for entry in filter(None, candidates):
            if agree(entry.bridge_id, wanted.bridge_id) and agree(
                entry.external_id, wanted.external_id
            ):
                return entry
        return None


NOTHING_KNOWN = CatalogueEntry()


@lru_cache(REMEMBERED)
def describe_medium(
    *,
    media_type: str | None,
    media_bridge_id: int | None,
    external_id: str | None,
    media_name: str | None,
    media_url: str | None,
    duration: float | None,
    catalogue: Finder,
) -> Medium:
    """Describe the medium for HubSpot: from the page, then from the catalogue; never raises.

    Without any id the address is used as `external_id`. A medium without id and address keeps all
    three None: HubSpot could not distinguish it, and the caller decides what to do.
    """
    bridge_id = media_bridge_id or None  # HubSpot counts from 1: a 0 is a template without an id
    said_id = tidy(external_id or "") or None
    said_url = media_address(media_url)
    said_name, said_type = clean(media_name, NAME_LIMIT), media_type_of(media_type)
    wanted = Wanted(bridge_id, said_id, said_url, said_name, said_type)
    entry = catalogue.find(wanted) or NOTHING_KNOWN
    bridge_id = bridge_id or entry.bridge_id
    url = said_url or media_address(entry.media_url)
    known_id = (
        said_id or entry.external_id or (media_identity(url) if url and not bridge_id else None)
    )
    stable_id = _stable(known_id) if known_id else None
    return Medium(
        type=said_type or entry.type or type_of(url) or "OTHER",
        bridge_id=bridge_id,
        external_id=stable_id,
        name=said_name or clean(entry.name, NAME_LIMIT) or name_from(url) or stable_id,
        url=url.fit(URL_LIMIT) if url else None,
        duration=known_duration(duration) or known_duration(entry.duration),
    )


@lru_cache(REMEMBERED)
def is_identified(
    media_bridge_id: int | None, external_id: str | None, media_url: str | None
) -> bool:
    """Whether a ping identifies its medium in a way that HubSpot can distinguish."""
    return bool(media_bridge_id or tidy(external_id or "") or media_address(media_url))


def media_key(
    media_bridge_id: int | None, external_id: str | None, media_url: str | None
) -> str | None:
    """Tell which medium a ping is about: the first of what the page says, None if it says nothing.

    The key is the same for every ping of a play, at most 258 code points long, and means nothing
    outside the relay. An address goes in as a digest: it may hold credentials, and is kept with
    the play. All addresses of a vendor's film are one.
    """
    if media_bridge_id:
        return f"bridge:{media_bridge_id}"
    if said_id := tidy(external_id or ""):
        return f"id:{_stable(said_id)}"
    if vendor_url := vendor_address(media_url):
        return f"url:{_digest(vendor_url)}"
    if said_url := tidy((media_url or "").partition("#")[0]):
        return f"url:{_digest(said_url)}"
    return None


def known_duration(seconds: float | None) -> float | None:
    """The duration, if it is one: a live stream's is infinite, an unloaded player's is NaN or 0."""
    return seconds if seconds is not None and math.isfinite(seconds) and seconds > 0 else None


def agree(known: object, said: object) -> bool:
    """Whether one is missing, or both are equal."""
    return known is None or said is None or known == said


def media_type_of(said: str | None) -> MediaType | None:
    """HubSpot's media type for any spelling of it; None if it is none of HubSpot's."""
    return next((known for known in MEDIA_TYPES if said and known == said.strip().upper()), None)


def _stable(identifier: str) -> str:
    """The identifier, or a digest if it is too long: cut off, two media might become one."""
    return identifier if len(identifier) <= ID_LIMIT else _digest(identifier)


def _digest(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
