"""The fixtures of the snippet's tests: a relay, the command for it, a contact's browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext

from tests.browser.demo_kit import KNOWN_UTK, Relay
from tests.browser.embed_kit import Embed
from tests.browser.hosts import Site


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Relay]:
    """One sandboxed relay for all of these; pages on this machine may send."""
    with Relay(tmp_path_factory.mktemp("relay")) as relay:
        yield relay


@pytest.fixture
def embed(relay: Relay, capsys: pytest.CaptureFixture[str]) -> Embed:
    """The command, for that relay."""
    return Embed(relay, capsys)


@pytest.fixture
def contact(context: BrowserContext, site: Site) -> None:
    """The browser is a contact's."""
    context.add_cookies([{"name": "hubspotutk", "value": KNOWN_UTK, "url": site.url}])
