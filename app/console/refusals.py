"""Pages for refused requests: the sign-in, or a sentence that says why."""

from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from app.console.rendering import HEADERS
from app.console.view import console_of

SIGN_IN = "/console/sign-in"
SHARED = "/console/shared/"
_PAGES = frozenset({"/", "/demo", "/console"})
_TITLES = {
    403: "Not allowed",
    404: "Not found",
    410: "Ended",
    422: "Not valid",
    429: "Too many requests",
    503: "Not available now",
}


def refusal(request: Request, error: HTTPException) -> Response | None:
    """The answer for a browser; None for a program, or for a path outside the console."""
    path = request.url.path
    if path not in _PAGES and not path.startswith("/console/"):
        return None
    renderer = console_of(request).renderer
    if "hx-request" in request.headers:  # a part of a page: the whole page goes to the sign-in
        sign_in = {"hx-redirect": renderer.at(SIGN_IN)}
        headers = sign_in if error.status_code == 401 else {}  # noqa: PLR2004 - HTTP
        text = renderer.text(request, "notice.html", detail=error.detail)
        return Response(text, error.status_code, {**HEADERS, **headers}, "text/html")
    if "text/html" not in request.headers.get("accept", ""):
        return None
    if error.status_code == 401 and path != SIGN_IN:  # noqa: PLR2004 - HTTP
        back = quote(path) if request.method == "GET" else "/console"
        return RedirectResponse(f"{renderer.at(SIGN_IN)}?back={back}", 303, HEADERS)
    title = _TITLES.get(error.status_code, "That did not work")
    template = "shared_refusal.html" if path.startswith(SHARED) else "refusal.html"
    answer = renderer.page(
        request, template, status=error.status_code, title=title, detail=error.detail
    )
    answer.headers.update(error.headers or {})
    return answer
