"""What a route of the console receives: the person, the account, and how to answer."""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse

from app.console.access import Access, Person, expect_operator
from app.console.forms import Form, read_form
from app.console.jobs import Jobs
from app.console.parameters import expect_text
from app.console.rendering import HEADERS, Renderer, link_to
from app.runtime.relay import Account, Relay
from app.web.dependencies import TheAccount, TheRelay


class Console(msgspec.Struct, frozen=True):
    """What all requests to the console share; `app.state.console`."""

    access: Access
    renderer: Renderer
    jobs: Jobs = msgspec.field(default_factory=Jobs)


class View(msgspec.Struct, frozen=True):
    """One request by somebody who may see the requested page.

    `account`: the one in `?account=`; the first if there is none.
    """

    request: Request
    console: Console
    relay: Relay
    account: Account
    person: Person

    @property
    def now(self) -> int:
        """Ms since the epoch."""
        return self.relay.clock()

    @property
    def public_address(self) -> str:
        """Where browsers reach the relay, without a trailing slash."""
        return self.relay.settings.public_url or str(self.request.base_url).rstrip("/")

    @property
    def is_part(self) -> bool:
        """Whether a script requests a part of a page that the browser already shows."""
        return "hx-request" in self.request.headers

    def page(self, template: str, status: int = 200, **context: Any) -> Response:
        """A whole page."""
        return self.console.renderer.page(self.request, template, self.person, status, **context)

    def part(self, template: str, **context: Any) -> Response:
        """A piece of a page."""
        return self.console.renderer.part(self.request, template, person=self.person, **context)

    def text(self, template: str, **context: Any) -> str:
        """A rendered template."""
        return self.console.renderer.text(self.request, template, person=self.person, **context)

    def link(self, path: str, **query: object) -> str:
        """The address of a page, for the same account."""
        return link_to(self.relay.settings.base_path, path, self._several, **query)

    def public_link(self, path: str) -> str:
        """The same with scheme and host, for people elsewhere."""
        return link_to(self.public_address, path, self._several)

    @property
    def _several(self) -> str | None:
        """The account's name, if there are several."""
        return self.account.name if len(self.relay.accounts) > 1 else None

    def redirect(self, path: str, headers: Mapping[str, str] = HEADERS) -> Response:
        """Redirect the browser to a page after its form was accepted."""
        return RedirectResponse(self.link(path), 303, headers)


def console_of(request: Request) -> Console:
    """The console that serves this request."""
    console: Console = request.app.state.console
    return console


TheConsole = Annotated[Console, Depends(console_of)]


async def _person(request: Request, console: TheConsole) -> Person:
    return await console.access.person(request)


def _viewers(
    request: Request,
    console: TheConsole,
    person: Annotated[Person, Depends(_person)],
    relay: TheRelay,
    account: TheAccount,
) -> View:
    expect_text(request.query_params.multi_items())
    return View(request, console, relay, account, person)


ForViewers = Annotated[View, Depends(_viewers)]
"""A route that has this is open to viewers and operators, and closed to all others."""


def _operators(view: ForViewers) -> View:
    expect_operator(view.person)
    return view


ForOperators = Annotated[View, Depends(_operators)]
"""A route that has this is open to operators alone. All that changes something has it."""


async def _form(view: ForViewers) -> Form:
    return await read_form(view.request)


TheForm = Annotated[Form, Depends(_form)]
"""The form from one of our own pages; the route decides who may send it."""
