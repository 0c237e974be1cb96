"""The system's clock, the one place where the relay reads it."""

import time


def now_ms() -> int:
    """The wall clock, in ms since the epoch."""
    return time.time_ns() // 1_000_000
