"""The commands. Only the modules of the command that is run are loaded, to start fast."""

import argparse
import difflib
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import NamedTuple

from app import __version__
from app.cli.arguments import Command, sentence
from app.documents import see


class Verb(NamedTuple):
    """A command: its help, and the module of `app.cli` and function there that add its options.

    That function also sets what runs the command (`run`).
    """

    help: str
    module: str
    adds: str = "add_options"


VERBS: Mapping[str, Verb] = {
    "serve": Verb("run the relay", "serve"),
    "doctor": Verb("check settings, store, events and HubSpot, or the public address", "doctor"),
    "connect": Verb("install the OAuth app in a HubSpot account", "connect"),
    "sandbox": Verb("run only the HubSpot sandbox", "sandbox"),
    "migrate": Verb("create or update the store's schema", "migrate"),
    "why": Verb("explain what happened to a visitor's plays", "why"),
    "embed": Verb("print the snippet for your pages", "embed"),
    "sign": Verb("print a contactId's signature, to compare with yours", "sign"),
    "export": Verb("print all that is stored about a visitor, as JSON", "visitor", "add_export"),
    "forget": Verb("erase a visitor from the store, for good", "visitor", "add_forget"),
    "backup": Verb("copy the SQLite store while the relay runs", "backup"),
    "store": Verb("copy the store to another database", "copy_store"),
    "media": Verb("list, match and register media at HubSpot", "media"),
    "outbox": Verb("list, show, requeue or discard events", "outbox"),
    "alert": Verb("send a test alert", "alert"),
    "events": Verb("create the definition that custom events need", "events"),
    "docs": Verb("print the documents", "docs"),
}


def parse(words: Sequence[str]) -> argparse.Namespace:
    """Parse a command line. Bad usage ends the process with exit status 2."""
    top = parser(words)
    if not words:
        top.error("name a command, such as: playrelay serve")
    verb = words[0]
    if not verb.startswith("-") and verb not in VERBS:
        meant = difflib.get_close_matches(verb, VERBS, n=1)
        top.error(
            f"{verb!r} is not a command" + "".join(f": did you mean {each}?" for each in meant)
        )
    given, left = top.parse_known_args(words)
    if left:
        Command(f"playrelay {verb}").error(f"{' '.join(left)} is not known{_setting(left[0])}")
    return given


def parser(words: Sequence[str]) -> Command:
    """The parser of a command line; only the commands among its words have options."""
    top = Command(
        prog="playrelay",
        description="The self-hosted relay between any web player and HubSpot. "
        f"Settings are environment variables: {see('settings')}",
    )
    top.add_argument("--version", action="version", version=f"playrelay {__version__}")
    verbs = top.add_subparsers(required=True, metavar="command")
    for name, verb in VERBS.items():
        added = verbs.add_parser(name, help=verb.help, description=sentence(verb.help))
        if name in words:
            getattr(import_module(f"app.cli.{verb.module}"), verb.adds)(added)
    return top


def _setting(option: str) -> str:
    """The remedy if a setting was given as an option."""
    from app.config import Settings, variable_name  # noqa: PLC0415 - only where it went wrong

    field = option.lstrip("-").partition("=")[0].replace("-", "_")
    return f": set {variable_name(field)} instead" if field in Settings.model_fields else ""
