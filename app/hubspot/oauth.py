"""OAuth 2.0 as HubSpot speaks it: the calls, and what their answers amount to. Pure.

Parameters go in the form body, never in the address: https://developers.hubspot.com/docs/api-reference/auth-oauth-v3/guide
"""

import re
from collections.abc import Sequence
from typing import TypeGuard
from urllib.parse import quote, urlencode

import msgspec
from pydantic import SecretStr

from app.hubspot.answers import Answer, is_success, json_object, text, whole_number
from app.hubspot.classify import body_of, failure
from app.hubspot.exchange import Call
from app.hubspot.origin import Body, foreign, has_any
from app.hubspot.results import (
    MissingScope,
    Refused,
    Trouble,
    Unauthorized,
)
from app.hubspot.versions import OAUTH, Route

DEFAULT_LIFETIME = 1800
"""Seconds; HubSpot's own. A grant without a lifetime is kept: its refresh token may be new."""

_LONGEST_LIFETIME = 366 * 24 * 3600
# What only a person can fix: reinstall the app, or correct the settings. RFC 6749 section 5.2, and
# HubSpot's own names for the same.
_FINAL = {
    "BAD_REFRESH_TOKEN",
    "INVALID_GRANT",
    "BAD_CLIENT_ID",
    "BAD_CLIENT_SECRET",
    "INVALID_CLIENT",
    "UNAUTHORIZED_CLIENT",
}
_RFC_6749 = {
    *("invalid_request", "invalid_client", "invalid_grant", "invalid_scope"),
    *("unauthorized_client", "unsupported_grant_type"),
}


class OAuthApp(msgspec.Struct, frozen=True):
    """The HubSpot app that the relay uses."""

    client_id: str
    client_secret: SecretStr
    route: Route = OAUTH

    @property
    def token_path(self) -> str:
        """The path where tokens are granted; below it they are introspected and revoked."""
        return self.route.path()


class Grant(msgspec.Struct, frozen=True):
    """Fresh tokens. `refresh_token`: the new one, if it was rotated; `expires_in` in seconds.

    `scopes` and `hub_id`: what was granted, and on which account, as far as HubSpot says so.
    """

    access_token: SecretStr
    refresh_token: SecretStr | None
    expires_in: int
    scopes: tuple[str, ...] = ()
    hub_id: int | None = None


class Introspection(msgspec.Struct, frozen=True):
    """HubSpot's data about a token: its account, app, scopes and remaining life in seconds."""

    active: bool
    scopes: tuple[str, ...] = ()
    hub_id: int | None = None
    hub_domain: str = ""
    app_id: int | None = None
    expires_in: int | None = None


def is_token(value: object) -> TypeGuard[str]:
    """Whether it is valid in an Authorization header: a line break or an umlaut is not."""
    return isinstance(value, str) and re.fullmatch(r"[!-~]+", value) is not None


def install_address(
    app_url: str,
    app: OAuthApp,
    *,
    redirect_uri: str,
    state: str,
    scopes: Sequence[str],
    optional_scopes: Sequence[str] = (),
) -> str:
    """The page on which a person installs the app; it redirects to `redirect_uri`."""
    asked = {
        "client_id": app.client_id,
        "redirect_uri": redirect_uri,
        "scope": " ".join(scopes),
        "optional_scope": " ".join(optional_scopes),
        "state": state,
    }
    given = {name: value for name, value in asked.items() if value}
    return f"{app_url}/oauth/authorize?{urlencode(given, quote_via=quote)}"


def code_call(app: OAuthApp, code: SecretStr, redirect_uri: str) -> Call:
    """Exchange an installation's code for tokens; `redirect_uri` must equal the page's."""
    form = {
        "grant_type": SecretStr("authorization_code"),
        "code": code,
        "redirect_uri": SecretStr(redirect_uri),
        "client_id": SecretStr(app.client_id),
        "client_secret": app.client_secret,
    }
    return Call("token", "POST", app.token_path, form=form)


