"""`python -m tests.processes.forkserver FD`: imports the product, then forks whatever is ordered.

An order comes by the socket FD with two pipes: for the standard error of the fork, and for what is
to be known of it: its pid at once, and its exit status in the end.
"""

import os
import signal
import socket
import struct
import sys
import time
from typing import NoReturn

import msgspec

import app.cli.sandbox
import app.cli.serve
import app.runtime.sandbox
import app.store.postgres.database  # noqa: F401 - loaded by the relay only when it is needed
from app.cli import main

NUMBER = struct.Struct("=i")
"""The pid and the exit status: the fork may have ended before either is read."""


class Order(msgspec.Struct):
    """An order to start `playrelay`: its arguments, and its folder."""

    arguments: list[str]
    folder: str
    environment: dict[str, str]


def serve(control: socket.socket) -> None:
    """Fork until the socket is closed at the other end."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the guards are waited for by nobody
    while True:
        message, pipes, _, _ = socket.recv_fds(control, 1 << 20, 2)
        if not message:
            return
        if os.fork() == 0:
            control.close()
            _guard(msgspec.json.decode(message, type=Order), *pipes)
        for each in pipes:
            os.close(each)


def _guard(order: Order, stderr: int, status: int) -> None:
    """Fork, and say how the fork ends. Returns in the fork alone, when it has ended by itself."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    pid = os.fork()
    if pid == 0:
        os.close(status)
        _become(order, stderr)
    os.close(stderr)
    os.write(status, NUMBER.pack(pid))
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    os.write(status, NUMBER.pack(code))
    os._exit(0)


def _become(order: Order, stderr: int) -> NoReturn:
    nothing = os.open(os.devnull, os.O_RDWR)
    for there, here in ((nothing, 0), (nothing, 1), (stderr, 2)):
        os.dup2(there, here)
    os.close(nothing)
    os.close(stderr)
    os.chdir(order.folder)
    os.environ.clear()
    os.environ.update(order.environment)
    time.tzset()
    sys.orig_argv[:] = [sys.executable, "-m", "app", *order.arguments]
    sys.exit(main(order.arguments))


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
