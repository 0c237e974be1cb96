"""The app's own settings: the media provider's name, and where its events show.

They are asked for with the developer account's key in the query, as the spec has it; what a token
of an account would be answered is not published, and here it is a 401.
"""

from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response

from app.sandbox.errors import json_response
from app.sandbox.media import PROVIDER, VISIBILITY, read
from app.sandbox.state import Sandbox, json_body

VERSION = "2026-09"


def provider_routes(sandbox: Sandbox) -> APIRouter:
    """The routes under `/media-bridge/2026-09/{appId}/settings`."""
    router = APIRouter(prefix=f"/media-bridge/{VERSION}/{{app_id}}/settings")

    @router.post("/register")
    async def register(request: Request, app_id: str) -> Response:
        sandbox.admit_developer(request, app_id)
        named = read(PROVIDER, await json_body(request)).get("name")
        sandbox.provider_name = named or sandbox.provider_name
        return json_response({"appId": int(app_id), "name": sandbox.provider_name})

    @router.get("/event-visibility")
    async def show(request: Request, app_id: str) -> Response:
        sandbox.admit_developer(request, app_id)
        created = datetime.fromtimestamp(sandbox.clock(), UTC).isoformat()
        settings = [*sandbox.visibility.values()]
        return json_response({"createdAt": created, "visibilitySettings": settings})

    @router.patch("/event-visibility")
    async def change(request: Request, app_id: str) -> Response:
        sandbox.admit_developer(request, app_id)
        said = read(VISIBILITY, await json_body(request))
        known = sandbox.visibility.get(said["eventType"], {})
        sandbox.visibility[said["eventType"]] = {**known, **said}
        return json_response(sandbox.visibility[said["eventType"]])

    return router
