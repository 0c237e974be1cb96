"""The fixtures of the tests of access: a locked console, and visitors to it."""

from collections.abc import Iterator

import httpx
import pytest

from tests.system.console.setting import HTML, PASSWORD, VIEWERS_PASSWORD, relay
from tests.system.live.relay import Live


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A relay whose console has a password for operators, and one for viewers."""
    passwords = {"console_password": PASSWORD, "console_viewer_password": VIEWERS_PASSWORD}
    with relay(tmp_path_factory.mktemp("guarded"), **passwords) as live:
        yield live


@pytest.fixture
def client(guarded: Live) -> Iterator[httpx.Client]:
    """A browser that was never here."""
    with httpx.Client(base_url=guarded.client.base_url, headers=HTML) as fresh:
        yield fresh
