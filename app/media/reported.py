"""What pages have reported, each medium beside the object of HubSpot's that it is."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

from app.domain.known import KnownMedia, KnownMedium, Match
from app.domain.media import Medium, Wanted
from app.domain.media_url import media_address, media_identity, name_from
from app.store.insights import Insights, Refusal

PORTION = 500
_NEVER = 2**31


@dataclass(frozen=True, slots=True)
class Reported:
    """A medium with its plays; `like`: an object like it, which may be another one.

    `refusal`: what HubSpot said where it refused the last event of the medium.
    """

    medium: Medium
    plays: int
    match: Match | None
    like: KnownMedium | None = None
    refusal: Refusal | None = None

    @property
    def registrable(self) -> bool:
        """Whether HubSpot can be told of it: it is not there, and it can be told from others."""
        medium = self.medium
        known = self.match or self.like or medium.bridge_id
        return not known and bool(medium.external_id and medium.name)


async def reported(store: Insights, known: KnownMedia) -> AsyncIterator[Reported]:
    """Each medium that was played, the one played most first."""
    after: tuple[int, int] | None = None
    while portion := await store.media("most", _NEVER, PORTION, after):
        refusals = await store.refusals([each.medium for each in portion])
        for each in portion:
            found = beside(each.medium, each.plays, known)
            yield replace(found, refusal=refusals.get(each.medium.ids))
        after = (portion[-1].plays, portion[-1].id)


def beside(medium: Medium, plays: int, known: KnownMedia) -> Reported:
    """The medium as a page would have it described again, now that HubSpot's objects are known."""
    url = media_address(medium.url)
    said_id = medium.external_id
    if url is not None and said_id == media_identity(url):
        said_id = None  # it stood in for an id that the page did not say
    guessed = medium.name == name_from(url)
    said_name = None if guessed else medium.name
    said_type = None if medium.type == "OTHER" else medium.type  # what a page that says none gets
    match = known.find(Wanted(medium.bridge_id, said_id, url, said_name, said_type))
    return Reported(medium, plays, match, None if match else known.resembling(medium))
