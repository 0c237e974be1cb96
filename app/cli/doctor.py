"""`playrelay doctor`: one line a check, with ok or with what to do."""

import argparse
import asyncio
from collections.abc import AsyncIterator, Sequence

from app.cli.stores import chosen
from app.config import AccountSettings, Settings, SettingsError, load_settings
from app.doctor import Finding, examine, variables
from app.runtime.stores import open_store
from app.store.errors import StoreError
from app.telemetry.logs import configure_logs


def doctor(given: argparse.Namespace) -> int:
    """Run every check that can be run; 1 if any found a fault, 2 if the settings are wrong."""
    configure_logs("error", None)
    try:
        settings = load_settings()
        accounts = chosen(given.account)
    except SettingsError as error:
        for fault in error.faults:
            print(Finding("settings", "wrong", fault))
        return 2
    return asyncio.run(_report(settings, accounts))


async def _report(settings: Settings, accounts: Sequence[AccountSettings]) -> int:
    faults = [_tell(variables(settings))]
    for account in accounts:
        if account.name:
            print(f"{account.name}:")
        faults += [_tell(finding) async for finding in _account(account)]
    return int(any(faults))


async def _account(account: AccountSettings) -> AsyncIterator[Finding]:
    try:
        store = await open_store(account.settings, account=account.name)
    except StoreError as error:
        yield Finding("store", "can't be opened", str(error))
        return
    try:
        async for finding in examine(account.settings, store):
            yield finding
    finally:
        await store.close()


def _tell(finding: Finding) -> bool:
    """Print it; whether it is a fault."""
    print(finding, flush=True)
    return bool(finding.advice)
