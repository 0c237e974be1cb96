"""The console's cookie, which identifies a browser.

Over https its name's prefix makes browsers refuse it from another host, and, if the relay has its
own host, for a limited path.
"""

from fastapi import Request, Response

from app.web.dependencies import relay_of


def session_cookie(request: Request) -> str:
    """Its value; empty if the browser has none."""
    return request.cookies.get(_name(request), "")


def set_session_cookie(answer: Response, request: Request, value: str) -> None:
    """Set it, unreadable for scripts and other sites; empty: delete it."""
    answer.set_cookie(
        _name(request),
        value,
        max_age=None if value else 0,
        path=_path(request) or "/",
        secure=_is_secure(request),
        httponly=True,
        samesite="lax",  # with strict, a link in an email would lead to the sign-in
    )


def _name(request: Request) -> str:
    if not _is_secure(request):
        return "playrelay-console"
    return "__Secure-playrelay" if _path(request) else "__Host-playrelay"


def _path(request: Request) -> str:
    return relay_of(request).settings.base_path


def _is_secure(request: Request) -> bool:
    return request.url.scheme == "https"
