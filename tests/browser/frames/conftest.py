"""What the tests of players in frames share: the vendors' hosts."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext

from tests.browser.frames.install import installed
from tests.browser.frames.network import ANYWHERE, VENDORS, Network, Vendor, install_network
from tests.machine.debian import in_ci


@pytest.fixture(scope="session", autouse=True)
def packages() -> None:
    """What pages have from npm; without it the tests are skipped, but fail in CI."""
    if not installed():
        reason = "not installed: python -m tests.browser.frames.install"
        (pytest.fail if in_ci() else pytest.skip)(reason)


@pytest.fixture(autouse=True)
def network(context: BrowserContext) -> Iterator[Network]:
    """Frames of ours at the vendors' addresses."""
    network = install_network(context)
    yield network
    context.unroute(ANYWHERE)


@pytest.fixture(params=VENDORS)
def vendor(request: pytest.FixtureRequest) -> Vendor:
    """Each of them."""
    return VENDORS[request.param]
