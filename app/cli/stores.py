"""Opens the stores that a command works on: all of them, or that of the named account."""

import argparse
import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TypeVar

from app.config import PREFIX, AccountSettings, Settings, SettingsError, accounts_of, load_settings
from app.runtime.stores import open_store
from app.store.store import Store

T = TypeVar("T")

Work = Callable[[Store, str], Awaitable[T]]
"""Work on a store; its second argument is the account's name, "" if there is only one."""


def add_account(verb: argparse.ArgumentParser, *, all_without: bool = True) -> None:
    """Add the option `--account`. `all_without`: without it, the command uses all accounts."""
    what = "default: all" if all_without else "required if there are several"
    verb.add_argument("--account", help=f"which account of PLAYRELAY_SITES ({what})")


def in_each(given: argparse.Namespace, work: Work[T]) -> list[T]:
    """Run the work on the named account's store, or on each. Raises SettingsError, StoreError."""
    return asyncio.run(_in_stores(chosen(given.account), work))


def in_one(given: argparse.Namespace, work: Work[T]) -> T:
    """Run the work on one account's store, which must be named if there are several."""
    return asyncio.run(_in_stores([the_one(given.account)], work))[0]


async def _in_stores(accounts: Sequence[AccountSettings], work: Work[T]) -> list[T]:
    done = []
    for account in accounts:
        async with opened(account) as store:
            done.append(await work(store, account.name))
    return done


@asynccontextmanager
async def opened(account: AccountSettings) -> AsyncIterator[Store]:
    """Open the account's store for the block. Raises StoreError."""
    store = await open_store(account.settings, account=account.name)
    try:
        yield store
    finally:
        await store.close()


def the_one(name: str | None) -> AccountSettings:
    """Find the account of that name, or the only one. Raises SettingsError."""
    accounts = chosen(name)
    if len(accounts) > 1:
        names = ", ".join(account.name for account in accounts)
        raise SettingsError([f"playrelay: choose an account with --account (there are {names})"])
    return accounts[0]


def chosen(name: str | None) -> Sequence[AccountSettings]:
    """Find the account of that name; without a name, all accounts. Raises SettingsError."""
    accounts = accounts_of(load_settings())
    if name is None:
        return accounts
    found = [account for account in accounts if account.name == name]
    if found and name:
        return found
    names = [account.name for account in accounts if account.name]
    known = (
        f"there are {', '.join(names)}" if names else "without PLAYRELAY_SITES there is only one"
    )
    raise SettingsError([f"playrelay: there is no account {name!r}: {known}"])


def expect_hubspot(settings: Settings) -> None:
    """Raise SettingsError in sandbox mode: the built-in sandbox runs only inside the relay."""
    if settings.sandboxed:
        line = (
            f"{PREFIX}HUBSPOT_ACCESS_TOKEN: set it, or an OAuth app: this command needs HubSpot; "
            "to try it out, use the settings that playrelay sandbox prints"
        )
        raise SettingsError([line])
