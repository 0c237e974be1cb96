"""A file in all the forms in which it may be answered, made once."""

import gzip
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

import brotli

from app.web.tracker.build import Build

_TYPES = {".js": "text/javascript; charset=utf-8", ".map": "application/json"}


@dataclass(frozen=True, slots=True)
class Asset:
    """`forms`: content coding → bytes. `source_map`: where its map lies, relative to it."""

    forms: Mapping[str, bytes]
    digest: str
    content_type: str
    source_map: str | None

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
    body = build.files[path]
    kind = PurePosixPath(path).suffix
    forms = {"identity": body, "gzip": gzip.compress(body, 9, mtime=0)}
    if kind == ".js":  # maps are for the rare look inside, and would cost most of the time
        forms["br"] = brotli.compress(body, quality=11)
    source_map = f"{PurePosixPath(path).name}.map" if f"{path}.map" in build.files else None
    return Asset(forms, hashlib.sha256(body).hexdigest()[:32], _TYPES[kind], source_map)
