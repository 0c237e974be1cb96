"""`playrelay docs`: print the documents, for people who have only the package or the image."""

import argparse
import difflib
from collections.abc import Collection

from app.cli.terminal import say
from app.documents import documents, sections, title


def add_options(verb: argparse.ArgumentParser) -> None:
    """Add the document and its section."""
    verb.add_argument("name", nargs="?", help="the document; none: list them")
    verb.add_argument("section", nargs="?", help="a section of it, as links name it after #")
    verb.set_defaults(run=lambda given: _print(verb, given.name, given.section))


def _print(verb: argparse.ArgumentParser, name: str | None, section: str | None) -> int:
    known = documents()
    if name is None:
        say("\n".join(f"{each:<14}{title(text)}" for each, text in known.items()))
        return 0
    text = known.get(name.lower().removesuffix(".md"))
    if text is None:
        verb.error(f"{name!r} is not a document{_instead(name.lower(), known)}")
    if section is None:
        say(text.rstrip())
        return 0
    parts = sections(text)
    if section.lower() not in parts:
        verb.error(f"{name} has no section {section!r}{_instead(section.lower(), parts)}")
    say(parts[section.lower()])
    return 0


def _instead(given: str, known: Collection[str]) -> str:
    meant = difflib.get_close_matches(given, known, n=1)
    return f": did you mean {meant[0]}?" if meant else f": give one of {', '.join(known)}"
