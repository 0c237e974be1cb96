"""Parsers, actions and option types that several commands share."""

import argparse
import re
from typing import NoReturn, TypeAlias

from app.cli.terminal import say

Acts: TypeAlias = "argparse._SubParsersAction[Command]"  # noqa: SLF001 - no other name

_LARGEST_PORT = 65_535
_LARGEST_NUMBER = 2**63 - 1
_LONG = re.compile(r"(\S{100})\S{100,}")
_SHOWN = 40  # characters: Python reads no number of more than 4,300


class Command(argparse.ArgumentParser):
    """The parser of a command or an action. It reports bad usage in one line."""

    def error(self, message: str) -> NoReturn:
        """Print the message in one line, and exit with status 2."""
        what = _LONG.sub(r"\1…", message.removeprefix("argument "))
        say(f"{self.prog}: {what}: see {self.prog} --help", error=True)
        raise SystemExit(2)


def acts_of(verb: argparse.ArgumentParser) -> Acts:
    """The actions of a command, to which `add_act` adds."""
    acts: Acts = verb.add_subparsers(metavar="action", parser_class=Command)

    def none_given(_given: argparse.Namespace) -> NoReturn:
        verb.error(f"name an action: {', '.join(acts.choices or ())}")

    verb.set_defaults(run=none_given)
    return acts


def add_act(acts: Acts, name: str, says: str) -> Command:
    """Add an action. `says`: its line in the list of actions, and its description."""
    return acts.add_parser(name, help=says, description=sentence(says))


def sentence(words: str) -> str:
    """The words as a sentence."""
    return f"{words[0].upper()}{words[1:]}."


def text(value: str) -> str:
    """Text that the store and HubSpot accept: a terminal may use another encoding."""
    if not value.isprintable():
        raise argparse.ArgumentTypeError(f"{value[:_SHOWN]!r} is not text in UTF-8 on one line")
    return value


def positive(text: str) -> int:
    """A whole number above 0, as large as a store can hold it."""
    if not _is_number(text) or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text[:_SHOWN]!r} is not a whole number above 0")
    if int(text) > _LARGEST_NUMBER:
        raise argparse.ArgumentTypeError(
            f"{text!r} is too large: give a number up to {_LARGEST_NUMBER}"
        )
    return int(text)


def port_number(text: str) -> int:
    """A port to listen on; 0 for any that is free."""
    if not (_is_number(text) and int(text) <= _LARGEST_PORT):
        raise argparse.ArgumentTypeError(
            f"{text[:_SHOWN]!r} is not a port: give a number from 0 to {_LARGEST_PORT}"
        )
    return int(text)


def contact_id(text: str) -> int:
    """The id of a HubSpot contact."""
    if not (_is_number(text) and 0 < int(text) <= _LARGEST_NUMBER):
        raise argparse.ArgumentTypeError(
            f"{text[:_SHOWN]!r} is not a contact id: give HubSpot's Record ID, a number"
            f"{no_mail(text)}"
        )
    return int(text)


def no_mail(text: str) -> str:
    """Explain that mail addresses are not stored, so that a search for one finds nothing."""
    return " (mail addresses are not stored: look the contact up in HubSpot)" if "@" in text else ""


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= _SHOWN
