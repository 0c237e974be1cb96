"""What holds for all tests: a machine that is busy is no reason to fail, and one event loop."""

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


@pytest.fixture
def anyio_backend() -> str:
    """The relay runs on asyncio."""
    return "asyncio"
