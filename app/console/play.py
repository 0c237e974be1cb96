"""`/console/play`: why is it (not) on the contact? The walk of a play, in plain words."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request, Response

from app.console.access import Person
from app.console.changes import Change
from app.console.pages import TheConsole, ThePerson
from app.web.dependencies import TheAccount, TheRelay
from app.why.find import pause_of, walks_of
from app.why.story import tell

SHOWN = 20
WHO_LIMIT = 256


def routes() -> APIRouter:
    """The question and its answer. A usertoken is personal: it is asked for in a form's body."""
    router = APIRouter()

    async def answer(
        request: Request,
        console: TheConsole,
        person: Person,
        relay: TheRelay,
        account: TheAccount,
        who: str,
    ) -> Response:
        pause = await pause_of(account.store, relay.clock())
        walks = await walks_of(account.store, who, SHOWN) if who else []
        told = [(walk, tell(walk, pause, account.name)) for walk in walks]
        return console.pages.page(request, "play.html", person, who=who, told=told)

    @router.get("/console/play")
    async def of_session(
        request: Request,
        console: TheConsole,
        person: ThePerson,
        relay: TheRelay,
        account: TheAccount,
        session: Annotated[str, Query(max_length=WHO_LIMIT)] = "",
    ) -> Response:
        return await answer(request, console, person, relay, account, session)

    @router.post("/console/play")
    async def of_anybody(
        request: Request,
        console: TheConsole,
        change: Change,
        relay: TheRelay,
        account: TheAccount,
    ) -> Response:
        person, form = change
        who = form.get("who").strip()
        if len(who) > WHO_LIMIT:
            raise HTTPException(422, f"at most {WHO_LIMIT} characters: a session, usertoken or id")
        return await answer(request, console, person, relay, account, who)

    return router
