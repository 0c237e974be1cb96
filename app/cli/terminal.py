"""What the commands print: strangers' texts, too, and terminals obey control characters."""

import json
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
    """Print lines, each of them printable."""
    lines = "\n".join(map(printable, text.split("\n")))
    print(lines, file=sys.stderr if error else sys.stdout, flush=True)
