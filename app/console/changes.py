"""What lets a request change something: it comes from a page of ours, and proves it.

Two proofs, for either may fail: the browser's own word on where the request comes from, and a
token in the form that is made of the session's secret, so that no other session's will do.
"""

import hmac
from collections.abc import Mapping
from typing import Annotated
from urllib.parse import parse_qsl, urlsplit

from fastapi import Depends, HTTPException, Request

from app.console.access import Person, token_of
from app.console.pages import console_of

MAX_FORM = 64 * 1024
MAX_FIELDS = 2_000
TOKEN = "csrf"  # noqa: S105 - a field's name


class Form:
    """The fields of a form. A field that may stand several times: `all`."""

    def __init__(self, fields: list[tuple[str, str]]) -> None:
        self._fields = fields

    def get(self, name: str, default: str = "") -> str:
        """The first of that name."""
        return next((value for field, value in self._fields if field == name), default)

    def all(self, name: str) -> list[str]:
        """All of that name."""
        return [value for field, value in self._fields if field == name]


async def read_form(request: Request) -> Form:
    """The body of a form from one of our pages; or 403, 413, 415, 422."""
    expect_own_page(request.headers)
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind != "application/x-www-form-urlencoded":
        raise HTTPException(415, "send application/x-www-form-urlencoded")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM:
            raise HTTPException(413, f"at most {MAX_FORM // 1024} KiB: choose fewer at a time")
    try:
        fields = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        raise HTTPException(422, "this form can't be read: load the page again") from None
    return Form(fields)


async def change(request: Request) -> tuple[Person, Form]:
    """Who changes something, and the form by which; or 401, 403."""
    person = console_of(request).access.person(request)
    form = await read_form(request)
    if not hmac.compare_digest(form.get(TOKEN).encode(), token_of(person).encode()):
        raise HTTPException(403, "this form is not of your session: load the page again")
    return person, form


Change = Annotated[tuple[Person, Form], Depends(change)]


def expect_own_page(headers: Mapping[str, str]) -> None:
    """403 where the browser says that another site sends this."""
    site = headers.get("sec-fetch-site", "same-origin")
    origin = headers.get("origin")
    own = origin is None or urlsplit(origin).netloc == headers.get("host")
    if site != "same-origin" or not own:
        raise HTTPException(
            403, "this form comes from another site (a proxy must pass the Host header on)"
        )
