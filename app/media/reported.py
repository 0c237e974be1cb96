"""The media that pages have reported, each with the matching media object of HubSpot."""

from collections.abc import AsyncIterator

import msgspec
from msgspec.structs import replace

from app.domain.known import KnownMedia, KnownMedium, Match
from app.domain.media import Medium, Wanted
from app.domain.media_url import media_address, media_identity, name_from
from app.store.admin import FigureReports, Rejections
from app.store.event_reports import MediumRefusal

PORTION = 500


class ReportedMedium(msgspec.Struct, frozen=True):
    """A medium with its plays. `like`: an object that resembles it and may be another one.

    `refusal`: HubSpot's message, where it refused the last event of the medium.
    """

    medium: Medium
    plays: int
    match: Match | None
    like: KnownMedium | None = None
    refusal: MediumRefusal | None = None

    @property
    def registrable(self) -> bool:
        """Whether it can be created at HubSpot: unknown there, and identifiable."""
        medium = self.medium
        known = self.match or self.like or medium.bridge_id
        return not known and bool(medium.external_id and medium.name)


async def reported(
    figures: FigureReports, rejections: Rejections, known: KnownMedia
) -> AsyncIterator[ReportedMedium]:
    """Each medium that was played, those with most plays first."""
    after: tuple[int, int] | None = None
    while portion := await figures.media("most", None, PORTION, after):
        refusals = await rejections.of_media([each.medium for each in portion])
        for each in portion:
            found = match_reported(each.medium, each.plays, known)
            yield replace(found, refusal=refusals.get(each.medium.ids))
        after = (portion[-1].plays, portion[-1].id)


def match_reported(medium: Medium, plays: int, known: KnownMedia) -> ReportedMedium:
    """Match the medium as if a page reported it again, now that HubSpot's objects are known."""
    url = media_address(medium.url)
    given_id = medium.external_id
    if url is not None and given_id == media_identity(url):
        given_id = None  # the page gave no id, and this was used in its place
    guessed = medium.name == name_from(url)
    given_name = None if guessed else medium.name
    given_type = None if medium.type == "OTHER" else medium.type  # what a page that says none gets
    match = known.find(Wanted(medium.bridge_id, given_id, url, given_name, given_type))
    return ReportedMedium(medium, plays, match, None if match else known.resembling(medium))
