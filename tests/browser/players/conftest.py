"""The fixtures of the matrix: the site with its players, and one Chromium for all cases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.hosts import Site, serving_site
from tests.browser.players.pages import bundled, furnish
from tests.browser.players.records import FOLDER
from tests.machine.debian import in_ci
from tests.machine.npm import installed


@pytest.fixture(scope="session")
def players(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site; without the players the tests are skipped, but fail in CI."""
    if not installed(FOLDER):
        reason = "not installed: python -m tests.machine.npm tests/browser/players"
        (pytest.fail if in_ci() else pytest.skip)(reason)
    folder: Path = tmp_path_factory.mktemp("bundles")
    bundled(folder)
    with serving_site() as site:
        furnish(site, folder)
        yield site
