"""One relay for the room's tests: sandbox mode, a site that may send, no rate limit."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.system.live.relay import live_relay, settings_for

SITE = "https://www.example.com"


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of the running relay."""
    folder: Path = tmp_path_factory.mktemp("relay")
    with live_relay(settings_for(folder, allowed_origins=(SITE,))) as live:
        yield live.client
