"""Check that everything names the version that is about to be released.

`python -m tools.release [VERSION]`: the version stands in app/__init__.py; static/package.json and,
where a VERSION is given (that of a tag), it and CHANGELOG.md must name the same. Exit status 1 with
a line for each that does not.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from app import __version__

ROOT = Path(__file__).parent.parent


def faults(root: Path, version: str, tag: str | None) -> Iterator[str]:
    """What does not name `version`, a sentence each. `tag`: the version that a tag names."""
    npm = json.loads((root / "static" / "package.json").read_text("utf-8"))["version"]
    if npm != version:
        yield f"static/package.json has version {npm}, app/__init__.py has {version}"
    if tag is None:
        return
    if tag != version:
        yield f"the tag names {tag}, app/__init__.py has {version}"
    changes = (root / "CHANGELOG.md").read_text("utf-8")
    if not re.search(rf"^## {re.escape(tag)}, \d{{4}}-\d\d-\d\d$", changes, re.MULTILINE):
        yield f"CHANGELOG.md has no section '## {tag}, YYYY-MM-DD'"


def main(arguments: list[str]) -> int:
    """Say what is wrong; returns the exit status."""
    found = list(faults(ROOT, __version__, next(iter(filter(None, arguments)), None)))
    for fault in found:
        sys.stderr.write(f"{fault}\n")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
