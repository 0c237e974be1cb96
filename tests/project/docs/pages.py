"""The project's documents, and the code that stands in them."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.places import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def name(page: Path) -> str:
    """As a test's id."""
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path, language: str) -> Iterator[str]:
    """The fenced blocks in that language."""
    for found, text in _FENCE.findall(page.read_text("utf-8")):
        if found == language:
            yield text


def commands(page: Path) -> Iterator[str]:
    """Each command of the shell blocks on one line, and those named in the text."""
    for block in blocks(page, "sh"):
        text = re.sub(r"'[^']*'", lambda quoted: quoted[0].replace("\n", " "), block)
        yield from filter(None, map(str.strip, text.replace("\\\n", " ").splitlines()))
    for code in re.findall(r"`([^`\n]+)`", _FENCE.sub("", page.read_text("utf-8"))):
        if code.startswith(("playrelay ", "make ")):
            yield code


def anchors(page: Path) -> set[str]:
    """The anchors that a page's headings make, as GitHub makes them."""
    text = _FENCE.sub("", page.read_text("utf-8"))
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        for heading in _HEADING.findall(text)
    }
