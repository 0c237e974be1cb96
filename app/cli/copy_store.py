"""`playrelay store copy`: copy the store from SQLite to PostgreSQL, or back."""

import argparse
import asyncio

from msgspec.structs import replace

from app.cli.arguments import acts_of, add_act
from app.cli.progress import Progress
from app.cli.stores import add_account, chosen, opened
from app.cli.terminal import say
from app.config import AccountSettings, SettingsError, is_postgresql
from app.config.database import database_address
from app.formatting import count, number


def add_options(verb: argparse.ArgumentParser) -> None:
    """Add its only action."""
    act = add_act(
        acts_of(verb), "copy", "copy SQLite to PostgreSQL or back, while no relay runs on it"
    )
    act.add_argument(
        "--to",
        required=True,
        metavar="URL",
        help="an empty database, written as in PLAYRELAY_DATABASE_URL (PGPASSWORD is read)",
    )
    add_account(act)
    act.set_defaults(run=copy)


def copy(given: argparse.Namespace) -> int:
    """Copy each account's store, or the named one's. Raises SettingsError, StoreError."""
    try:
        to = database_address(given.to).url
    except ValueError as error:
        raise SettingsError([f"--to: {error}"]) from None
    for account in chosen(given.account):
        if to == account.settings.database_url:
            raise SettingsError(
                ["--to: is the same as PLAYRELAY_DATABASE_URL: name another database"]
            )
        rows = asyncio.run(_copy(account, to))
        of = f" of {account.name}" if account.name else ""
        plays, events = count(rows["plays"], "play"), count(rows["outbox"], "event")
        say(f"copied the store{of}: {number(sum(rows.values()))} rows, {plays}, {events}")
    say("Set PLAYRELAY_DATABASE_URL to the copy, and start the relay.")
    return 0


async def _copy(account: AccountSettings, to: str) -> dict[str, int]:
    settings = account.settings
    name = "PostgreSQL" if is_postgresql(settings.database_url) else "the SQLite store"
    async with opened(account) as source:
        source.maintenance.hold_delivery()
        into = replace(account, settings=settings.model_copy(update={"database_url": to}))
        async with opened(into) as target:
            with Progress("copying rows") as progress:
                return await source.copy_to(target, name, progress)
