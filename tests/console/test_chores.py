"""What takes long goes on beside the requests, step by step."""

import asyncio

import pytest

from app.console.chores import KEPT, Chore, Chores
from app.store.interface import StoreError


class Work:
    """So many steps of ten, the last of which may fail; `reached`: a step is under way."""

    def __init__(self, steps: int, error: Exception | None = None) -> None:
        self._left = steps
        self._error = error
        self.reached = asyncio.Event()

    async def step(self) -> int:
        """One more."""
        self.reached.set()
        await asyncio.sleep(0)
        if not self._left and self._error:
            raise self._error
        self._left -= 1
        return 10 if self._left >= 0 else 0


async def ended(chore: Chore) -> Chore:
    """It, when it has ended."""
    while not chore.ended:  # noqa: ASYNC110 - a page asks likewise
        await asyncio.sleep(0)
    return chore


async def test_a_chore_is_done_step_by_step() -> None:
    """Until nothing is left; meanwhile it can be found by its id."""
    chores, leaving = Chores(), asyncio.Event()
    chore = chores.start("Sending again", "/console", 30, Work(3).step, leaving)
    assert chores.get(chore.id) is chore
    assert not chore.ended
    await ended(chore)
    assert (chore.done, chore.fault) == (30, "")


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (StoreError("the disk is full"), "the disk is full"),
        (RuntimeError("x"), "look into the log"),
    ],
)
async def test_a_chore_that_fails_says_why(error: Exception, says: str) -> None:
    """In words for people, and with what was done before."""
    chore = Chores().start("x", "/console", 30, Work(2, error).step, asyncio.Event())
    await ended(chore)
    assert chore.done == 20
    assert says in chore.fault


async def test_a_relay_that_leaves_lets_go_between_two_steps() -> None:
    """What is left can be done again."""
    leaving, work = asyncio.Event(), Work(1_000_000)
    chore = Chores().start("x", "/console", 1, work.step, leaving)
    await work.reached.wait()
    leaving.set()
    await ended(chore)
    assert "can be done again" in chore.fault


async def test_the_oldest_chores_are_forgotten() -> None:
    """So that memory is bounded."""
    chores = Chores()
    known = [chores.start("x", "/", 0, Work(0).step, asyncio.Event()) for _ in range(KEPT + 1)]
    await ended(known[-1])
    assert chores.get(known[0].id) is None
    assert chores.get(known[1].id) is known[1]
