"""`POST /oauth/{version}/token`, `/introspect` and `/revoke`: forms in, nothing in the query.

`v1` has the first alone, with what HubSpot's clients of that version read: hubspot-api-client
12.0.0 and @hubspot/api-client 14.0.1 (no specification of it is published any more).
"""

from typing import Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response

from app.sandbox.config import SandboxConfig
from app.sandbox.errors import json_response, oauth_error
from app.sandbox.state import Sandbox
from app.sandbox.tokens import Issued, check_client

VERSIONS = ("v3", "2026-03")

_USER_ID = 4242003
_UNSTORED = {"Cache-Control": "no-store"}
_CLIENT = {"client_id", "client_secret"}
_EXCHANGE_FIELDS = _CLIENT | {
    *("grant_type", "code", "redirect_uri", "code_verifier", "refresh_token", "scope"),
    *("client_assertion", "client_assertion_type"),
}
_TOKEN_FIELDS = _CLIENT | {"token", "token_type_hint"}


def oauth_routes(sandbox: Sandbox) -> APIRouter:
    """The routes; every error carries RFC 6749's `error` beside HubSpot's `status`."""
    router = APIRouter()

    async def grant(request: Request) -> dict[str, Any]:
        form = await _client_form(request, _EXCHANGE_FIELDS, sandbox.config)
        issued = _grant(sandbox, form)
        return {
            "access_token": issued.access_token,
            "refresh_token": issued.refresh_token,
            "expires_in": issued.expires_in,
            "token_type": "bearer",
        }

    async def token_v1(request: Request) -> Response:
        return json_response(await grant(request), headers=_UNSTORED)

    async def token(request: Request) -> Response:
        return json_response(
            {
                **await grant(request),
                "token_use": "access_token",
                "hub_id": sandbox.config.portal_id,
                "scopes": sorted(sandbox.config.scopes),
                "user_id": _USER_ID,
            },
            headers=_UNSTORED,
        )

    async def introspect(request: Request) -> Response:
        form = await _client_form(request, _TOKEN_FIELDS, sandbox.config)
        token = _required(form, "token")
        if sandbox.tokens.is_refresh_token(token) or form.get("token_type_hint") == "refresh_token":
            return json_response(_about_refresh_token(sandbox, token))
        return json_response(_about_access_token(sandbox, token))

    async def revoke(request: Request) -> Response:
        form = await _client_form(request, _TOKEN_FIELDS, sandbox.config)
        sandbox.tokens.revoke(_required(form, "token"))
        return Response(status_code=204)

    router.add_api_route("/oauth/v1/token", token_v1, methods=["POST"])
    for version in VERSIONS:
        base = f"/oauth/{version}/token"
        router.add_api_route(base, token, methods=["POST"])
        router.add_api_route(f"{base}/introspect", introspect, methods=["POST"])
        router.add_api_route(f"{base}/revoke", revoke, methods=["POST"])
    return router


async def _client_form(request: Request, fields: set[str], config: SandboxConfig) -> dict[str, str]:
    """The form of a client that has shown who it is; 400 for anything but such a form."""
    if request.url.query:
        raise oauth_error("invalid_request", "credentials belong in the form body, not the query")
    media_type = request.headers.get("Content-Type", "").split(";")[0].strip()
    if media_type != "application/x-www-form-urlencoded":
        raise oauth_error("invalid_request", "the body must be application/x-www-form-urlencoded")
    try:
        pairs = parse_qsl((await request.body()).decode("ascii"), strict_parsing=True)
    except ValueError:
        raise oauth_error("invalid_request", "the body is no form") from None
    form = dict(pairs)
    if len(form) != len(pairs) or form.keys() - fields:
        raise oauth_error("invalid_request", "a field is unknown or said twice")
    check_client(form.get("client_id", ""), form.get("client_secret", ""), config)
    return form


def _required(form: dict[str, str], field: str) -> str:
    if not form.get(field):
        raise oauth_error("invalid_request", f"{field} is required")
    return form[field]


def _grant(sandbox: Sandbox, form: dict[str, str]) -> Issued:
    config = sandbox.config
    match _required(form, "grant_type"):
        case "refresh_token":
            return sandbox.tokens.refresh(form.get("refresh_token", ""), sandbox.clock(), config)
        case "authorization_code":
            redirect_uri = _required(form, "redirect_uri")
            if config.credentials.redirect_uri not in (None, redirect_uri):
                raise oauth_error("invalid_grant", "another redirect uri", "BAD_REDIRECT_URI")
            now = sandbox.clock()
            return sandbox.tokens.exchange(form.get("code", ""), redirect_uri, now, config)
        case _:
            raise oauth_error("unsupported_grant_type", "refresh_token or authorization_code")


def _about_access_token(sandbox: Sandbox, token: str) -> dict[str, Any]:
    config, now = sandbox.config, sandbox.clock()
    seconds_left = sandbox.tokens.seconds_left(token, now)
    scopes = ",".join(sorted(config.scopes))
    return {
        **_about(config, token, active=seconds_left > 0),
        "token_use": "access_token",
        "expires_in": seconds_left,
        "is_private_distribution": True,
        # Required by the spec, explained nowhere: the shape is HubSpot's, the contents are ours.
        "signed_access_token": {
            "appId": config.provider_id,
            "appInstallId": "sandbox",
            "audience": "sandbox",
            "expiresAt": int((now + seconds_left) * 1000),
            "hubId": config.portal_id,
            "hublet": "sandbox",
            "installingUserId": _USER_ID,
            "isPrivateDistribution": True,
            "isServiceAccount": False,
            "isUserLevel": False,
            "newSignature": "",
            "scopeToScopeGroupPks": "",
            "scopes": scopes,
            "signature": "",
            "trialScopeToScopeGroupPks": "",
            "trialScopes": "",
            "userId": _USER_ID,
        },
    }


def _about_refresh_token(sandbox: Sandbox, token: str) -> dict[str, Any]:
    about = _about(sandbox.config, token, active=sandbox.tokens.is_refresh_token(token))
    return {**about, "token_use": "refresh_token"}


def _about(config: SandboxConfig, token: str, *, active: bool) -> dict[str, Any]:
    return {
        "active": active,
        "app_id": config.provider_id,
        "client_id": config.credentials.client_id,
        "hub_domain": config.portal_domain,
        "hub_id": config.portal_id,
        "scopes": sorted(config.scopes) if active else [],
        "token": token,
        "token_type": "bearer",
        "user_id": _USER_ID,
    }
