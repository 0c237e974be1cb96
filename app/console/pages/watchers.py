"""`/console/people`: the contacts who watched, by how far they got; and one contact's media.

Contacts are listed by their HubSpot numbers, or by name if the operator turns names on. The file
and the API contain only numbers.
"""

from collections.abc import AsyncIterator, Sequence

from fastapi import APIRouter, Response

from app.console import cursor
from app.console.csv_file import csv_stream
from app.console.names import names_of
from app.console.parameters import MEDIA_CHOSEN, After, Id, MediumIds, Over
from app.console.records import record_address
from app.console.view import ForViewers, View
from app.explain.words import named, page_of
from app.formatting import moment
from app.store.reports import Match, MediumFigures, Point, Watcher

ROWS = 50
ROWS_AT_A_TIME = 500
MEDIA_OFFERED = 50
MEDIA_OF_CONTACT = 200

HEAD = ("Record ID", "Percent watched", "Medium", "Plays", "Watched at", "Page")
"""The first is HubSpot's name for a contact's number, so that HubSpot can import the file."""


def routes() -> APIRouter:
    """The list, as a page and as CSV; and one contact."""
    router = APIRouter()

    @router.get("/console/people")
    async def listed(
        view: ForViewers,
        medium: MediumIds = (),
        over: Over = 0,
        match: Match = "any",
        after: After = None,
    ) -> Response:
        store = view.account.store
        page = await store.watchers.of_media(medium, over, match, ROWS, cursor.read(after))
        return view.page(
            "watchers.html",
            watchers=page.watchers,
            more=cursor.write(page.after),
            first=after is None,
            chosen=list(medium),
            offered=await _offered(view, medium),
            over=over,
            match=match,
            record=await record_address(view.account),
            names=await names_of(view, [each.contact_id for each in page.watchers]),
            hint=view.person.role == "operator" and not view.account.settings.console_names,
            most=MEDIA_CHOSEN,
        )

    @router.get("/console/people.csv")
    async def as_csv(
        view: ForViewers, medium: MediumIds = (), over: Over = 0, match: Match = "any"
    ) -> Response:
        name = f"playrelay-people-over-{over}-percent.csv"
        return csv_stream(name, HEAD, _rows(view, medium, over, match))

    @router.get("/console/people/{contact}")
    async def one(view: ForViewers, contact: Id) -> Response:
        found = await view.account.store.watchers.of_contact(contact, MEDIA_OF_CONTACT)
        return view.page(
            "watched.html",
            contact=contact,
            watched=found,
            most=MEDIA_OF_CONTACT,
            record=await record_address(view.account),
            names=await names_of(view, [contact] if found else []),
        )

    return router


async def _offered(view: View, chosen: Sequence[int]) -> list[MediumFigures]:
    """The media to choose from: those played last, and the chosen ones."""
    figures = view.account.store.figures
    latest = await figures.media("latest", None, MEDIA_OFFERED)
    missing = set(chosen) - {each.id for each in latest}
    return [*await figures.of_ids(sorted(missing)), *latest]


async def _rows(
    view: View, media: Sequence[int], over: int, match: Match
) -> AsyncIterator[list[list[object]]]:
    """All rows of the file, some at a time."""
    after: Point | None = None
    while True:
        page = await view.account.store.watchers.of_media(media, over, match, ROWS_AT_A_TIME, after)
        yield [_row(each) for each in page.watchers]
        after = page.after
        if after is None:
            return


def _row(watcher: Watcher) -> list[object]:
    play = watcher.furthest
    return [
        watcher.contact_id,
        f"{watcher.percent:g}",
        named(play.medium),
        watcher.plays,
        moment(play.furthest[2] or play.started_at),
        page_of(play),
    ]
