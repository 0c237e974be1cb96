"""`/api/v1`: the console's figures for programs, as JSON and CSV, read with a bearer token."""

from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, Any, get_origin

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response

from app.config.spelling import nearest
from app.config.values import secrets_of
from app.console import cursor
from app.console.access import is_same
from app.console.api_items import Kind, answer, figure_fields, listed_fields, medium_fields
from app.console.dates import Chosen
from app.console.filters import iso
from app.console.media_list import Order, Search, by_order, portion
from app.console.medium_report import Wanted, shown_report
from app.console.parameters import (
    MEDIA_CHOSEN,
    After,
    Id,
    MediumId,
    Over,
    expect_text,
    problems,
)
from app.explain.words import named, page_of
from app.store.reports import Match, MediumFigures
from app.web.dependencies import TheAccount, TheRelay

MOST = 500
MEDIA_OF_CONTACT = 1_000
_SHOWN = 64

Limit = Annotated[int, Query(ge=1, le=MOST)]
Format = Annotated[Kind, Query(alias="format")]
Several = Annotated[Sequence[MediumId], Query(min_length=1, max_length=MEDIA_CHOSEN)]


def _admit(request: Request, relay: TheRelay) -> None:
    """Pass, or raise 401 (no token, or a wrong one), 404 (no token is set: the API is off), 422."""
    tokens = secrets_of(relay.settings.api_token)
    if not tokens:
        raise HTTPException(404, "the read API is off: set PLAYRELAY_API_TOKEN")
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    right = [is_same(given.strip(), token.get_secret_value()) for token in tokens]
    if scheme.lower() != "bearer" or not any(right):
        challenge = {"www-authenticate": 'Bearer realm="playrelay"'}
        raise HTTPException(401, "send Authorization: Bearer with PLAYRELAY_API_TOKEN", challenge)
    expect_text(request.query_params.multi_items())
    _expect_known(request)


def _expect_known(request: Request) -> None:
    """Raise 422 for a parameter that would be ignored: the figures would be misleading."""
    tree = request.scope["route"].dependant  # codespell:ignore dependant - it is FastAPI's word
    known = dict(_parameters(tree))
    given = request.query_params
    if given.get("days") and given.get("from"):
        raise HTTPException(422, "days: leave it out, for from says when the period begins")
    for name in given:
        if name not in known:
            meant = nearest(name, known)
            advice = f"did you mean {meant}?" if meant else f"use one of {', '.join(sorted(known))}"
            raise HTTPException(422, f"{name[:_SHOWN]}: is not a parameter here: {advice}")
        if len(given.getlist(name)) > 1 and not known[name]:
            raise HTTPException(422, f"{name}: is given more than once: give it once")


def _parameters(tree: Any) -> Iterator[tuple[str, bool]]:
    """A route's parameters, its dependencies' too: the name, and whether it may be repeated."""
    for each in tree.query_params:
        yield each.alias, get_origin(each.field_info.annotation) is Sequence
    for inner in tree.dependencies:
        yield from _parameters(inner)


_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "`items`, and `next` where there are more; or the items as CSV",
        "content": {"application/json": {"schema": {"type": "object"}}, "text/csv": {}},
    },
    **problems(
        {
            401: "The token is missing or wrong",
            404: "The API is off, or there is no such medium or account",
            422: "A parameter is wrong: `detail` names it",
            503: "The store is away",
        }
    ),
}


