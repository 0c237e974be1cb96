"""HubSpot's media objects, as last listed, and how a page's medium is matched to one of them.

The operator's own catalogue takes precedence; these objects fill the gaps. A page's medium is
matched only if the match is unambiguous: of several objects with the same key none counts.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Literal, Self

import msgspec

from app.domain.media import NOTHING_KNOWN, CatalogueEntry, Finder, Medium, Wanted, agree
from app.domain.media_url import MediaType, media_address, media_place
from app.domain.text import tidy

By = Literal["id", "externalId", "url", "name"]
"""What a medium was found by, the most reliable first."""


class KnownMedium(msgspec.Struct, frozen=True, omit_defaults=True):
    """One media object of HubSpot's. `urls`: of its file, its page and its oEmbed answer."""

    bridge_id: int
    type: MediaType
    title: str
    external_id: str | None = None
    urls: tuple[str, ...] = ()

    @property
    def meant_by(self) -> tuple[str, ...]:
        """Every value of `Medium.ids` that identifies this object."""
        by_id = Medium(bridge_id=self.bridge_id)
        if self.external_id is None:
            return (by_id.ids,)
        by_both = Medium(bridge_id=self.bridge_id, external_id=self.external_id)
        return by_id.ids, by_both.ids, Medium(external_id=self.external_id).ids

    def entry(self) -> CatalogueEntry:
        """As the catalogue has it; without a duration, for HubSpot's spec names no unit of it."""
        return CatalogueEntry(
            external_id=self.external_id,
            media_url=self.urls[0] if self.urls else None,
            bridge_id=self.bridge_id,
            name=self.title,
            type=self.type,
        )


class Match(msgspec.Struct, frozen=True):
    """The object, and the key that it was found by."""

    medium: KnownMedium
    by: By


class KnownMedia(msgspec.Struct, frozen=True, eq=False):
    """HubSpot's objects, found in constant time; created by `of`, never changed."""

    by_id: Mapping[int, KnownMedium] = MappingProxyType({})
    by_external_id: Mapping[str, KnownMedium] = MappingProxyType({})
    by_url: Mapping[str, KnownMedium] = MappingProxyType({})
    by_name: Mapping[str, KnownMedium] = MappingProxyType({})
    first: Mapping[str, KnownMedium] = MappingProxyType({})

    @classmethod
    def of(cls, media: Iterable[KnownMedium]) -> Self:
        """Index the objects; keys that several share are left out, except in `first`."""
        objects = list(media)
        first: dict[str, KnownMedium] = {}
        for each in objects:
            for key in (tidy(each.external_id or ""), tidy(each.title)):
                first.setdefault(key, each)
        return cls(
            MappingProxyType({each.bridge_id: each for each in objects}),
            _unique(objects, lambda each: [tidy(each.external_id or "")]),
            MappingProxyType({**_unique(objects, _places), **_unique(objects, _addresses)}),
            _unique(objects, lambda each: [tidy(each.title)]),
            MappingProxyType({key: each for key, each in first.items() if key}),
        )

    def resembling(self, medium: Medium) -> KnownMedium | None:
        """An object with the same externalId or name, which may or may not be the medium."""
        return self.first.get(medium.external_id or "") or self.first.get(medium.name or "")

    def find(self, wanted: Wanted) -> Match | None:
        """Find by id, else by externalId, address or exact name. A name is the weakest match.

        A name counts only for the same type. Like an address, it counts only if no externalId
        contradicts it.
        """
        if wanted.bridge_id is not None:
            known = self.by_id.get(wanted.bridge_id)
            return Match(known, "id") if known else None
        if wanted.external_id and (known := self.by_external_id.get(wanted.external_id)):
            return Match(known, "externalId")
        url = wanted.url
        if url is not None:
            known = self.by_url.get(str(url)) or self.by_url.get(media_place(url))
            if known and agree(known.external_id, wanted.external_id):
                return Match(known, "url")
        known = self.by_name.get(tidy(wanted.name or ""))
        if (
            known
            and agree(known.external_id, wanted.external_id)
            and agree(known.type, wanted.type)
        ):
            return Match(known, "name")
        return None


class LayeredCatalogue(msgspec.Struct, frozen=True, eq=False):
    """The operator's catalogue over HubSpot's media: if both have an entry, the former wins."""

    own: Finder
    known: KnownMedia

    @property
    def bounds_attention(self) -> bool:
        """Whether the operator's entries set a minimum attention; HubSpot's objects can't."""
        return self.own.bounds_attention

    def find(self, wanted: Wanted) -> CatalogueEntry | None:
        """The operator's entry, with gaps filled from HubSpot's object; or either alone."""
        own = self.own.find(wanted) or NOTHING_KNOWN
        found = self.known.find(
            Wanted(
                bridge_id=wanted.bridge_id or own.bridge_id,
                external_id=wanted.external_id or own.external_id,
                url=wanted.url or media_address(own.media_url),
                name=wanted.name or own.name,
                type=wanted.type or own.type,
            )
        )
        if found is None:
            return own
        other = found.medium.entry()
        return CatalogueEntry(
            external_id=own.external_id or other.external_id,
            media_url=own.media_url or other.media_url,
            bridge_id=own.bridge_id or other.bridge_id,
            name=own.name or other.name,
            type=own.type or other.type,
            duration=own.duration,
            least_percent=own.least_percent,
            least_seconds=own.least_seconds,
        )


def _unique(
    media: Sequence[KnownMedium], keys: Callable[[KnownMedium], Iterable[str]]
) -> Mapping[str, KnownMedium]:
    found: dict[str, KnownMedium] = {}
    shared: set[str] = set()
    for each in media:
        for key in filter(None, set(keys(each))):
            if found.setdefault(key, each) is not each:
                shared.add(key)
    return {key: each for key, each in found.items() if key not in shared}


def _addresses(medium: KnownMedium) -> Iterable[str]:
    return [str(url) for url in map(media_address, medium.urls) if url]


def _places(medium: KnownMedium) -> Iterable[str]:
    return [media_place(url) for url in map(media_address, medium.urls) if url]
