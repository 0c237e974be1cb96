"""`/console/connect`: the OAuth app is installed from a page, and HubSpot told its name."""

import secrets
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from app.bootstrap import now_ms
from app.connect.errand import LOST, Errand, Errands, Return
from app.connect.install import Refusal
from app.connect.provider import Provider, Told, places_of, tell
from app.console.access import Person
from app.console.changes import Change, Form
from app.console.pages import HEADERS, TheConsole, ThePerson, link_to
from app.credentials import connecting, known_connection
from app.hubspot.client import make_http
from app.hubspot.exchange import Exchange
from app.hubspot.provider import PLACES
from app.relay import Account
from app.web.dependencies import TheAccount, TheRelay

PATH = "/console/connect"
LONGEST_NAME = 100


def routes() -> APIRouter:
    """The page, where the browser comes back to, and the form about the app itself."""
    router = APIRouter()
    # In memory: who was sent out by one process comes back to the same one.
    errands = Errands(now_ms, lambda: secrets.token_urlsafe(32))

    @router.get(PATH)
    async def page(
        request: Request, console: TheConsole, person: ThePerson, account: TheAccount
    ) -> Response:
        told = await _told(request, person, account, errands)
        return console.pages.page(request, "connect.html", person, **told)

    @router.get(f"{PATH}/callback")
    async def back(request: Request, person: ThePerson, relay: TheRelay) -> Response:
        errand = errands.end(request.query_params.get("state", ""), person.session)
        if not isinstance(errand, Errand):
            raise HTTPException(400, f"this is not taken: {LOST[errand]}: begin again at Connect")
        account = relay.accounts[errand.account]
        async with connecting(account.settings, account.store, now_ms) as installer:
            came_of_it = await installer.finish(Return.of(request.query_params), errand)
        if isinstance(came_of_it, Refusal):
            raise HTTPException(400, f"not connected: {came_of_it.why}")
        await account.store.note(person.name, "connect", came_of_it.name, now_ms(), 1)
        several = account.name if len(relay.accounts) > 1 else None
        return RedirectResponse(link_to(PATH, several), 303, HEADERS)

    @router.post(f"{PATH}/provider")
    async def provider(
        request: Request, console: TheConsole, change: Change, account: TheAccount
    ) -> Response:
        person, form = change
        told = await _tell(person, form, account)
        shown = await _told(request, person, account, errands) | {"told": told}
        status = 400 if told.fault else 200
        return console.pages.page(request, "connect.html", person, status, **shown)

    return router


async def _tell(person: Person, form: Form, account: Account) -> Told:
    known = await known_connection(account.settings, account.store)
    key = account.settings.hubspot_developer_key
    if key is None or known is None or known.app_id is None:
        raise HTTPException(409, "connect the app, and set PLAYRELAY_HUBSPOT_DEVELOPER_KEY")
    try:
        places = places_of(form.all("place"))
    except ValueError as error:
        raise HTTPException(422, str(error)) from None
    name = form.get("name").strip()[:LONGEST_NAME]
    async with make_http() as http:
        exchange = Exchange(http, account.settings.hubspot_base_url, now_ms)
        told = await tell(exchange, Provider(key, name or None, places), known.app_id, now_ms)
    for done in told.done:
        await account.store.note(person.name, "provider", done, now_ms(), 1)
    return told


async def _told(
    request: Request, person: Person, account: Account, errands: Errands
) -> dict[str, Any]:
    """What the page shows of the account; an address to go to, if there is an app to install."""
    settings = account.settings
    told: dict[str, Any] = {
        "connectable": settings.connectable,
        "sandboxed": settings.sandboxed,
        "keyless": settings.connectable and settings.secret_key is None,
        "known": None,
        "developer": settings.hubspot_developer_key is not None,
        "places_to_show": PLACES,
        "told": None,
    }
    if not settings.connectable or settings.secret_key is None:
        return told | {"connectable": False}
    redirect_uri = f"{request.base_url}{PATH.lstrip('/')}/callback"
    state = errands.begin(person.session, redirect_uri, account.name)
    async with connecting(settings, account.store, now_ms) as installer:
        address = installer.address(settings.hubspot_app_url, redirect_uri, state)
        wished = installer.wished
    told["known"] = await known_connection(settings, account.store)
    open_to_all = request.url.scheme == "http" and request.url.hostname != "localhost"
    return told | {
        "address": address,
        "redirect_uri": redirect_uri,
        "wished": wished,
        "refused_by_hubspot": open_to_all and settings.hubspot_app_url.startswith("https:"),
    }