def routes() -> APIRouter:
    """Everything below `/api/v1`; it only reads."""
    router = APIRouter(
        prefix="/api/v1", tags=["figures"], dependencies=[Depends(_admit)], responses=_ANSWERS
    )
    get = _getter(router)

    @get("/media")
    async def media(
        account: TheAccount,
        chosen: Chosen,
        order: Order = "latest",
        search: Search = "",
        limit: Limit = 50,
        after: After = None,
        kind: Format = "json",
    ) -> Response:
        """The media, with the figures of a period.

        With the order `latest` or `most` all that were ever played, otherwise those of the period.
        """
        figures = account.store.figures
        if (order == "latest" or order == "most") and not search:  # noqa: PLR1714 - for mypy
            found = await figures.media(order, chosen.period, limit + 1, cursor.read(after))
            rows: Sequence[MediumFigures] = found[:limit]
            point = None
            if len(found) > limit:
                last = rows[-1]
                point = last.last_day if order == "latest" else last.plays, last.id
        else:
            played = by_order(await figures.played(chosen.period, search), order)
            rows, point = portion(played, limit, cursor.read(after))
        return answer("media", kind, [listed_fields(each) for each in rows], point)

    @get("/media/{medium}")
    async def summary(
        account: TheAccount, medium: Id, chosen: Chosen, wanted: Wanted, kind: Format = "json"
    ) -> Response:
        """One medium, with the figures of a period and its different viewers.

        `viewers` is null if not all plays of the period are kept any more. Plays beyond the
        distinguished pages and campaigns of their day match no filter.
        """
        shown = await shown_report(account.store, medium, chosen, wanted, 0)
        report, viewers = shown.report, shown.viewers
        fields = {
            **medium_fields(report.id, report.medium),
            **figure_fields(report.figures, report.medium.duration),
            "viewers": None if viewers is None else viewers.viewers,
        }
        return answer("medium", kind, [fields])

    @get("/media/{medium}/days")
    async def by_day(
        account: TheAccount, medium: Id, chosen: Chosen, wanted: Wanted, kind: Format = "json"
    ) -> Response:
        """A medium's figures, day by day; days without a play are left out."""
        report = (await shown_report(account.store, medium, chosen, wanted, 0)).report
        length = report.medium.duration
        rows = [{"day": f"{day}", **figure_fields(each, length)} for day, each in report.days]
        return answer("days", kind, rows)

    @get("/media/{medium}/retention")
    async def retention(
        account: TheAccount, medium: Id, chosen: Chosen, wanted: Wanted, kind: Format = "json"
    ) -> Response:
        """For each percent: how many plays saw it, of those that report it; how often again."""
        figures = (await shown_report(account.store, medium, chosen, wanted, 0)).report.figures
        rows = [
            {"percent": part, "plays": seen, "of": figures.mapped, "again": again}
            for part, (seen, again) in enumerate(zip(figures.seen, figures.again, strict=True), 1)
        ]
        return answer("retention", kind, rows)

    @get("/media/{medium}/people")
    async def watchers_of_medium(
        account: TheAccount,
        medium: Id,
        over: Over = 0,
        limit: Limit = 50,
        after: After = None,
        kind: Format = "json",
    ) -> Response:
        """The contacts who watched a medium, the furthest first."""
        return await _watchers(account, [medium], over, "any", limit, after, kind)

    @get("/people")
    async def watchers_of_media(
        account: TheAccount,
        medium: Several,
        over: Over = 0,
        match: Match = "any",
        limit: Limit = 50,
        after: After = None,
        kind: Format = "json",
    ) -> Response:
        """The contacts who watched any, or all, of some media, the furthest first."""
        return await _watchers(account, medium, over, match, limit, after, kind)

    @get("/people/{contact}")
    async def one(
        account: TheAccount,
        contact: Id,
        kind: Format = "json",
    ) -> Response:
        """What a contact has watched, the latest first."""
        found = await account.store.watchers.of_contact(contact, MEDIA_OF_CONTACT)
        rows = [
            {
                **medium_fields(each.medium.id, each.medium.medium),
                "percent": each.percent,
                "plays": each.plays,
                "lastAt": iso(each.last_at),
                "page": page_of(each.furthest),
            }
            for each in found
        ]
        return answer("contact", kind, rows)

    return router


def _getter(router: APIRouter) -> Callable[[str], Callable[[Any], Any]]:
    """Registers a route whose answer is a `Response`."""
    return lambda path: router.get(path, response_class=Response)


async def _watchers(
    account: TheAccount,
    media: Sequence[int],
    over: int,
    match: Match,
    limit: int,
    after: str | None,
    kind: Format,
) -> Response:
    page = await account.store.watchers.of_media(media, over, match, limit, cursor.read(after))
    rows = [
        {
            "recordId": each.contact_id,
            "percent": each.percent,
            "plays": each.plays,
            "watchedAt": iso(each.furthest.furthest[2] or each.furthest.started_at),
            "medium": named(each.furthest.medium),
            "page": page_of(each.furthest),
        }
        for each in page.watchers
    ]
    return answer("people", kind, rows, page.after)
