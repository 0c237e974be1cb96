"""How pages are made: the templates, what every one of them is told, and the headers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Request, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app import __version__
from app.console import words
from app.console.access import Access, Person, cookie_name, token_of
from app.console.chores import Chores
from app.console.files import Files

_HERE = Path(__file__).parent

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Mapping[str, str] = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "cache-control": "no-store",
}
"""Of every answer of the console's: nothing inline, nothing from elsewhere, in nobody's frame."""


@dataclass(frozen=True, slots=True)
class Place:
    """A page as the navigation lists it."""

    path: str
    title: str


PLACES: Sequence[Place] = (
    Place("/console", "Now"),
    Place("/console/live", "Live"),
    Place("/console/media", "Media"),
    Place("/console/play", "A play"),
    Place("/console/rejected", "Rejected"),
    Place("/console/embed", "Embed"),
    Place("/console/connect", "Connect"),
    Place("/console/doctor", "Doctor"),
    Place("/console/audit", "Audit"),
)


class Pages:
    """Renders templates. Whatever they are given is escaped."""

    def __init__(self, files: Files) -> None:
        self._templates = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._templates.globals |= {"asset": files.address, "version": __version__, **words.GLOBALS}
        self._templates.filters |= {**words.FILTERS, "csrf": token_of}

    def page(
        self,
        request: Request,
        template: str,
        person: Person | None = None,
        status: int = 200,
        **told: Any,
    ) -> Response:
        """A whole page, for `person` (None: whoever is not signed in)."""
        here = [each.path for each in PLACES if _within(request.url.path, each.path)]
        place = max(here, key=len, default="")
        text = self.draw(request, template, person=person, places=PLACES, place=place, **told)
        answer = Response(text, status, HEADERS, "text/html; charset=utf-8")
        if person is not None and person.fresh:
            give_cookie(answer, request, person.session)
        return answer

    def part(self, request: Request, template: str, status: int = 200, **told: Any) -> Response:
        """A piece of a page that is there already."""
        text = self.draw(request, template, **told)
        return Response(text, status, HEADERS, "text/html; charset=utf-8")

    def draw(self, request: Request, template: str, **told: Any) -> str:
        """What a template makes of it. Links in it stay with the account that is looked at."""
        accounts = list(request.app.state.relay.accounts)
        chosen = request.query_params.get("account", accounts[0])
        link = partial(link_to, account=chosen if len(accounts) > 1 else None)
        given = {"accounts": accounts, "account": chosen, "link": link, **told}
        return self._templates.get_template(template).render(given)


def link_to(path: str, account: str | None = None, **query: object) -> str:
    """The address of a page of ours. Of `query`, what is None or empty is left out."""
    wanted = {"account": account, **query}
    told = urlencode({name: value for name, value in wanted.items() if value not in {None, ""}})
    return f"{path}?{told}" if told else path


@dataclass(frozen=True, slots=True)
class Console:
    """What the console's routes share; `app.state.console`."""

    access: Access
    pages: Pages
    chores: Chores = field(default_factory=Chores)


def console_of(request: Request) -> Console:
    """The console that serves this request."""
    console: Console = request.app.state.console
    return console


def _person(request: Request) -> Person:
    return console_of(request).access.person(request)


TheConsole = Annotated[Console, Depends(console_of)]
ThePerson = Annotated[Person, Depends(_person)]
"""Who asks. A route that has this is closed to everybody else."""


def give_cookie(answer: Response, request: Request, value: str) -> None:
    """The session's cookie, for this site's pages and nobody's scripts; empty: take it away."""
    secure = request.url.scheme == "https"
    answer.set_cookie(
        cookie_name(request),
        value,
        max_age=None if value else 0,
        path="/",
        secure=secure,
        httponly=True,
        samesite="lax",  # strict would meet who follows a link in a mail with the sign-in
    )


def _within(path: str, place: str) -> bool:
    return path == place or (place != "/console" and path.startswith(f"{place}/"))
