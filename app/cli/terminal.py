"""Prints to the terminal, without the control characters that visitors' texts may contain."""

import json
import os
import re
import sys

# C0 and C1 controls, Unicode's line ends, marks that reorder text, and lone surrogates.
_OBEYED = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e0fff]"
)


def printable(text: str) -> str:
    """The text on one line; control characters are escaped as in JSON."""
    return _OBEYED.sub(lambda found: json.dumps(found[0])[1:-1], text)


def say(text: str, *, error: bool = False) -> None:
    """Print lines, each of them printable. Failing to print an error message is ignored."""
    lines = "\n".join(map(printable, text.split("\n")))
    try:
        print(lines, file=sys.stderr if error else sys.stdout, flush=True)
    except OSError:  # a full disk or a closed pipe: a lost result must be reported
        if not error:
            raise


def fail(reason: str) -> int:
    """Print why a command failed. Returns its exit status."""
    say(f"playrelay: {reason}", error=True)
    return 1


def open_closed_streams() -> None:
    """Open the null device for each standard stream that is closed.

    Otherwise the next file or socket gets the stream's number, and with it what libraries print
    there; and `print` sends messages to standard output instead.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            nowhere = os.open(os.devnull, os.O_RDWR)  # the lowest number that is free
            setattr(sys, name, os.fdopen(nowhere, "w" if number else "r"))
