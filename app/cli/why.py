"""`playrelay why`: explain what happened to the plays of a session, a visitor or a contact."""

import argparse

import msgspec

from app.cli.arguments import positive, text
from app.cli.stores import add_account, in_each
from app.cli.terminal import fail, printable, say
from app.explain.explanation import Explanation
from app.explain.find import explanations
from app.formatting import moment
from app.runtime.clock import now_ms
from app.store.store import Store


def add_options(verb: argparse.ArgumentParser) -> None:
    """Add the options: whose plays, how many, in which format."""
    verb.add_argument("who", type=text, help="a session id, a usertoken or a HubSpot contact id")
    verb.add_argument("--limit", type=positive, default=20, help="plays at most (%(default)s)")
    verb.add_argument("--json", action="store_true", help="as JSON")
    add_account(verb)
    verb.set_defaults(run=why)


def why(given: argparse.Namespace) -> int:
    """Print the explanation of each play. Returns 1 if none is known."""

    async def find(store: Store, account: str) -> list[Explanation]:
        return await explanations(store, given.who, now_ms(), given.limit, account)

    found = [explanation for each in in_each(given, find) for explanation in each]
    if given.json:
        say(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())
    elif found:
        say("\n\n".join(map(_text, found)))
    if found:
        return 0
    return fail(
        "no play is found. It may have arrived a moment ago, may be too old "
        "(see PLAYRELAY_RETAIN_DAYS and PLAYRELAY_PARK_DAYS), or its pings never arrived: set "
        "data-debug on the script tag, and see the browser's console"
    )


def _text(explanation: Explanation) -> str:
    steps = (f"  {moment(step.at)}  {printable(step.what)}" for step in explanation.steps)
    where = f"{explanation.account}: " if explanation.account else ""
    head = (f"{where}{printable(explanation.title)}", f"  → {printable(explanation.verdict)}")
    return "\n".join((*head, *steps))
