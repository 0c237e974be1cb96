"""The matrix's records: one TOML file a case says what is played and what must come of it.

`pages/NAME.html` is the page, with `{{film}}`, `{{title}}` and `{{number}}` for the film that it
shows; `pages/NAME.js`, where there is one, is its script, which is bundled as a site's would be.
"""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
PAGES = FOLDER / "pages"

TITLES = {
    "autumn": "The autumn webinar",
    "winter": "The winter webinar",
    "spring": "The spring webinar",
}
"""The films. Every page can show one as well as another."""

ASPECTS = ("views", "medium", "identity", "undisturbed")
"""What is asserted of each case."""


@dataclass(frozen=True)
class Expected:
    """A view that the relay must receive."""

    until: float = 14
    """The position (seconds) to which it is played."""
    before: str = ""
    """What the page does to come to it: a JavaScript expression."""
    medium: Mapping[str, Any] = field(default_factory=dict)
    """Fields of the play. An address begins at the site's root."""
    share: str = ""
    """Its true share where the browser's `played` doesn't tell: a JavaScript expression."""


@dataclass(frozen=True)
class Case:
    """A library as one kind of page uses it."""

    name: str
    library: str
    plays: str
    """What is played how, in a few words."""
    packages: tuple[str, ...] = ()
    views: tuple[Expected, ...] = ()
    unseen: tuple[Expected, ...] = ()
    """Played likewise, but nothing must come of it."""
    engines: tuple[str, ...] = ("chromium",)
    named: str = ""
    """Where its name is from."""
    frame: str = ""
    """The vendor whose player plays, in a frame or by a script; one of ours stands for it."""
    scripted: bool = False
    """The page plays it, not the frame."""
    briefly: float = 3
    """The position (seconds) to which a film is played only to be named."""
    adds: str = ""
    """What the page has to add."""
    limit: str = ""
    """What can't be known."""
    volatile: tuple[str, ...] = ()
    """Attributes, by how they begin, that the library itself sets differently each time."""
    fails: Mapping[str, str] = field(default_factory=dict)
    """Aspects that are not right yet, with the reason."""
    unsteady: Mapping[str, str] = field(default_factory=dict)
    """Aspects that are right at times, with the reason."""

    @property
    def acts(self) -> tuple[Expected, ...]:
        """All that the visitor plays, in order."""
        return self.views + self.unseen


def load() -> dict[str, Case]:
    """All cases by name."""
    return {path.stem: _read(path) for path in sorted(PAGES.glob("*.toml"))}


def versions() -> dict[str, str]:
    """The pinned version of each package."""
    pinned: dict[str, str] = json.loads((FOLDER / "package.json").read_text())["dependencies"]
    return pinned


def filled(text: str, film: str) -> str:
    """`text` as it is for a film."""
    number = str(76979871 + list(TITLES).index(film))
    values = {"film": film, "title": TITLES[film], "number": number}
    for name, value in values.items():
        text = text.replace(f"{{{{{name}}}}}", value)
    return text


def _read(path: Path) -> Case:
    given = tomllib.loads(path.read_text())
    for name in ("views", "unseen"):
        given[name] = tuple(Expected(**each) for each in given.get(name, ()))
    for name in ("packages", "engines", "volatile"):
        if name in given:
            given[name] = tuple(given[name])
    unknown = {*given.get("fails", ()), *given.get("unsteady", ())} - set(ASPECTS)
    if unknown:
        raise ValueError(f"{path.name}: fails, unsteady: {unknown} is none of {ASPECTS}")
    return Case(name=path.stem, **given)
