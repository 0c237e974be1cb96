"""Writes the tables of docs/PLAYERS.md from the matrix's records and the vendors' facts.

`python -m tests.browser.players.document`; with `--check` nothing is written, and the exit status
is 1 if the document is stale.
"""

import re
import sys
import tomllib
from collections.abc import Iterable, Sequence

from tests.browser.players.records import Case, load, versions
from tests.places import ROOT

DOCUMENT = ROOT / "docs" / "PLAYERS.md"
VENDORS = ROOT / "tests" / "browser" / "frames" / "vendors.toml"

ENGINES = {"chromium": "Chromium", "firefox": "Firefox", "webkit": "WebKit"}

_BLOCK = re.compile(r"(<!-- players: ([a-z]+) -->\n).*?(<!-- /players -->)", re.DOTALL)


def libraries() -> Iterable[str]:
    """A line for each case: what is known of its plays."""
    yield _row("library", "plays", "name", "address", "the page adds", "engines")
    yield _row(*["---"] * 6)
    pinned = versions()
    for case in _sorted():
        packages = ", ".join(f"{name} {pinned[name]}" for name in case.packages)
        library = f"{case.library}<br>{packages}" if packages else case.library
        engines = ", ".join(ENGINES[each] for each in case.engines if each in ENGINES)
        known = (case.named or "–", _address(case)) if case.views else ("nothing is told", "–")
        yield _row(library, case.plays, *known, case.adds or "–", engines)


def limits() -> Iterable[str]:
    """The limits of each case: what the tracker can't see."""
    for case in _sorted():
        if case.limit:
            yield f"- **{case.library}**, {case.plays}: {case.limit}."


def faults() -> Iterable[str]:
    """The known faults of each case."""
    for case in _sorted():
        for reason in dict.fromkeys([*case.fails.values(), *case.unsteady.values()]):
            yield f"- **{case.library}**, {case.plays}: {reason}."


def vendors() -> Iterable[str]:
    """A line for each vendor whose frame is measured by what it says."""
    facts = tomllib.loads(VENDORS.read_text("utf-8"))
    facts.pop("without")
    yield _row("vendor", "what is read", "where the facts are from", "not known", "the page adds")
    yield _row(*["---"] * 5)
    for each in facts.values():
        unknown, page = each["unknown"] or "–", each["page"] or "–"
        yield _row(each["title"], each["read"], each["source"], unknown, page)


def without() -> Iterable[str]:
    """Vendors whose frames can't be measured."""
    for each in tomllib.loads(VENDORS.read_text("utf-8"))["without"].values():
        yield f"- **{each['title']}** ({', '.join(each['hosts'])}): {each['why']}."


TABLES = {table.__name__: table for table in (libraries, limits, faults, vendors, without)}


def written(text: str) -> str:
    """The document with its tables as they are now."""

    def table(block: re.Match[str]) -> str:
        lines = list(TABLES[block[2]]()) or ["Nothing."]
        return "\n".join([block[1].rstrip(), *lines, block[3]])

    return _BLOCK.sub(table, text)


def main(arguments: Sequence[str]) -> int:
    """Write or check; returns the exit status."""
    text = DOCUMENT.read_text("utf-8")
    new = written(text)
    if "--check" not in arguments:
        DOCUMENT.write_text(new, "utf-8")
    elif new != text:
        print("docs/PLAYERS.md is stale: run make docs", file=sys.stderr)  # noqa: T201
        return 1
    return 0


def _sorted() -> list[Case]:
    return sorted(load().values(), key=lambda case: (case.library.lower(), case.name))


def _address(case: Case) -> str:
    medium = case.views[0].medium
    if "externalId" in medium:
        return "`data-external-id`"
    url = medium.get("mediaUrl", "")
    if url.startswith("https:"):
        return "the vendor's, of the film"
    if url.endswith((".m3u8", ".mpd")):
        return "the manifest's"
    return "the file's" if url else "none: the place in the page"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
