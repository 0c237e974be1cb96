"""The script element, the stub before it, and the policy that a page needs.

Pure: addresses and options in, text out. `playrelay embed` prints it.
"""

import base64
import hashlib
import html
import json
import re
from collections.abc import Iterable, Mapping

from app.web.tracker.build import SCRIPT, Build

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_SPARE = re.compile(r"\s*([(){}\[\],:;=|])\s*|\s+")


def script_address(relay: str, pinned: Build | None = None) -> str:
    """The evergreen address below `relay` (no slash at its end), or that of one build."""
    return f"{relay}/builds/{pinned.name}/{SCRIPT}" if pinned else f"{relay}/{SCRIPT}"


def script_element(
    relay: str, attributes: Mapping[str, str | None], pinned: Build | None = None
) -> str:
    """The element for the page. An attribute whose value is None stands alone."""
    words: dict[str, str | None] = {"async": None, "src": script_address(relay, pinned)}
    if pinned:
        words |= {"integrity": pinned.integrity(), "crossorigin": "anonymous"}
    written = " ".join(
        name if value is None else f'{name}="{html.escape(value)}"'
        for name, value in {**words, **attributes}.items()
    )
    return f"<script {written}></script>"


def import_map(relay: str, pinned: Build) -> str:
    """The text of an import map with the hashes of the adapters, which no attribute covers."""
    folder = script_address(relay, pinned).removesuffix(SCRIPT)
    adapters = (path for path in sorted(pinned.files) if path.endswith(".js") and path != SCRIPT)
    hashes = {folder + path: pinned.integrity(path) for path in adapters}
    return json.dumps({"integrity": hashes}, separators=(",", ":"))


def stub_line(source: str) -> str:
    """The queue stub on one line, without spare spaces.

    Its source has block comments only, ends its statements, and has no spaces in its strings.
    """
    return _SPARE.sub(lambda found: found[1] or " ", _COMMENT.sub("", source)).strip()


def policy(origin: str, inline: Iterable[str] = ()) -> dict[str, list[str]]:
    """Directive → sources that a page's Content-Security-Policy must allow.

    `origin`: the relay's. `inline`: texts of inline scripts, each allowed by its hash.
    """
    digests = (hashlib.sha256(text.encode()).digest() for text in inline)
    hashes = [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]
    return {"script-src": [origin, *hashes], "connect-src": [origin]}
