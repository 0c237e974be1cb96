"""Accepts a form only if the browser says that one of our own pages sends it.

Browsers send Origin with every posted form, and most send Sec-Fetch-Site; no page can change
either. A request with neither was not sent by a browser and is refused as well.
"""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

from fastapi import HTTPException, Request

from app.console.parameters import expect_text
from app.web.dependencies import relay_of

MAX_FIELDS = 2_000


class Form:
    """The fields of a form. `all`: for a field that may occur several times."""

    def __init__(self, fields: list[tuple[str, str]]) -> None:
        self._fields = fields

    def get(self, name: str, default: str = "") -> str:
        """The first value of that name."""
        return next((value for field, value in self._fields if field == name), default)

    def all(self, name: str) -> list[str]:
        """All values of that name."""
        return [value for field, value in self._fields if field == name]


async def read_form(request: Request) -> Form:
    """Read a form from one of our pages. Raises 403, 415, 422."""
    expect_own_page(request.headers, relay_of(request).settings.public_url)
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind != "application/x-www-form-urlencoded":
        raise HTTPException(415, "send application/x-www-form-urlencoded")
    body = await request.body()  # the server has already limited the size
    try:
        fields = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        raise HTTPException(422, "this form can't be read: load the page again") from None
    expect_text(fields)
    return Form(fields)


def expect_own_page(headers: Mapping[str, str], public_url: str | None) -> None:
    """Raise 403 unless the browser says that a page of this site sends the request.

    `public_url`: where browsers reach the relay; None: known only by the Host header.
    """
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is None and origin is None:
        raise HTTPException(403, "send the Origin header, as browsers do")
    ours = {headers.get("host"), urlsplit(public_url or "").netloc or None}
    same_origin = origin is None or urlsplit(origin).netloc in ours
    if site not in {None, "same-origin"} or not same_origin:
        raise HTTPException(
            403,
            "this form comes from another site (a proxy must pass the Host header on, or "
            "PLAYRELAY_PUBLIC_URL say where browsers find the relay)",
        )
