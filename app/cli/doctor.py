"""`playrelay doctor`: one line a check, with ok or with what to do."""

import argparse
import asyncio

from app.bootstrap import open_store
from app.doctor import Finding, examine, variables
from app.settings import Settings, SettingsError, load_settings
from app.store.interface import StoreError
from app.telemetry.logs import configure_logs


def doctor(_given: argparse.Namespace) -> int:
    """Run every check that can be run; 1 if any found a fault, 2 if the settings are wrong."""
    configure_logs("error", None)
    try:
        settings = load_settings()
    except SettingsError as error:
        for fault in error.faults:
            print(Finding("settings", "wrong", fault))
        return 2
    return asyncio.run(_report(settings))


async def _report(settings: Settings) -> int:
    try:
        store = await open_store(settings)
    except StoreError as error:
        print(variables())
        print(Finding("store", "can't be opened", str(error)))
        return 1
    faults = 0
    try:
        async for finding in examine(settings, store):
            print(finding, flush=True)
            faults += bool(finding.advice)
    finally:
        await store.close()
    return 1 if faults else 0
