"""A relay with a console, and a browser that signs in there."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.system.live.relay import Live, live_relay, settings_for

TOKEN = {"hubspot_access_token": "token", "allowed_origins": ("https://www.example.com",)}
NOWHERE = {"hubspot_base_url": "http://127.0.0.1:9"}
HTML = {"accept": "text/html", "sec-fetch-site": "same-origin"}
"""What a browser says that shows a page of the console."""

PASSWORD = "a long pass word"
VIEWERS_PASSWORD = "another pass word"
COOKIE = "playrelay-console"


@contextmanager
def relay(folder: Path, **values: object) -> Iterator[Live]:
    """One with a token, and HubSpot nowhere."""
    with live_relay(settings_for(folder, **{**TOKEN, **NOWHERE, **values})) as live:
        live.client.headers.update(HTML)
        yield live


def sign_in(client: httpx.Client, password: str = PASSWORD, **headers: str) -> httpx.Response:
    """With the right password: the operator's, unless told otherwise."""
    return client.post("/console/sign-in", data={"password": password}, headers=headers)
