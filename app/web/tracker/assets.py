"""A file in all the forms in which it may be answered, each made when it is first asked for."""

import gzip
import hashlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePosixPath

import brotli

from app.web.tracker.build import Build

_TYPES = {".js": "text/javascript; charset=utf-8", ".map": "application/json"}

_CODINGS: Mapping[str, Callable[[bytes], bytes]] = {
    "identity": bytes,
    "gzip": lambda body: gzip.compress(body, 9, mtime=0),
    "br": lambda body: brotli.compress(body, quality=11),
}


class Asset:
    """A file. `codings`: its content codings. `source_map`: where its map lies, relative to it."""

    def __init__(self, body: bytes, kind: str, source_map: str | None) -> None:
        self.digest = hashlib.sha256(body).hexdigest()[:32]
        self.content_type = _TYPES[kind]
        self.source_map = source_map
        # Maps are for the rare look inside, and Brotli would take longest for them.
        self.codings = ("identity", "gzip", "br") if kind == ".js" else ("identity", "gzip")
        self._forms = {"identity": body}

    def form(self, coding: str) -> bytes:
        """Its bytes in one of its codings."""
        if coding not in self._forms:
            self._forms[coding] = _CODINGS[coding](self._forms["identity"])
        return self._forms[coding]

    def etag(self, coding: str) -> str:
        """The entity tag of a form: forms differ in their bytes, so strong tags differ too."""
        return f'"{self.digest}"' if coding == "identity" else f'"{self.digest}-{coding}"'


def assets_of(current: Build, kept: Iterable[Build] = ()) -> dict[str, Asset]:
    """Path below the relay's address → file: the current build twice, evergreen and by its name."""
    evergreen = _made(current)
    found = dict(evergreen)
    for build in kept:
        found |= _below(build.name, _made(build))
    return found | _below(current.name, evergreen)


def _below(name: str, made: Mapping[str, Asset]) -> dict[str, Asset]:
    return {f"builds/{name}/{path}": asset for path, asset in made.items()}


def _made(build: Build) -> dict[str, Asset]:
    return {path: _asset(path, build) for path in build.files}


def _asset(path: str, build: Build) -> Asset:
    place = PurePosixPath(path)
    source_map = f"{place.name}.map" if f"{path}.map" in build.files else None
    return Asset(build.files[path], place.suffix, source_map)
