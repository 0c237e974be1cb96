"""`playrelay doctor`: print one line for each check: ok, or what to do."""

import argparse
import asyncio
from collections.abc import AsyncIterator, Sequence

from app.cli.address import public_address
from app.cli.stores import add_account, chosen
from app.cli.terminal import printable, say
from app.config import AccountSettings, Settings, SettingsError, load_settings
from app.doctor import Finding, examine, examine_from_outside, variables
from app.domain.url import Url
from app.runtime.stores import open_store
from app.store.errors import StoreError
from app.telemetry.logs import configure_logs
from app.web.tracker.build import read_build


def add_options(verb: argparse.ArgumentParser) -> None:
    """Add --account, and --url to check the public address instead."""
    verb.add_argument(
        "--url",
        type=public_address,
        help="check this public address with the requests of a browser on an allowed site",
    )
    add_account(verb)
    verb.set_defaults(run=doctor)


def doctor(given: argparse.Namespace) -> int:
    """Run every check that can run. Returns 1 if one found a fault, 2 if the settings are wrong."""
    configure_logs("error", None)
    try:
        settings = load_settings()
        accounts = chosen(given.account)
    except SettingsError as error:
        for fault in error.faults:
            _print_finding(Finding("settings", "wrong", fault))
        return 2
    url: Url | None = given.url
    if url is not None:
        return asyncio.run(_report_from_outside(url, accounts))
    return asyncio.run(_report(settings, accounts))


async def _report_from_outside(url: Url, accounts: Sequence[AccountSettings]) -> int:
    files = [name for name in read_build().files if name.endswith(".js")]
    found = examine_from_outside(url, accounts, files)
    return int(any([_print_finding(finding) async for finding in found]))


async def _report(settings: Settings, accounts: Sequence[AccountSettings]) -> int:
    faults = [_print_finding(variables(settings))]
    for account in accounts:
        if account.name:
            say(f"{account.name}:")
        faults += [_print_finding(finding) async for finding in _account(account)]
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


def _print_finding(finding: Finding) -> bool:
    """Print a finding. Returns whether it is a fault."""
    say(printable(str(finding)))
    return finding.is_fault