def refresh_call(app: OAuthApp, refresh_token: SecretStr) -> Call:
    """Exchange a refresh token for fresh tokens."""
    form = {
        "grant_type": SecretStr("refresh_token"),
        "refresh_token": refresh_token,
        "client_id": SecretStr(app.client_id),
        "client_secret": app.client_secret,
    }
    return Call("token", "POST", app.token_path, form=form)


def introspect_call(app: OAuthApp | None, access_token: SecretStr) -> Call:
    """Ask about an access token; without client credentials if no app of ours obtained it."""
    form = {"token": access_token, "token_type_hint": SecretStr("access_token")}
    path = OAUTH.path()
    if app is not None:
        path = app.token_path
        form |= {"client_id": SecretStr(app.client_id), "client_secret": app.client_secret}
    return Call("introspect", "POST", f"{path}/introspect", form=form)


def revoke_call(app: OAuthApp, refresh_token: SecretStr) -> Call:
    """Revoke a refresh token and everything that was granted for it."""
    form = {
        "token": refresh_token,
        "token_type_hint": SecretStr("refresh_token"),
        "client_id": SecretStr(app.client_id),
        "client_secret": app.client_secret,
    }
    return Call("revoke", "POST", f"{app.token_path}/revoke", form=form)


def revoke_result(answer: Answer) -> Trouble | None:
    """Why revoking failed; None: the token is no longer valid."""
    if is_success(answer):
        return None
    trouble = _ungranted(answer)
    return None if _named(answer) & {"BAD_REFRESH_TOKEN", "INVALID_GRANT"} else trouble


def grant_result(answer: Answer) -> Grant | Trouble:
    """Classify the answer to a refresh or to a code.

    `Unauthorized.final` for an invalid refresh token, and for an invalid code.
    """
    if not is_success(answer):
        return _ungranted(answer)
    body = json_object(answer) or {}
    access_token = body.get("access_token")
    refresh_token = body.get("refresh_token")
    if not is_token(access_token):
        return foreign(answer)
    return Grant(
        SecretStr(access_token),
        SecretStr(refresh_token) if is_token(refresh_token) else None,
        _lifetime(body.get("expires_in")) or DEFAULT_LIFETIME,
        _texts(body.get("scopes")),
        whole_number(body.get("hub_id")),
    )


def introspection_result(answer: Answer) -> Introspection | Refused | Trouble:
    """Classify the answer to an introspection."""
    body = body_of(answer, has_any("active", "hub_id", "token_use"))
    if not isinstance(body, dict):
        return body
    return Introspection(
        active=body.get("active") is True,
        scopes=_texts(body.get("scopes")),
        hub_id=whole_number(body.get("hub_id")),
        hub_domain=text(body.get("hub_domain")),
        app_id=whole_number(body.get("app_id")),
        expires_in=_lifetime(body.get("expires_in")),
    )


def _ungranted(answer: Answer) -> Trouble:
    result = failure(answer, _is_oauth_error)
    if not isinstance(result, Refused | Unauthorized | MissingScope):
        return result
    said = json_object(answer) or {}
    named = _named(answer)
    message = result.message or text(said.get("error_description")) or f"HTTP {answer.status}"
    return Unauthorized(message, final=not named.isdisjoint(_FINAL))


def _named(answer: Answer) -> set[str]:
    """The names that an error contains."""
    said = json_object(answer) or {}
    return {text(said.get(key)).upper() for key in ("status", "error", "category", "subCategory")}


def _is_oauth_error(body: Body) -> bool:
    """RFC 6749's `error`, beside HubSpot's `status`; or the latter alone, such as BAD_AUTH_CODE."""
    status = text(body.get("status"))
    return text(body.get("error")) in _RFC_6749 or status in _FINAL or status.startswith("BAD_")


def _texts(value: object) -> tuple[str, ...]:
    return tuple(filter(None, map(text, value))) if isinstance(value, list) else ()


def _lifetime(value: object) -> int | None:
    seconds = whole_number(value)
    return seconds if seconds is not None and seconds < _LONGEST_LIFETIME else None
