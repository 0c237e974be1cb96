"""`playrelay migrate`: create the store or update its schema."""

import argparse

from app.cli.stores import add_account, in_each
from app.cli.terminal import say
from app.store.store import Store


def add_options(verb: argparse.ArgumentParser) -> None:
    """Add --account."""
    add_account(verb)
    verb.set_defaults(run=migrate)


def migrate(given: argparse.Namespace) -> int:
    """Migrate each store, by opening it."""

    async def nothing(_store: Store, account: str) -> str:
        return f"the store{f' of {account}' if account else ''} is up to date"

    for line in in_each(given, nothing):
        say(line)
    return 0
