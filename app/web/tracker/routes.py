"""`/playrelay.js`, its adapters and the pinned builds, open to every site, answered from memory."""

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response

from app.web.tracker.assets import Asset, assets_of
from app.web.tracker.build import SCRIPT, Build, kept_builds, read_build
from app.web.tracker.negotiation import choose_coding, has_already

EVERGREEN = "public, max-age=300, stale-while-revalidate=86400"
PINNED = "public, max-age=31536000, immutable"

_OPEN = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "SourceMap",
    "cross-origin-resource-policy": "cross-origin",
    "x-content-type-options": "nosniff",
    "vary": "Accept-Encoding",
}
_UNCHANGED: Any = {304: {"description": "The browser has it already"}}
_MISSING: Any = {404: {"description": "`not_found`: there is no such file"}}


def tracker_routes(
    current: Build | None = None,
    kept: list[Build] | None = None,
    loaded: Callable[[Request], None] = lambda _request: None,
) -> APIRouter:
    """All that pages load of the relay. Without arguments: the builds that it was shipped with.

    `loaded`: is called for each request for the script.
    """
    current = current or read_build()
    assets = assets_of(current, kept_builds() if kept is None else kept)
    router = APIRouter(tags=["embed"])

    @router.head(f"/{SCRIPT}", include_in_schema=False)
    @router.get(f"/{SCRIPT}", response_class=Response, responses=_UNCHANGED)
    async def script(request: Request) -> Response:
        """The tracker, whatever its newest build is."""
        loaded(request)
        return _answer(request, assets, SCRIPT, EVERGREEN)

    @router.head(f"/{SCRIPT}.map", include_in_schema=False)
    @router.get(f"/{SCRIPT}.map", response_class=Response, include_in_schema=False)
    async def source_map(request: Request) -> Response:
        return _answer(request, assets, f"{SCRIPT}.map", EVERGREEN)

    @router.head("/adapters/{name}", include_in_schema=False)
    @router.get("/adapters/{name}", response_class=Response, responses={**_UNCHANGED, **_MISSING})
    async def adapter(request: Request, name: str) -> Response:
        """What the tracker loads where a page has such a player."""
        return _answer(request, assets, f"adapters/{name}", EVERGREEN)

    @router.head("/builds/{build}/{path:path}", include_in_schema=False)
    @router.get(
        "/builds/{build}/{path:path}",
        response_class=Response,
        responses={**_UNCHANGED, **_MISSING},
    )
    async def pinned(request: Request, build: str, path: str) -> Response:
        """A file of one build, for ever the same."""
        if path == SCRIPT:
            loaded(request)
        return _answer(request, assets, f"builds/{build}/{path}", PINNED)

    return router


def _answer(request: Request, assets: Mapping[str, Asset], path: str, caching: str) -> Response:
    asset = assets.get(path)
    if asset is None:
        # A relay that is upgraded later may have it: nothing must remember that this one has not.
        headers = {**_OPEN, "cache-control": "no-store"}
        raise HTTPException(404, _advice(path), headers)
    coding = choose_coding(_joined(request, "accept-encoding"), asset.codings)
    etag = asset.etag(coding)
    headers = {**_OPEN, "etag": etag, "cache-control": caching}
    if has_already(etag, _joined(request, "if-none-match")):
        return Response(status_code=304, headers=headers)
    if asset.source_map:
        headers["sourcemap"] = asset.source_map
    if coding != "identity":
        headers["content-encoding"] = coding
    return Response(asset.form(coding), headers=headers, media_type=asset.content_type)


def _joined(request: Request, header: str) -> str | None:
    """Join a list header that came in several lines: it means the same."""
    return ", ".join(request.headers.getlist(header)) or None


def _advice(path: str) -> str:
    if path.startswith("builds/"):
        return (
            "this relay has no such file of such a build: take the address that "
            "`playrelay embed --pinned` prints, or /playrelay.js"
        )
    return "no such script"
