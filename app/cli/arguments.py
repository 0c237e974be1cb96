"""What the options of several verbs have in common."""

import argparse
from typing import TypeAlias

Acts: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - no other name


def acts_of(verb: argparse.ArgumentParser) -> Acts:
    """The acts of a verb that has several, as yet without any."""
    return verb.add_subparsers(required=True, metavar="act")


def positive(text: str) -> int:
    """A whole number above 0."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number above 0")
    return int(text)
