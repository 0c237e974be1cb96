"""Which sites may send, as browsers meet it: the Origin header, CORS and preflights."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app.domain.origin import OriginPolicy
from tests.system.collect.test_progress import PATH, PLAY
from tests.system.live.relay import live_relay, settings_for

LISTED = ("https://www.example.com", "https://*.example.org")


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A relay with a token: only what is listed may send. It delivers nothing."""
    folder: Path = tmp_path_factory.mktemp("production")
    settings = settings_for(
        folder, role="collect", hubspot_access_token="token", allowed_origins=LISTED
    )
    with live_relay(settings) as live:
        yield live.client


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://www.example.com", True),
        ("https://a.b.example.org", True),
        ("https://example.org", False),
        ("http://www.example.com", False),
        ("https://www.example.com.evil.eu", False),
        ("http://localhost:8000", False),
        ("http://127.0.0.1", False),
        ("null", False),
        ("", False),
    ],
)
def test_only_listed_sites_may_send(
    production: httpx.Client, origin: str, *, allowed: bool
) -> None:
    """A ping passes or gets a 403, which its page can read; a preflight is answered alike."""
    headers = {"origin": origin}
    ping = production.post(PATH, json=PLAY, headers=headers)
    preflight = production.options(PATH, headers=headers)
    assert (ping.status_code, preflight.status_code) == ((202, 204) if allowed else (403, 403))
    for answer in (ping, preflight):
        assert answer.headers.get("access-control-allow-origin") == origin
        assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize(
    ("origin", "entry"),
    [
        ("https://blog.example.com", "https://blog.example.com"),
        ("HTTPS://Blog.Example.com:443", "https://blog.example.com"),
        (f"https://{'a.' * 118}example.com", f"https://{'a.' * 118}example.com"),
        ("null", "null"),
        ("*", None),
        ("https://*.example.com", None),
        ("capacitor://localhost", None),
        ("chrome-extension://abcdef", None),
        ("file://", None),
        ("https://a.example, https://b.example", None),
        ("https://www.example.com/launch", None),
        ("", None),
    ],
)
def test_the_remedy_for_a_refused_origin_is_one_that_the_setting_takes(
    production: httpx.Client, origin: str, entry: str | None
) -> None:
    """The remedy is a valid entry that allows only that origin, or names another way."""
    detail: str = production.post(PATH, json=PLAY, headers={"origin": origin}).json()["detail"]
    if entry is None:
        assert detail.startswith(f"the Origin {origin!r} can't be allowed: send from a page on ")
    else:
        assert detail == f"add {entry} to PLAYRELAY_ALLOWED_ORIGINS to let its pages send pings"
        assert OriginPolicy.parse([entry]).allows(origin)


def test_who_sends_no_origin_is_no_foreign_site(production: httpx.Client) -> None:
    """Browsers always send one across sites: without it, it is the same site or a server."""
    answer = production.post(PATH, json=PLAY)
    assert answer.status_code == 202
    assert "access-control-allow-origin" not in answer.headers


def test_a_preflight_has_neither_body_nor_length(production: httpx.Client) -> None:
    """A 204 with a Content-Length is malformed; proxies have choked on less."""
    answer = production.options(PATH, headers={"origin": LISTED[0]})
    assert "content-length" not in answer.headers
    assert answer.headers["vary"] == "Origin"
    assert int(answer.headers["access-control-max-age"]) > 0


def test_the_sandbox_lets_this_machine_in(tmp_path: Path) -> None:
    """Without credentials a page on this machine may send, whatever its port, and no other."""
    with live_relay(settings_for(tmp_path)) as live:
        for origin, status in (("http://localhost:5173", 202), ("https://www.example.com", 403)):
            answer = live.client.post(PATH, json=PLAY, headers={"origin": origin})
            assert answer.status_code == status


def test_anybody_may_be_let_in_by_asking(tmp_path: Path) -> None:
    """`*` takes pings of every site, and each site reads its own name, never a star."""
    settings = settings_for(
        tmp_path, role="collect", hubspot_access_token="token", allowed_origins=("*",)
    )
    with live_relay(settings) as live:
        origin = "https://anything.example"
        answer = live.client.post(PATH, json=PLAY, headers={"origin": origin})
        assert answer.status_code == 202
        assert answer.headers["access-control-allow-origin"] == origin
