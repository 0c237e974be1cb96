"""The console's own files and what others made for it (static/vendor), answered from memory.

Open to everybody, for the sign-in page needs them; each address names its content, so that
browsers keep it for good.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from fastapi import APIRouter, HTTPException, Response

FOLDER = Path(__file__).parent / "static"
PREFIX = "/console/static"
TYPES: Mapping[str, str] = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


class File(NamedTuple):
    """One of them."""

    body: bytes
    digest: str
    kind: str


class Files:
    """All of them, read once. `folder`: where they lie."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._files = {
            path.relative_to(folder).as_posix(): _read(path)
            for path in sorted(folder.rglob("*"))
            if path.suffix in TYPES
        }

    def address(self, name: str) -> str:
        """Where a page finds it. KeyError if there is no such file."""
        return f"{PREFIX}/{self._files[name].digest}/{name}"

    def routes(self) -> APIRouter:
        """`/console/static/…`."""
        router = APIRouter(prefix=PREFIX, include_in_schema=False)

        @router.get("/{digest}/{name:path}")
        async def file(digest: str, name: str) -> Response:
            found = self._files.get(name)
            if found is None or found.digest != digest:
                raise HTTPException(404, "no such file: load the page again")
            headers = {
                "cache-control": "public, max-age=31536000, immutable",
                "x-content-type-options": "nosniff",
                "cross-origin-resource-policy": "same-origin",
            }
            return Response(found.body, headers=headers, media_type=found.kind)

        return router


def _read(path: Path) -> File:
    body = path.read_bytes()
    return File(body, hashlib.sha256(body).hexdigest()[:16], TYPES[path.suffix])
