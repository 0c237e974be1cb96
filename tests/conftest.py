"""The settings of all tests: a busy machine fails no test, and there is one event loop."""

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


@pytest.fixture
def anyio_backend() -> str:
    """The relay runs on asyncio."""
    return "asyncio"
