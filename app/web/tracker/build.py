"""What was built together, and the name that its content gives it.

    playrelay.js, adapters/<name>.js    what the relay serves, each with its source map
    builds/<name>/…                     the same of earlier releases, for pages that pin one

A build's name is a hash of all its files, so an address that holds it can never change its meaning.
`make keep-build` keeps the build at hand.
"""

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path

import msgspec

SCRIPT = "playrelay.js"
_APP = Path(__file__).parent.parent.parent
_PACKAGED = _APP / "_static"
STATIC = _PACKAGED if _PACKAGED.exists() else _APP.parent / "static"
"""In a wheel the files lie inside the package, in a checkout beside it."""

_PATTERNS = ("playrelay.js", "playrelay.js.map", "adapters/*.js", "adapters/*.js.map")
_DIGITS = 16


class Build(msgspec.Struct, frozen=True):
    """Files by their paths relative to the script, such as `adapters/view.js`."""

    files: Mapping[str, bytes]

    @property
    def name(self) -> str:
        """The first 16 hex digits of the SHA-256 of what `sha256sum` says of the sorted files."""
        lines = (
            f"{hashlib.sha256(self.files[path]).hexdigest()}  {path}\n"
            for path in sorted(self.files)
        )
        return hashlib.sha256("".join(lines).encode()).hexdigest()[:_DIGITS]

    def integrity(self, path: str = SCRIPT) -> str:
        """A file's hash, as `integrity` takes it."""
        digest = hashlib.sha384(self.files[path]).digest()
        return f"sha384-{base64.b64encode(digest).decode()}"


def read_build(folder: Path = STATIC) -> Build:
    """The build in that folder. Raises FileNotFoundError if it has no script."""
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for pattern in _PATTERNS
        for path in folder.glob(pattern)
    }
    if SCRIPT not in files:
        raise FileNotFoundError(f"{folder / SCRIPT} is not there: run npm run build in static/")
    return Build(files)


def kept_builds(folder: Path = STATIC) -> list[Build]:
    """Builds of earlier releases."""
    return [read_build(each) for each in sorted((folder / "builds").glob("*")) if each.is_dir()]
