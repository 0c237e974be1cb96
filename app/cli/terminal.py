"""What the commands print: strangers' texts, too, and terminals obey control characters."""

import json
import os
import re
import sys

# Controls of both sets, line ends of Unicode, what reorders text, and lone halves of pairs.
_OBEYED = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e0fff]"
)


def printable(text: str) -> str:
    """The text on one line; what a terminal would obey is written as in JSON."""
    return _OBEYED.sub(lambda found: json.dumps(found[0])[1:-1], text)


def say(text: str, *, error: bool = False) -> None:
    """Print lines, each of them printable. A message that nobody can read stops no work."""
    lines = "\n".join(map(printable, text.split("\n")))
    try:
        print(lines, file=sys.stderr if error else sys.stdout, flush=True)
    except OSError:  # a full disk, a closed pipe: of a result, whoever waits for it has to know
        if not error:
            raise


def open_closed_streams() -> None:
    """Lead the standard streams that a process was started without nowhere.

    Else a file or a socket that is opened next gets the stream's number, and with it what
    libraries print there; and `print` sends messages to standard output instead.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            nowhere = os.open(os.devnull, os.O_RDWR)  # the lowest number that is free
            setattr(sys, name, os.fdopen(nowhere, "w" if number else "r"))
