"""The console's own static files and vendored ones (static/vendor), served from memory.

They are public, because the sign-in page needs them. Their addresses contain a digest of the
content, so browsers may cache them for good.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from fastapi import APIRouter, HTTPException, Response

FOLDER = Path(__file__).parent / "static"
PREFIX = "/console/static"
TYPES: Mapping[str, str] = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


class Files:
    """All files, read once. `base`: the path below which browsers reach the relay, or ""."""

    def __init__(self, base: str = "", folder: Path = FOLDER) -> None:
        self._base = base
        paths = sorted(path for path in folder.rglob("*") if path.suffix in TYPES)
        self._bodies = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
        # One digest for all: scripts import one another by names relative to their own.
        self._digest = _digest(self._bodies)

    def address(self, name: str) -> str:
        """The file's address. Raises KeyError if there is no such file."""
        if name not in self._bodies:
            raise KeyError(name)
        return f"{self._base}{PREFIX}/{self._digest}/{name}"

    def routes(self) -> APIRouter:
        """`/console/static/…`."""
        router = APIRouter(prefix=PREFIX, include_in_schema=False)

        @router.get("/{digest}/{name:path}")
        async def file(digest: str, name: str) -> Response:
            if name not in self._bodies or digest != self._digest:
                raise HTTPException(404, "no such file: load the page again")
            headers = {
                "cache-control": "public, max-age=31536000, immutable",
                "x-content-type-options": "nosniff",
                "cross-origin-resource-policy": "same-origin",
            }
            kind = TYPES[PurePosixPath(name).suffix]
            return Response(self._bodies[name], headers=headers, media_type=kind)

        return router


def _digest(bodies: Mapping[str, bytes]) -> str:
    seen = hashlib.sha256()
    for name, body in bodies.items():
        seen.update(f"{name}\0{len(body)}\0".encode() + body)
    return seen.hexdigest()[:16]
