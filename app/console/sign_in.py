"""Signing in and out."""

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from app.console.changes import Change, read_form
from app.console.pages import HEADERS, TheConsole, give_cookie


def routes() -> APIRouter:
    """`/console/sign-in`, `/console/sign-out`."""
    router = APIRouter()

    @router.get("/console/sign-in")
    async def ask(request: Request, console: TheConsole, back: str = "") -> Response:
        try:
            console.access.person(request)
        except HTTPException as error:
            if error.status_code != 401:  # noqa: PLR2004 - HTTP
                raise
        else:
            return RedirectResponse(_own(back), 303, HEADERS)
        return console.pages.page(request, "sign_in.html", back=_own(back), fault="")

    @router.post("/console/sign-in")
    async def enter(request: Request, console: TheConsole) -> Response:
        form = await read_form(request)
        back = _own(form.get("back"))
        try:
            cookie = console.access.sign_in(request, form.get("password"))
        except HTTPException as error:
            answer = console.pages.page(
                request, "sign_in.html", status=error.status_code, back=back, fault=error.detail
            )
            answer.headers.update(error.headers or {})
            return answer
        answer = RedirectResponse(back, 303, HEADERS)
        give_cookie(answer, request, cookie)
        return answer

    @router.post("/console/sign-out")
    async def leave(request: Request, _changed: Change) -> Response:
        answer = RedirectResponse("/console/sign-in", 303, HEADERS)
        give_cookie(answer, request, "")
        return answer

    return router


def _own(back: str) -> str:
    """A page of the console to go on to; never another site's."""
    own = back == "/console" or (back.startswith("/console/") and "\\" not in back)
    return back if own and back.isascii() and back.isprintable() else "/console"
