"""`playrelay events define`: create the definition that HubSpot's custom events need."""

import argparse
import asyncio

from app.cli.arguments import acts_of, add_act
from app.cli.stores import add_account, expect_hubspot, opened, the_one
from app.cli.terminal import fail, printable, say
from app.config import PREFIX, AccountSettings
from app.hubspot.answers import Answer
from app.hubspot.client import HubSpotClient
from app.hubspot.custom_events import (
    NAME,
    PROPERTIES,
    Definition,
    define_call,
    definition_call,
    definition_result,
    property_call,
    property_result,
)
from app.hubspot.exchange import Call
from app.hubspot.results import (
    MissingScope,
    NotConnected,
    Refused,
    Trouble,
    Unauthorized,
    words_of,
)
from app.hubspot.scopes import CUSTOM_EVENTS, DEFINITIONS
from app.runtime.hubspot import connect_hubspot
from app.telemetry.logs import configure_logs
from app.telemetry.metrics import Metrics

NOT_FOUND = 404


def add_options(verb: argparse.ArgumentParser) -> None:
    """Add its only action."""
    act = add_act(acts_of(verb), "define", "create it at HubSpot, or add what it lacks")
    act.add_argument("--dry-run", action="store_true", help="create nothing, print what is missing")
    add_account(act, all_without=False)
    act.set_defaults(run=define)


def define(given: argparse.Namespace) -> int:
    """Create what the definition lacks; with --dry-run, only print it."""
    account = the_one(given.account)
    expect_hubspot(account.settings)
    return asyncio.run(_define(account, makes=not given.dry_run))


async def _define(account: AccountSettings, *, makes: bool) -> int:
    configure_logs("error", None)
    async with (
        opened(account) as store,
        connect_hubspot(account.settings, store, Metrics(), None) as client,
    ):
        return await _defined(client, makes=makes)


async def _defined(client: HubSpotClient, *, makes: bool) -> int:
    known = await _asked(client, definition_call(client.custom, NAME))
    if isinstance(known, Refused) and known.status == NOT_FOUND:
        if not makes:
            say(f"HubSpot has no event {NAME}: playrelay events define creates it")
            return 0
        known = await _asked(client, define_call(client.custom, NAME))
        if isinstance(known, Definition):
            say(f"event {NAME} created, with {', '.join(PROPERTIES)}")
    if not isinstance(known, Definition):
        return _failed(known)
    return await _completed(client, known, makes=makes)


async def _completed(client: HubSpotClient, known: Definition, *, makes: bool) -> int:
    """Add the properties that the definition lacks."""
    for name, (_, kind) in PROPERTIES.items():
        if known.properties.get(name, kind) != kind:
            return fail(
                f"property {name} of {NAME} is a {printable(known.properties[name])}, "
                f"not a {kind}: delete it in HubSpot, and run this again"
            )
    for name in PROPERTIES:
        if name in known.properties:
            continue
        if not makes:
            say(f"property {name} is missing: playrelay events define adds it")
            continue
        answer = await client.ask(property_call(client.custom, NAME, name))
        fault = property_result(answer) if isinstance(answer, Answer) else answer
        if fault is not None:
            return _failed(fault)
        say(f"property {name} added")
    say(f"HubSpot has the event: set {PREFIX}HUBSPOT_EVENT_NAME={printable(known.full_name)}")
    say(f"and add custom-events to {PREFIX}DESTINATIONS; sending needs {CUSTOM_EVENTS}")
    return 0


async def _asked(client: HubSpotClient, call: Call) -> Definition | Refused | Trouble:
    answer = await client.ask(call)
    return definition_result(answer) if isinstance(answer, Answer) else answer


def _failed(fault: Refused | Trouble) -> int:
    words = printable(words_of(fault))
    if isinstance(fault, MissingScope):
        words = f"{words}: defining needs the scope {DEFINITIONS}, sending {CUSTOM_EVENTS}"
    elif isinstance(fault, NotConnected | Unauthorized):
        words = f"{words}: playrelay doctor says what is wrong with the token"
    elif isinstance(fault, Refused):
        words = f"{words} (HTTP {fault.status}); custom events need an Enterprise account"
    return fail(f"HubSpot did not accept it: {words}")
