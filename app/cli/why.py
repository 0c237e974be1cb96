"""`playrelay why`: what became of the plays of a session, a visitor or a contact."""

import argparse
import sys

import msgspec

from app.cli.stores import in_each
from app.cli.terminal import printable, say
from app.explain.explanation import Explanation
from app.explain.find import explanations
from app.explain.words import moment
from app.runtime.clock import now_ms
from app.store.store import Store


def why(given: argparse.Namespace) -> int:
    """Tell each play's walk; exit status 1 if nothing is known."""

    async def find(store: Store, account: str) -> list[Explanation]:
        return await explanations(store, given.who, now_ms(), given.limit, account)

    told = [story for found in in_each(given, find) for story in found]
    if given.json:
        say(msgspec.json.format(msgspec.json.encode(told), indent=2).decode())
    elif told:
        say("\n\n".join(map(_text, told)))
    if told:
        return 0
    print(
        "playrelay: no play is known by that. It may have arrived a moment ago, may be too old "
        "(see PLAYRELAY_RETAIN_DAYS and PLAYRELAY_PARK_DAYS), or its pings never arrived: "
        "data-debug on the script tag says in the browser's console why not",
        file=sys.stderr,
    )
    return 1


def _text(story: Explanation) -> str:
    steps = (f"  {moment(step.at)}  {printable(step.what)}" for step in story.steps)
    where = f"{story.account}: " if story.account else ""
    head = (f"{where}{printable(story.title)}", f"  → {printable(story.verdict)}")
    return "\n".join((*head, *steps))
