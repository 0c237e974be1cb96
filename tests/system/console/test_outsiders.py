"""An outsider gets nothing: every route of the console is tried, those to come included."""

from typing import NamedTuple

import httpx
from starlette.routing import Route

from app.console.pages import why
from app.console.routes import PAGES
from tests.system.console.setting import COOKIE, sign_in

OPEN = {"/console/sign-in", "/console/shared/1"}
"""Whoever signs in is not signed in yet, and a shared link is for outsiders (test_shared.py)."""


class Door(NamedTuple):
    """A method and a path with something in the place of its parameters."""

    method: str
    path: str


def doors() -> list[Door]:
    """All of the console's, but the files that the sign-in page needs."""
    routes = [route for page in (*PAGES, why) for route in page.routes().routes]
    assert len(routes) > 15
    return [
        Door(method, route.path.format(**dict.fromkeys(route.param_convertors, "1")))
        for route in routes
        if isinstance(route, Route)
        for method in sorted(route.methods or ())
    ]


CLOSED = [door for door in doors() if door.path not in OPEN]
CHANGES = [door for door in CLOSED if door.method == "POST" and door.path != "/console/why"]


def refused(answer: httpx.Response) -> bool:
    """Not let in: sent to the sign-in, or told no."""
    to_sign_in = answer.status_code == 303 and "/console/sign-in" in answer.headers["location"]
    return to_sign_in or answer.status_code in {401, 403}


def test_without_a_session(client: httpx.Client) -> None:
    """Pages lead to the sign-in; what is no page says no."""
    for door in CLOSED:
        answer = client.request(door.method, door.path, json={"who": "x"})
        assert refused(answer), door
        as_program = client.request(door.method, door.path, headers={"accept": "*/*"})
        assert as_program.status_code == 401, door


def test_with_a_forged_cookie(client: httpx.Client) -> None:
    """One that no sign-in has given out."""
    client.cookies.set(COOKIE, "x" * 43, domain="127.0.0.1")
    for door in CLOSED:
        answer = client.request(door.method, door.path, json={"who": "x"})
        assert refused(answer), door


def test_changes_across_origins(client: httpx.Client) -> None:
    """A form on another site that the person visits, with the session's cookie."""
    sign_in(client)
    del client.headers["sec-fetch-site"]
    for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}, {}):
        for door in CHANGES:
            answer = client.post(door.path, data={"x": ""}, headers=headers)
            assert answer.status_code == 403, door


def test_nothing_is_changed_by_looking() -> None:
    """All that changes something is a POST."""
    assert len(CLOSED) > 15
    assert len(CHANGES) > 3
    assert {door.method for door in doors()} <= {"GET", "HEAD", "POST"}


def test_no_page_is_open_to_other_sites_scripts(client: httpx.Client) -> None:
    """No answer of the console's allows another origin to read it."""
    sign_in(client)
    for door in CLOSED:
        answer = client.request("OPTIONS", door.path, headers={"origin": "https://evil.example"})
        assert "access-control-allow-origin" not in answer.headers
        if door.method == "GET" and "events" not in door.path:
            answer = client.get(door.path, headers={"origin": "https://evil.example"})
            assert "access-control-allow-origin" not in answer.headers
