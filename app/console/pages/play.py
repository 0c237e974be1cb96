"""`/console/play`: why is a play (not) on the contact? Its history, in plain words."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Response

from app.console.records import record_address
from app.console.view import ForViewers, TheForm, View
from app.explain.explanation import explain
from app.explain.find import pauses_of, plays_of

SHOWN = 20
WHO_LIMIT = 256


def routes() -> APIRouter:
    """The question and its answer. A usertoken is personal data: it is sent in a form's body."""
    router = APIRouter()

    @router.get("/console/play")
    async def of_session(
        view: ForViewers, session: Annotated[str, Query(max_length=WHO_LIMIT)] = ""
    ) -> Response:
        return await _answer(view, session)

    @router.post("/console/play")
    async def of_anybody(view: ForViewers, form: TheForm) -> Response:
        who = form.get("who").strip()
        if len(who) > WHO_LIMIT:
            raise HTTPException(422, f"at most {WHO_LIMIT} characters: a session, usertoken or id")
        return await _answer(view, who)

    return router


async def _answer(view: View, who: str) -> Response:
    store = view.account.store
    pauses = await pauses_of(store, view.now)
    histories = await plays_of(store, who, SHOWN) if who else []
    plays = [(each, explain(each, pauses, view.account.name)) for each in histories]
    return view.page("play.html", who=who, plays=plays, record=await record_address(view.account))
