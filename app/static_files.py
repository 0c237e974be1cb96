"""`/playrelay.js` and what belongs to it: read once, compressed once, answered from memory."""

import hashlib
from dataclasses import dataclass
from gzip import compress
from pathlib import Path

from fastapi import APIRouter, HTTPException, Request, Response

_PACKAGED = Path(__file__).parent / "_static"
STATIC = _PACKAGED if _PACKAGED.exists() else Path(__file__).parent.parent / "static"
"""In a wheel the files lie inside the package, in a checkout beside it."""

_TYPES = {".js": "text/javascript; charset=utf-8", ".map": "application/json"}
_FRESH = "public, max-age=300, stale-while-revalidate=86400"


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is answered. `etag`: of its content."""

    body: bytes
    gzipped: bytes
    etag: str
    content_type: str


def static_routes(folder: Path = STATIC) -> APIRouter:
    """The script, its source map and its adapters, open to every site."""
    router = APIRouter(tags=["embed"])
    assets = {name: _load(folder / name) for name in _names(folder)}

    @router.head("/playrelay.js", include_in_schema=False)
    @router.get("/playrelay.js", response_class=Response)
    async def script(request: Request) -> Response:
        """The tracker."""
        return _answer(request, assets.get("playrelay.js"))

    @router.get("/playrelay.js.map", response_class=Response, include_in_schema=False)
    async def source_map(request: Request) -> Response:
        return _answer(request, assets.get("playrelay.js.map"))

    @router.get(
        "/adapters/{name}",
        response_class=Response,
        responses={404: {"description": "`not_found`: there is no such adapter"}},
    )
    async def adapter(request: Request, name: str) -> Response:
        """What the tracker loads where a page has such a player."""
        return _answer(request, assets.get(f"adapters/{name}"))

    return router


def _names(folder: Path) -> list[str]:
    files = [*folder.glob("playrelay.js*"), *folder.glob("adapters/*.js*")]
    return [path.relative_to(folder).as_posix() for path in files if path.suffix in _TYPES]


def _load(path: Path) -> Asset:
    body = path.read_bytes()
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    return Asset(body, compress(body, 9, mtime=0), etag, _TYPES[path.suffix])


def _answer(request: Request, asset: Asset | None) -> Response:
    if asset is None:
        raise HTTPException(404, "no such script")
    headers = {
        "etag": asset.etag,
        "cache-control": _FRESH,
        "access-control-allow-origin": "*",
        "cross-origin-resource-policy": "cross-origin",
        "x-content-type-options": "nosniff",
        "vary": "accept-encoding",
    }
    if asset.etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    body = asset.body
    if "gzip" in request.headers.get("accept-encoding", ""):
        body = asset.gzipped
        headers["content-encoding"] = "gzip"
    return Response(body, headers=headers, media_type=asset.content_type)
