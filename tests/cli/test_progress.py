"""Progress: a count for who watches, silence for everybody else."""

import contextlib
import io
import os
import pty

from app.cli.progress import Progress


def test_a_terminal_sees_the_count() -> None:
    """Each count takes the place of the one before, and nothing is left at the end."""
    master, slave = pty.openpty()
    with os.fdopen(slave, "w") as terminal, Progress("requeueing", terminal) as progress:
        progress(1_000)
        progress(2_000)
    shown = b""
    with contextlib.suppress(OSError):  # the end, for a terminal that nobody writes to any more
        while part := os.read(master, 10_000):
            shown += part
    os.close(master)
    assert shown.decode() == ("\r\x1b[Krequeueing: 1,000 …\r\x1b[Krequeueing: 2,000 …\r\x1b[K")


def test_a_pipe_sees_nothing() -> None:
    """Logs and pipes are left alone."""
    pipe = io.StringIO()
    with Progress("requeueing", pipe) as progress:
        progress(1_000)
    assert pipe.getvalue() == ""
