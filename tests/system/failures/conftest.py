"""A HubSpot that the tests of a file share, and relays that end with their test."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.processes.relay import Relay
from tests.processes.sandbox import Sandbox


@pytest.fixture(scope="module")
def running_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A sandbox process."""
    with Sandbox(tmp_path_factory.mktemp("sandbox")) as sandbox:
        sandbox.start()
        sandbox.up()
        yield sandbox


@pytest.fixture
def sandbox(running_sandbox: Sandbox) -> Sandbox:
    """The same, as if it had just been started."""
    running_sandbox.reset()
    return running_sandbox


@pytest.fixture
def relay_with(tmp_path: Path, sandbox: Sandbox) -> Iterator[Callable[..., Relay]]:
    """Make a relay with these settings (`hubspot_rate="110"`), not started yet."""
    with ExitStack() as stack:

        def make(hubspot: str | None = None, **settings: str) -> Relay:
            return stack.enter_context(
                Relay(tmp_path / "relay", hubspot or sandbox.address, **settings)
            )

        yield make
