"""Signing in and out."""

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from app.console.cookie import set_session_cookie
from app.console.forms import read_form
from app.console.rendering import HEADERS
from app.console.view import ForViewers, TheConsole, TheForm


def routes() -> APIRouter:
    """`/console/sign-in`, `/console/sign-out`."""
    router = APIRouter()

    @router.get("/console/sign-in")
    async def ask(request: Request, console: TheConsole, back: str = "") -> Response:
        try:
            await console.access.person(request)
        except HTTPException as error:
            if error.status_code != 401:  # noqa: PLR2004 - HTTP
                raise
        else:
            return RedirectResponse(console.renderer.at(_page_of_ours(back)), 303, HEADERS)
        return console.renderer.page(request, "sign_in.html", back=_page_of_ours(back), fault="")

    @router.post("/console/sign-in")
    async def enter(request: Request, console: TheConsole) -> Response:
        console.access.expect_password()
        form = await read_form(request)
        back = _page_of_ours(form.get("back"))
        try:
            cookie = await console.access.sign_in(request, form.get("password"))
        except HTTPException as error:
            answer = console.renderer.page(
                request, "sign_in.html", status=error.status_code, back=back, fault=error.detail
            )
            answer.headers.update(error.headers or {})
            return answer
        answer = RedirectResponse(console.renderer.at(back), 303, HEADERS)
        set_session_cookie(answer, request, cookie)
        return answer

    @router.post("/console/sign-out")
    async def leave(view: ForViewers, form: TheForm) -> Response:
        everywhere = form.get("everywhere") == "yes"
        await view.console.access.sign_out(view.request, view.person, everywhere=everywhere)
        answer = RedirectResponse(view.console.renderer.at("/console/sign-in"), 303, HEADERS)
        set_session_cookie(answer, view.request, "")
        return answer

    return router


def _page_of_ours(back: str) -> str:
    """A page of the console to go on to; never another site's."""
    own = back == "/console" or (back.startswith("/console/") and "\\" not in back)
    return back if own and back.isascii() and back.isprintable() else "/console"
