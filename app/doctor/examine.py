"""Checks an account: its store, events, media, clock, token and scopes."""

import contextlib
import email.utils
from collections.abc import AsyncIterator

import httpx

from app.collect.admission import MOST_UNPROVEN
from app.config import Settings
from app.deliver.maintenance import KEEP_TIME
from app.doctor.alerts import examine_alerts
from app.doctor.endings import examine_endings, examine_versions
from app.doctor.finding import Finding
from app.doctor.outcomes import outcomes, steps
from app.explain.pauses import why_paused
from app.explain.refused import remedy, summary
from app.formatting import number
from app.hubspot import scopes
from app.hubspot.client import HubSpotClient, make_http
from app.hubspot.endings import Signs, in_use
from app.hubspot.oauth import Introspection
from app.hubspot.results import (
    Contacts,
    LookupGone,
    LookupResult,
    MissingScope,
    NotConnected,
    Unauthorized,
)
from app.runtime.clock import now_ms
from app.runtime.hubspot import connect_hubspot
from app.store.errors import StoreError
from app.store.event_reports import REFUSED_MEDIA
from app.store.store import Store
from app.telemetry.metrics import Metrics

CLOCK_TOLERANCE_SECONDS = 5.0
AUDIT_ENTRIES = 200
"""Latest entries of the audit log that are searched; a day has at most 24 about clocks."""

PROBE_UTK = "0" * 32
"""A usertoken of no visitor: looking it up changes nothing and proves that look-ups work."""


async def examine(settings: Settings, store: Store) -> AsyncIterator[Finding]:
    """Every check of one account that can be run, in turn; `store` is open."""
    yield await _store(store)
    with contextlib.suppress(StoreError):  # the finding about the store reports it
        for finding in outcomes(settings, await store.admin.depths(now_ms())):
            yield finding
    yield await _space(settings, store)
    yield await _media(store)
    for finding in await examine_alerts(settings, store):
        yield finding
    with contextlib.suppress(StoreError):
        for finding in steps(await store.admin.audit_log(AUDIT_ENTRIES), now_ms()):
            yield finding
    if settings.sandboxed:
        yield Finding("sandbox", "nothing reaches HubSpot: events go to the built-in sandbox")
        return
    clock = await _clock(settings)
    yield clock
    if clock.subject == "HubSpot":  # it can't be reached
        return
    signs = Signs()
    async with connect_hubspot(settings, store, Metrics(), None, signs=signs) as client:
        async for finding in _account(settings, client):
            yield finding
    for finding in examine_versions(settings.hubspot_versions):
        yield finding
    yield examine_endings(in_use(settings.hubspot_versions, signs), now_ms())


async def _store(store: Store) -> Finding:
    try:
        await store.inbox.check_writable(now_ms())
        depths = await store.admin.depths(now_ms())
    except StoreError as error:
        return Finding("store", "does not accept writes", str(error))
    if depths.quarantined:
        return Finding(
            "store",
            f"{depths.quarantined} pings are set aside because they broke the fold",
            "please report it as a bug",
        )
    if depths.paused_until > now_ms():
        return Finding(
            "store", "accepts writes, but delivery is paused", why_paused(depths.pause_reason)
        )
    return Finding("store", "accepts writes")


async def _space(settings: Settings, store: Store) -> Finding:
    """Compare the size of the store with its limit."""
    try:
        held = (await store.maintenance.usage(MOST_UNPROVEN)).size
    except StoreError as error:
        return Finding("space", "can't be measured", str(error))
    limit = settings.store_limit_mb * 2**20
    says = f"the store holds {number(held / 2**20)} MiB"
    if not limit:
        return Finding("space", f"{says}, without a limit")
    says += f" of {number(limit / 2**20)}"
    if held >= limit:
        return Finding(
            "room",
            f"{says}: plays of visitors without any identity are refused",
            "raise PLAYRELAY_STORE_LIMIT_MB, or keep less (PLAYRELAY_PARK_DAYS)",
        )
    return Finding("space", says)


async def _media(store: Store) -> Finding:
    try:
        refused = await store.rejections.media(now_ms(), REFUSED_MEDIA)
    except StoreError as error:
        return Finding("media", "can't be read", str(error))
    if refused:
        return Finding("media", summary(refused), remedy(refused))
    return Finding("media", "HubSpot refuses none")


async def _clock(settings: Settings) -> Finding:
    """Compare our clock with HubSpot's Date header: a wrong clock makes wrong timelines."""
    async with make_http() as http:
        try:
            sent = now_ms()
            answer = await http.get(settings.hubspot_base_url, follow_redirects=False)
            said = email.utils.parsedate_to_datetime(answer.headers["date"]).timestamp()
        except httpx.HTTPError as error:
            name = type(error).__name__
            return Finding(
                "HubSpot",
                f"{settings.hubspot_base_url} can't be reached ({name})",
                "check the network, the proxy and PLAYRELAY_HUBSPOT_BASE_URL",
            )
        except (KeyError, ValueError):
            return Finding("clock", "could not be compared: no usable Date in HubSpot's answer")
    off = abs((sent + now_ms()) / 2000 - said)
    if off > CLOCK_TOLERANCE_SECONDS:
        return Finding("clock", f"differs from HubSpot's by {off:.0f} s", KEEP_TIME)
    return Finding("clock", "agrees with HubSpot's")


async def _account(settings: Settings, client: HubSpotClient) -> AsyncIterator[Finding]:
    looked_up = await client.contacts_by_usertoken([PROBE_UTK])
    if isinstance(looked_up, NotConnected):
        yield Finding("token", "is missing", looked_up.message)
        return
    again = "install the app again"
    if settings.connectable:
        again += " (playrelay connect --again)"
    reported = await client.introspect()
    token = _token(reported, looked_up, again)
    yield token
    if token.advice:
        return
    if isinstance(reported, Introspection) and reported.scopes:
        wanted = [scopes.OF_DESTINATIONS[each] for each in settings.destinations]
        if settings.identity == "lookup" or settings.console_names:
            wanted.append(scopes.CONTACTS)
        missing = [scope for scope in wanted if scope not in reported.scopes]
        yield (
            Finding("scopes", "missing", f"grant {', '.join(missing)} and {again}")
            if missing
            else Finding("scopes", ", ".join(wanted))
        )
    elif isinstance(looked_up, LookupGone):
        yield Finding("scopes", "the token does not report them")
    elif isinstance(looked_up, MissingScope):
        yield Finding("scopes", f"{scopes.CONTACTS} is missing", "grant it to the app")
    else:
        yield Finding("scopes", f"{scopes.CONTACTS}; the token does not report {scopes.EVENTS}")


def _token(reported: object, looked_up: LookupResult, again: str) -> Finding:
    if isinstance(reported, Introspection) and reported.active:
        domain = f" ({reported.hub_domain})" if reported.hub_domain else ""
        account = f" for account {reported.hub_id}{domain}" if reported.hub_id else ""
        return Finding("token", f"valid{account}")
    if isinstance(looked_up, Contacts | MissingScope):
        return Finding("token", "valid: HubSpot answers look-ups")
    if isinstance(looked_up, Unauthorized) or (
        isinstance(reported, Introspection) and not reported.active
    ):
        advice = f"create a new one and set it in the environment, or {again}"
        return Finding("token", "refused by HubSpot", advice)
    if isinstance(looked_up, LookupGone):
        return Finding("token", "not checked: HubSpot no longer offers the look-up that shows it")
    return Finding("token", "could not be checked", f"HubSpot answered {type(looked_up).__name__}")
