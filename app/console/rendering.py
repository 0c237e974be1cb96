"""Renders pages: the templates, their common variables, and the headers."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import msgspec
from fastapi import Request, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app import __version__
from app.console import filters
from app.console.access import Person
from app.console.cookie import set_session_cookie
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
"""On every answer of the console: nothing inline, no other hosts, no frames, no caching."""


class Place(msgspec.Struct, frozen=True):
    """A page as the navigation lists it. `viewers`: whether it is for them as well."""

    path: str
    title: str
    viewers: bool = True


PLACES: Sequence[Place] = (
    Place("/console", "Now"),
    Place("/console/live", "Live"),
    Place("/console/media", "Media"),
    Place("/console/people", "People"),
    Place("/console/play", "A play"),
    Place("/console/rejected", "Rejected"),
    Place("/console/embed", "Embed"),
    Place("/console/shared", "Shared links", viewers=False),
    Place("/console/connect", "Connect", viewers=False),
    Place("/console/doctor", "Doctor", viewers=False),
    Place("/console/audit", "Audit", viewers=False),
)


class Renderer:
    """Renders templates. All values are escaped.

    `base`: the path below which browsers reach the relay, or "".
    """

    def __init__(self, files: Files, base: str) -> None:
        self._base = base
        self._templates = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        own = {"asset": files.address, "at": self.at, "version": __version__}
        self._templates.globals |= {**own, **filters.GLOBALS}
        self._templates.filters |= filters.FILTERS

    def at(self, path: str) -> str:
        """The address of a page, whatever the account."""
        return f"{self._base}{path}"

    def page(
        self,
        request: Request,
        template: str,
        person: Person | None = None,
        status: int = 200,
        **context: Any,
    ) -> Response:
        """A whole page for `person` (None: somebody who is not signed in)."""
        here = [each.path for each in PLACES if _within(request.url.path, each.path)]
        place = max(here, key=len, default="")
        text = self.text(request, template, person=person, place=place, **context)
        answer = Response(text, status, HEADERS, "text/html; charset=utf-8")
        if person is not None and person.fresh:
            set_session_cookie(answer, request, person.session)
        return answer

    def part(
        self, request: Request, template: str, person: Person | None = None, **context: Any
    ) -> Response:
        """A piece of a page that the browser shows already."""
        text = self.text(request, template, person, **context)
        return Response(text, 200, HEADERS, "text/html; charset=utf-8")

    def text(
        self, request: Request, template: str, person: Person | None = None, **context: Any
    ) -> str:
        """The rendered template. Its links keep the current account.

        `places`: the pages that `person` may see; `operates`: whether they may change something.
        """
        operates = person is not None and person.role == "operator"
        places = [each for each in PLACES if operates or each.viewers]
        accounts = list(request.app.state.relay.accounts)
        chosen = request.query_params.get("account", accounts[0])
        link = partial(link_to, self._base, account=chosen if len(accounts) > 1 else None)
        sandbox = request.app.state.relay.settings.sandboxed
        shared = {"accounts": accounts, "account": chosen, "link": link, "sandbox": sandbox}
        shared |= {"person": person, "places": places, "operates": operates}
        return self._templates.get_template(template).render({**shared, **context})


def link_to(base: str, path: str, account: str | None = None, **query: object) -> str:
    """The address of a page of the console, below `base`. Empty values and None are left out.

    A list is written value by value.
    """
    wanted = {"account": account, **query}
    given = urlencode(
        {name: value for name, value in wanted.items() if value not in (None, "")}, doseq=True
    )
    return f"{base}{path}?{given}" if given else f"{base}{path}"


def _within(path: str, place: str) -> bool:
    return path == place or (place != "/console" and path.startswith(f"{place}/"))
