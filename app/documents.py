"""The documents come with the package: messages name them as `playrelay docs` prints them."""

import re
from collections.abc import Mapping
from pathlib import Path

_APP = Path(__file__).parent
_PACKAGED = _APP / "_docs"
_FOLDER = _PACKAGED if _PACKAGED.exists() else _APP.parent / "docs"
"""In a wheel they lie inside the package, in a checkout beside it."""

_HEADING = re.compile(r"^(#+) ([^\n]+)$|^```.*?^```$", re.MULTILINE | re.DOTALL)


def see(name: str, section: str = "") -> str:
    """The command that prints a document, or a section of it, wherever the relay is installed."""
    return f"playrelay docs {name} {section}".rstrip()


def documents() -> Mapping[str, str]:
    """Each document's text, by the name that `playrelay docs` takes."""
    return {path.stem.lower(): path.read_text("utf-8") for path in sorted(_FOLDER.glob("*.md"))}


def title(text: str) -> str:
    """What a document is called."""
    return text.partition("\n")[0].lstrip("# ")


def sections(text: str) -> Mapping[str, str]:
    """The text of each section, and of those below it, by its anchor in links."""
    heads = [found for found in _HEADING.finditer(text) if found[1]]
    found: dict[str, str] = {}
    for place, head in enumerate(heads):
        ends = (each.start() for each in heads[place + 1 :] if len(each[1]) <= len(head[1]))
        found[_anchor(head[2])] = text[head.start() : next(ends, len(text))].rstrip()
    return found


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-")
