"""The app's own settings: the media provider's name, and where its events show.

The spec of 2026-09 asks for the developer account's key in the query, those of v1 and 2026-03 for
an access token with scopes of its own, while older references of these ask for the key, too.
"""

from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response

from app.sandbox.errors import json_response
from app.sandbox.media import PROVIDER, VISIBILITY, read
from app.sandbox.routes_objects import definition
from app.sandbox.state import Sandbox, json_body

VERSIONS = ("v1", "2026-03", "2026-09")
_KEY_ALONE = "2026-09"


def provider_routes(sandbox: Sandbox) -> APIRouter:
    """The routes under `/media-bridge/{version}/{appId}/settings`, of each version."""
    router = APIRouter()
    for version in VERSIONS:
        _add_version(router, sandbox, version)
    return router


def _add_version(router: APIRouter, sandbox: Sandbox, version: str) -> None:
    """`PUT` names the provider in all but 2026-09, which publishes `register` alone."""
    base = f"/media-bridge/{version}/{{app_id}}/settings"

    def admit(request: Request, app_id: str, scope: str) -> None:
        auth = "key" if version == _KEY_ALONE else sandbox.config.provider_auth
        if auth == "oauth" or (auth == "either" and "hapikey" not in request.query_params):
            sandbox.admit(request, scope)
        else:
            sandbox.expect_key(request)
        sandbox.expect_app(app_id)

    async def name(request: Request, app_id: str) -> Response:
        admit(request, app_id, "developers-write")
        named = read(PROVIDER, await json_body(request)).get("name")
        sandbox.provider_name = named or sandbox.provider_name
        return json_response({"appId": int(app_id), "name": sandbox.provider_name})

    router.add_api_route(f"{base}/register", name, methods=["POST"])
    if version != _KEY_ALONE:
        router.add_api_route(base, name, methods=["PUT"])

    if version != _KEY_ALONE:

        @router.get(f"{base}/object-definitions/{{media_type}}")
        async def define(request: Request, app_id: str, media_type: str) -> Response:
            admit(request, app_id, "developers-read")
            return json_response(definition(media_type))

    @router.get(f"{base}/event-visibility")
    async def show(request: Request, app_id: str) -> Response:
        admit(request, app_id, "developers-read")
        created = datetime.fromtimestamp(sandbox.clock(), UTC).isoformat()
        settings = [*sandbox.visibility.values()]
        return json_response({"createdAt": created, "visibilitySettings": settings})

    @router.patch(f"{base}/event-visibility")
    async def change(request: Request, app_id: str) -> Response:
        admit(request, app_id, "developers-read")
        said = read(VISIBILITY, await json_body(request))
        known = sandbox.visibility.get(said["eventType"], {})
        sandbox.visibility[said["eventType"]] = {**known, **said}
        return json_response(sandbox.visibility[said["eventType"]])
