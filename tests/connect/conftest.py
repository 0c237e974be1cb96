"""What the tests of connecting have in common."""

import pytest


@pytest.fixture
def anyio_backend() -> str:
    """The relay runs on asyncio."""
    return "asyncio"
