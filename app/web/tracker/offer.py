"""The snippet for chosen options: as text to paste, and as a content security policy."""

from collections.abc import Mapping

import msgspec

from app.web.tracker.build import STATIC, read_build
from app.web.tracker.snippet import import_map, policy, script_element, stub_line

CONSENT = ("auto", "hubspot", "manual", "none")
CONTEXTS = ("EMAIL",)


class Choices(msgspec.Struct, frozen=True):
    """Options of the snippet. `attributes`: as `script_element` takes them."""

    attributes: Mapping[str, str | None]
    pinned: bool = False
    import_map: bool = False
    stub: bool = False


class Offer(msgspec.Struct, frozen=True):
    """`text`: for the page; `policy`: directive → sources for its Content-Security-Policy."""

    text: str
    policy: Mapping[str, list[str]]


def offer(address: str, origin: str, choices: Choices) -> Offer:
    """Make the snippet for the relay at `address` (no slash at its end) and its `origin`."""
    build = read_build()
    inline: dict[str, str] = {}
    if choices.import_map:
        inline['<script type="importmap">'] = import_map(address, build)
    if choices.stub:
        inline["<script>"] = stub_line((STATIC / "stub.js").read_text("utf-8"))
    pinned = build if choices.pinned or choices.import_map else None
    lines = [f"{tag}{text}</script>" for tag, text in inline.items()]
    lines.append(script_element(address, choices.attributes, pinned))
    return Offer("\n".join(lines), policy(origin, inline.values()))
