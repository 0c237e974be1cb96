"""Shows the progress of long work: a count on standard error, if that is a terminal."""

import sys
from types import TracebackType
from typing import Self, TextIO

ERASE = "\r\x1b[K"


class Progress:
    """Shows a count on one line, which disappears when the work is done."""

    def __init__(self, what: str, stream: TextIO | None = None) -> None:
        self._what = what
        self._stream = stream or sys.stderr
        self._shown = self._stream.isatty()

    def __call__(self, done: int) -> None:
        """Show the count."""
        if self._shown:
            self._stream.write(f"{ERASE}{self._what}: {done:,} …")
            self._stream.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._shown:
            self._stream.write(ERASE)
            self._stream.flush()
