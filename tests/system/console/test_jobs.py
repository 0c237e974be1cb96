"""Long work goes on beside the requests, step by step."""

import asyncio

import pytest

from app.console.jobs import KEPT, BackgroundJob, Jobs
from app.store.errors import StoreError


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


async def ended(job: BackgroundJob) -> BackgroundJob:
    """The job, once it has ended."""
    while not job.ended:  # noqa: ASYNC110 - a page asks likewise
        await asyncio.sleep(0)
    return job


async def test_a_job_is_done_step_by_step() -> None:
    """A job continues until nothing is left; meanwhile it can be found by its id."""
    jobs, leaving = Jobs(), asyncio.Event()
    job = jobs.start("Sending again", "/console", 30, Work(3).step, leaving)
    assert jobs.get(job.id) is job
    assert not job.ended
    await ended(job)
    assert (job.done, job.fault) == (30, "")


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (StoreError("the disk is full"), "the disk is full"),
        (RuntimeError("x"), "see the log"),
    ],
)
async def test_a_job_that_fails_says_why(error: Exception, says: str) -> None:
    """A failed job says why in plain words, and what was done before."""
    job = Jobs().start("x", "/console", 30, Work(2, error).step, asyncio.Event())
    await ended(job)
    assert job.done == 20
    assert says in job.fault


async def test_a_relay_that_stops_ends_a_job_between_two_steps() -> None:
    """The rest of the work can be started again."""
    leaving, work = asyncio.Event(), Work(1_000_000)
    job = Jobs().start("x", "/console", 1, work.step, leaving)
    await work.reached.wait()
    leaving.set()
    await ended(job)
    assert "start it again" in job.fault


async def test_the_oldest_jobs_are_forgotten() -> None:
    """The oldest jobs are forgotten, so that memory is bounded."""
    jobs = Jobs()
    known = [jobs.start("x", "/", 0, Work(0).step, asyncio.Event()) for _ in range(KEPT + 1)]
    await ended(known[-1])
    assert jobs.get(known[0].id) is None
    assert jobs.get(known[1].id) is known[1]
