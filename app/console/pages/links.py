"""`/console/shared` for operators: lists, creates and ends the links to one medium."""

import re

from fastapi import APIRouter, HTTPException, Response

from app.console.dates import Chosen
from app.console.forms import Form
from app.console.medium_report import NO_SUCH, Wanted
from app.console.parameters import Id
from app.console.sharing import LIVES, PATH, make_link, query_of, short, shows
from app.console.view import ForOperators, TheForm, View
from app.explain.words import named
from app.store.console_records import LinkRecord

NAME_LIMIT = 100

_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)


def routes() -> APIRouter:
    """The list, and the two forms."""
    router = APIRouter()

    @router.get(PATH)
    async def listed(view: ForOperators) -> Response:
        links = await view.account.store.shared_links.listed(view.now)
        names = await _names(view, links)
        rows = [
            (each, names.get(each.medium, f"medium {each.medium}"), *shows(view.relay, each.query))
            for each in links
        ]
        return view.page("links.html", links=rows)

    @router.post(PATH)
    async def end(view: ForOperators, form: TheForm) -> Response:
        ended, subject = await _end(view, form)
        if ended:
            who, now = view.person.name, view.now
            await view.account.store.admin.note(who, "end shared link", subject, now, ended)
        return view.redirect(PATH)

    @router.post("/console/media/{medium}/share")
    async def make(
        view: ForOperators, form: TheForm, medium: Id, chosen: Chosen, wanted: Wanted
    ) -> Response:
        days = next((each for each in LIVES if form.get("lives") == f"{each}"), None)
        if days is None:
            raise HTTPException(422, f"lives: choose one of {', '.join(map(str, LIVES))} days")
        found = await view.account.store.figures.of_ids([medium])
        if not found:
            raise HTTPException(404, NO_SUCH)
        query = query_of(chosen, wanted, still=form.get("still") == "yes")
        who, now = view.person.name, view.now
        kept, token = await make_link(view.account, medium, query, days, who, now)
        subject = await _subject(view, kept)
        await view.account.store.admin.note(who, "share medium", subject, now, 1)
        dates, filtered = shows(view.relay, query)
        return view.page(
            "link_made.html",
            medium=found[0],
            address=view.public_link(f"{PATH}/{token}"),
            ends_at=kept.ends_at,
            dates=dates,
            filtered=filtered,
        )

    return router


async def _end(view: View, form: Form) -> tuple[int, str]:
    """End the links that the form names; returns how many, and which, for the audit log."""
    links, now = view.account.store.shared_links, view.now
    if form.get("all") == "yes":
        return await links.end_all(now), "all"
    link_id = form.get("id")
    kept = await links.find(link_id) if _ID.fullmatch(link_id) else None
    if kept is None:
        raise HTTPException(422, "id: choose a link of the list")
    return int(await links.end(link_id, now)), await _subject(view, kept)


async def _names(view: View, links: list[LinkRecord]) -> dict[int, str]:
    found = await view.account.store.figures.of_ids(sorted({each.medium for each in links}))
    return {each.id: named(each.medium) for each in found}


async def _subject(view: View, link: LinkRecord) -> str:
    """The link, as the audit log names it."""
    names = await _names(view, [link])
    name = names.get(link.medium, f"medium {link.medium}")[:NAME_LIMIT]
    return f"{short(link.id)}: {name} ({link.query[:NAME_LIMIT]})"
