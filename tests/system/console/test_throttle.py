"""Guessing passwords is slow; the right one passes all the same."""

import asyncio

import pytest
from fastapi import HTTPException

from app.console.throttle import (
    DELAY_SECONDS,
    FREE_IN_ALL,
    FREE_PER_ADDRESS,
    WAITING_PER_ADDRESS,
    WINDOW_SECONDS,
    Throttle,
)


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def clock(self) -> float:
        """Monotonic seconds."""
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Let so many seconds go by."""
        self.now += seconds
        await asyncio.sleep(0)


@pytest.fixture
def time() -> Time:
    """At zero."""
    return Time()


async def guess(throttle: Throttle, address: str) -> None:
    """One wrong password."""
    async with throttle.turn(address) as attempt:
        attempt.failed()


async def test_the_first_attempts_cost_no_delay(time: Time) -> None:
    """A person may mistype a few times."""
    throttle = Throttle(time.clock, time.sleep)
    for _ in range(FREE_PER_ADDRESS):
        await guess(throttle, "192.0.2.1")
    assert time.now == 0


async def test_later_attempts_are_delayed_but_pass(time: Time) -> None:
    """The right password of the same address is taken, a delay later; another's at once."""
    throttle = Throttle(time.clock, time.sleep)
    for _ in range(FREE_PER_ADDRESS):
        await guess(throttle, "192.0.2.1")
    async with throttle.turn("192.0.2.2"):
        assert time.now == 0
    async with throttle.turn("192.0.2.1"):
        assert time.now == DELAY_SECONDS


async def test_attempts_of_one_address_wait_for_one_another(time: Time) -> None:
    """Attempts wait for one another's delay, and too many waiting ones are refused."""
    throttle = Throttle(time.clock, time.sleep)
    for _ in range(FREE_PER_ADDRESS):
        await guess(throttle, "2001:db8::1")
    # An IPv6 subscriber has many addresses.
    guesses = [guess(throttle, f"2001:db8::{n}") for n in range(WAITING_PER_ADDRESS + 2)]
    results = await asyncio.gather(*guesses, return_exceptions=True)
    refused = [each for each in results if isinstance(each, HTTPException)]
    assert [each.status_code for each in refused] == [429, 429]
    assert time.now == WAITING_PER_ADDRESS * DELAY_SECONDS


async def test_a_crowd_is_delayed_as_well(time: Time) -> None:
    """Many addresses with one guess each do not guess without delay."""
    throttle = Throttle(time.clock, time.sleep)
    for number in range(FREE_IN_ALL):
        await guess(throttle, f"192.0.2.{number}")
    async with throttle.turn("198.51.100.1"):
        assert time.now == DELAY_SECONDS


async def test_what_was_wrong_is_forgotten_after_the_window(time: Time) -> None:
    """Then attempts are free again."""
    throttle = Throttle(time.clock, time.sleep)
    for _ in range(FREE_PER_ADDRESS):
        await guess(throttle, "192.0.2.1")
    await time.sleep(WINDOW_SECONDS + 1)
    async with throttle.turn("192.0.2.1"):
        assert time.now == WINDOW_SECONDS + 1
