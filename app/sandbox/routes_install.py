"""`GET /oauth/authorize`: the page on which a person installs the app, who says yes at once.

HubSpot has it on another host, https://app.hubspot.com. What the page says to a request that it
does not understand (another client, scopes that the app does not have) is not published: here it
is a 400 for the person to read, and nobody is sent back.
"""

from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, Request, Response
from starlette.responses import PlainTextResponse, RedirectResponse

from app.sandbox.state import Sandbox


def install_routes(sandbox: Sandbox) -> APIRouter:
    """The one route: back to `redirect_uri` with a code, or with RFC 6749's error."""
    router = APIRouter()

    @router.get("/oauth/authorize")
    async def authorize(request: Request) -> Response:
        config, asked = sandbox.config, request.query_params
        redirect_uri = asked.get("redirect_uri", "")
        if asked.get("client_id") != config.credentials.client_id:
            return _page("No app has this client_id.")
        if config.credentials.redirect_uri not in (None, redirect_uri) or not redirect_uri:
            return _page("The app does not have this redirect_uri.")
        if unknown := set(asked.get("scope", "").split()) - config.scopes:
            return _page(f"The app does not have these scopes: {', '.join(sorted(unknown))}")
        back = {"state": asked["state"]} if "state" in asked else {}
        if config.install == "deny":
            back |= {"error": "access_denied", "error_description": "The user said no."}
        else:
            back |= {"code": sandbox.tokens.authorize(redirect_uri)}
        join = "&" if urlsplit(redirect_uri).query else "?"
        return RedirectResponse(f"{redirect_uri}{join}{urlencode(back)}", 302)

    return router


def _page(text: str) -> Response:
    return PlainTextResponse(f"HubSpot sandbox: this app can't be installed. {text}\n", 400)
