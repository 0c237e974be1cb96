"""What holds for all tests: a busy machine is no reason to fail, one event loop, and the order."""

from itertools import groupby
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


@pytest.fixture
def anyio_backend() -> str:
    """The relay runs on asyncio."""
    return "asyncio"


BROWSERS = Path(__file__).parent / "browser"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Spread the files whose films play in real time over the run, in their order.

    So a worker that waits for a film has others beside it that compute, and not only more films.
    """
    files = [list(tests) for _, tests in groupby(items, key=lambda item: item.path)]
    films = [each for each in files if each[0].path.is_relative_to(BROWSERS)]
    others = [each for each in files if not each[0].path.is_relative_to(BROWSERS)]
    places = [
        *((place / len(films), file) for place, file in enumerate(films)),
        *((place / len(others), file) for place, file in enumerate(others)),
    ]
    spread = sorted(places, key=lambda placed: placed[0])
    items[:] = [item for _, file in spread for item in file]
