"""Several sites behind one endpoint: which of them a ping is for, and whose it may not be."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.system.collect.test_progress import PATH, PLAY
from tests.system.live.relay import live_relay, settings_for

FILE = """
[accounts.acme]
access_token = "a"
allowed_origins = ["https://www.acme.example", "https://*.acme.example"]

[accounts.globex]
access_token = "g"

[sites.www]
account = "globex"
allowed_origins = ["https://www.globex.example"]

[sites.partner]
account = "globex"
allowed_origins = ["https://www.acme.example", "https://partner.example"]
needs_key = true
"""
ACME, SUBDOMAIN = "https://www.acme.example", "https://tv.acme.example"
GLOBEX, PARTNER = "https://www.globex.example", "https://partner.example"


class CollectingRelay:
    """A relay that only collects, so that what it keeps stays where it can be seen."""

    def __init__(self, folder: Path, client: httpx.Client) -> None:
        self._folder = folder
        self.client = client

    def post(self, site: str | None, origin: str | None) -> httpx.Response:
        """A ping that names a site and comes from a page, or neither."""
        body = PLAY if site is None else {**PLAY, "site": site}
        return self.client.post(PATH, json=body, headers={"origin": origin} if origin else {})

    def kept(self) -> dict[str, list[str]]:
        """The sites of the pings in each account's inbox, as another process sees them."""
        found = {}
        for account in ("acme", "globex"):
            with closing(sqlite3.connect(self._folder / f"playrelay-{account}.db")) as db:
                rows = db.execute("SELECT site FROM inbox ORDER BY id").fetchall()
                found[account] = [site for (site,) in rows]
        return found


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[CollectingRelay]:
    """Two accounts, three sites."""
    (tmp_path / "sites.toml").write_text(FILE)
    settings = settings_for(tmp_path, role="collect", sites=tmp_path / "sites.toml")
    with live_relay(settings) as live:
        yield CollectingRelay(tmp_path, live.client)


def test_a_ping_goes_to_its_sites_account(relay: CollectingRelay) -> None:
    """The key in a ping chooses the site, or else its page's origin; a key needs no origin."""
    for site, origin in (
        ("acme", ACME),
        (None, ACME),
        (None, SUBDOMAIN),
        (None, GLOBEX),
        ("www", GLOBEX),
        ("www", None),
        ("partner", PARTNER),
        ("partner", ACME),
        ("", GLOBEX),
    ):
        answer = relay.post(site, origin)
        assert answer.status_code == 202, answer.text
        assert answer.headers.get("access-control-allow-origin") == origin
    assert relay.kept() == {
        "acme": ["acme", "acme", "acme"],
        "globex": ["www", "www", "www", "partner", "partner", "www"],
    }


@pytest.mark.parametrize(
    ("site", "origin", "status", "reason", "detail"),
    [
        ("nobody", ACME, 422, "invalid", "site: 'nobody' is not a site of this relay"),
        ("nobody", None, 422, "invalid", "site: 'nobody' is not a site of this relay"),
        (None, None, 422, "invalid", "site: this relay serves several sites: send the key of one"),
        (
            None,
            PARTNER,
            422,
            "invalid",
            "site: this relay serves several sites: send the key of one",
        ),
        ("www", ACME, 403, "origin_not_allowed", f"add {ACME} to allowed_origins of site www"),
        ("acme", GLOBEX, 403, "origin_not_allowed", f"add {GLOBEX} to allowed_origins of site ac"),
        (
            "www",
            "https://evil.example",
            403,
            "origin_not_allowed",
            "add https://evil.example to al",
        ),
        (
            None,
            "null",
            403,
            "origin_not_allowed",
            "add null to allowed_origins of one of its sites",
        ),
        ("x" * 300, ACME, 422, "invalid", "site: send the key of one"),
        (7, ACME, 422, "invalid", "site: send the key of one"),
    ],
)
def test_what_belongs_to_no_site_is_refused(
    relay: CollectingRelay,
    site: str | None,
    origin: str | None,
    status: int,
    reason: str,
    detail: str,
) -> None:
    """The refusal has a remedy that the page can read, and nothing is kept."""
    answer = relay.post(site, origin)
    assert (answer.status_code, answer.json()["reason"]) == (status, reason)
    assert answer.json()["detail"].startswith(detail)
    assert answer.headers.get("access-control-allow-origin") == origin
    assert relay.kept() == {"acme": [], "globex": []}


def test_a_refusal_is_counted_where_it_is_known_whose_it_is(relay: CollectingRelay) -> None:
    """An account's own pings bear its name; what came before that is known has none."""
    relay.post("www", GLOBEX)
    relay.client.post(PATH, json={"site": "www", "sessionId": "s"})
    relay.post("nobody", None)
    figures = relay.client.get("/metrics").text
    assert 'playrelay_pings_total{account="globex",outcome="accepted"} 1.0' in figures
    assert 'playrelay_pings_total{account="globex",outcome="invalid"} 1.0' in figures
    assert 'playrelay_pings_total{outcome="invalid"} 1.0' in figures


def test_a_lone_site_needs_no_naming(tmp_path: Path) -> None:
    """A file with one site is as good as none: what names nothing is for that."""
    lone = FILE.partition("[accounts.globex]")[0]
    (tmp_path / "sites.toml").write_text(lone)
    settings = settings_for(tmp_path, role="collect", sites=tmp_path / "sites.toml")
    with live_relay(settings) as live:
        assert live.client.post(PATH, json=PLAY).status_code == 202
        assert live.client.post(PATH, json={**PLAY, "site": "other"}).status_code == 422


def test_without_a_file_any_key_will_do(tmp_path: Path) -> None:
    """The tag of a site that once had a relay with others still works with its own."""
    with live_relay(settings_for(tmp_path)) as live:
        assert live.client.post(PATH, json={**PLAY, "site": "acme"}).status_code == 202
