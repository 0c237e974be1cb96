"""`/console/connect`: installs the OAuth app, and sets the media provider's name at HubSpot."""

import secrets
from typing import Any

from fastapi import APIRouter, HTTPException, Response
from msgspec.structs import replace

from app.console.forms import Form
from app.console.view import ForOperators, TheForm, View
from app.hubspot.client import make_http
from app.hubspot.exchange import Exchange
from app.hubspot.provider import PLACES
from app.hubspot.results import Trouble
from app.oauth.install import CONSOLE_CALLBACK, InstallFailure
from app.oauth.pending import (
    STATE_ERRORS,
    OAuthCallback,
    PendingAuthorization,
    PendingAuthorizations,
)
from app.oauth.provider import ProviderResult, ProviderSettings, configure_provider, places_of
from app.runtime.clock import now_ms
from app.runtime.credentials import connecting, known_connection, provider_token

PATH = "/console/connect"
LONGEST_NAME = 100


def routes() -> APIRouter:
    """The page, the address of HubSpot's redirect, and the form about the app itself."""
    router = APIRouter()
    # In memory: the browser must return to the process that sent it to HubSpot.
    pending = PendingAuthorizations(now_ms, lambda: secrets.token_urlsafe(32))

    @router.get(PATH)
    async def page(view: ForOperators) -> Response:
        return view.page("connect.html", **await _context(view, pending))

    @router.get(CONSOLE_CALLBACK)
    async def back(view: ForOperators) -> Response:
        query = view.request.query_params
        authorization = pending.take(query.get("state", ""), view.person.session)
        if not isinstance(authorization, PendingAuthorization):
            raise HTTPException(
                400,
                f"not accepted: {STATE_ERRORS[authorization]}: start again on the page Connect",
            )
        account = view.relay.accounts[authorization.account]
        async with connecting(account.settings, account.store, now_ms) as installer:
            result = await installer.finish(OAuthCallback.of(query), authorization)
        if isinstance(result, InstallFailure):
            raise HTTPException(400, f"not connected: {result.reason}")
        await account.store.admin.note(view.person.name, "connect", result.name, now_ms(), 1)
        return replace(view, account=account).redirect(PATH)

    @router.post(f"{PATH}/provider")
    async def provider(view: ForOperators, form: TheForm) -> Response:
        result = await _save_provider(view, form)
        context = await _context(view, pending) | {"result": result}
        return view.page("connect.html", 400 if result.fault else 200, **context)

    return router


async def _save_provider(view: View, form: Form) -> ProviderResult:
    account = view.account
    known = await known_connection(account.settings, account.store)
    key = account.settings.hubspot_developer_key
    if not account.settings.may_set_provider or known is None or known.app_id is None:
        raise HTTPException(409, "connect the app, and set PLAYRELAY_HUBSPOT_DEVELOPER_KEY")
    try:
        places = places_of(form.all("place"))
    except ValueError as error:
        raise HTTPException(422, str(error)) from None
    name = form.get("name").strip()[:LONGEST_NAME]
    async with make_http() as http:
        exchange = Exchange(http, account.settings.hubspot_base_url, now_ms)
        token = await provider_token(account.settings, exchange, account.store, now_ms)
        if isinstance(token, Trouble):
            raise HTTPException(409, "there is no token: connect the app again")
        result = await configure_provider(
            exchange,
            ProviderSettings(key, name or None, places),
            account.settings.hubspot_routes["provider"],
            known.app_id,
            now_ms,
            token,
        )
    for done in result.done:
        await account.store.admin.note(view.person.name, "provider", done, now_ms(), 1)
    return result


async def _context(view: View, pending: PendingAuthorizations) -> dict[str, Any]:
    """The account's data for the page; and the address at HubSpot if there is an app to install."""
    settings, url = view.account.settings, view.request.url
    context: dict[str, Any] = {
        "connectable": settings.connectable,
        "sandboxed": settings.sandboxed,
        "keyless": settings.connectable and settings.secret_key is None,
        "known": None,
        "developer": settings.may_set_provider,
        "places_to_show": PLACES,
        "result": None,
        "endings": view.account.endings(),
        "now": now_ms(),
    }
    if not settings.connectable or settings.secret_key is None:
        return context | {"connectable": False}
    redirect_uri = f"{view.public_address}{CONSOLE_CALLBACK}"
    state = pending.start(view.person.session, redirect_uri, view.account.name)
    async with connecting(settings, view.account.store, now_ms) as installer:
        address = installer.address(settings.hubspot_app_url, redirect_uri, state)
        scopes = installer.scopes
    context["known"] = await known_connection(settings, view.account.store)
    insecure = url.scheme == "http" and url.hostname != "localhost"
    return context | {
        "address": address,
        "redirect_uri": redirect_uri,
        "public_address": view.public_address,
        "scopes": scopes,
        "refused_by_hubspot": insecure and settings.hubspot_app_url.startswith("https:"),
    }
