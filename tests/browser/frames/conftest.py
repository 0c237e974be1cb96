"""The fixtures of the tests of players in frames: the vendors' hosts."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext

from tests.browser.frames.network import (
    ANYWHERE,
    FOLDER,
    VENDORS,
    Network,
    Vendor,
    install_network,
)
from tests.machine.debian import in_ci
from tests.machine.npm import installed


@pytest.fixture(scope="session", autouse=True)
def packages() -> None:
    """The npm packages that pages need; without them tests are skipped, but fail in CI."""
    if not installed(FOLDER):
        reason = "not installed: python -m tests.machine.npm tests/browser/frames"
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
