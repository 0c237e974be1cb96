"""`playrelay …`: every command has --help; an error is one line that says what to do.

Exit status: 0 done, 1 it failed, 2 the command or the settings are wrong.
"""

import os
import sys
from collections.abc import Sequence

from app.cli.parser import parse
from app.cli.terminal import open_closed_streams, say


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command."""
    open_closed_streams()
    words = sys.argv[1:] if arguments is None else arguments
    given = parse(words)
    try:
        return int(given.run(given) or 0)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the one place that reports it
        from app.cli.failure import line_and_status  # noqa: PLC0415 - it imports every error

        line, status = line_and_status(error)
        if line:
            say(line, error=True)
        if isinstance(error, BrokenPipeError):  # otherwise Python reports it again at the exit
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return status
