"""The tag, the stub and the policy, as text."""

import base64
import hashlib
from html.parser import HTMLParser

import pytest

from app.web.tracker.build import STATIC, Build
from app.web.tracker.snippet import policy, script_element, stub_line

BUILD = Build({"playrelay.js": b"start()"})


class Elements(HTMLParser):
    """The attributes of each element."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.found: list[dict[str, str | None]] = []
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note it."""
        assert tag == "script"
        self.found.append(dict(attrs))


def attributes(markup: str) -> dict[str, str | None]:
    """The attributes as a browser reads them."""
    (only,) = Elements(markup).found
    return only


def test_the_evergreen_tag() -> None:
    """Nothing but the address."""
    tag = script_element("https://relay.example.com", {})
    assert tag == '<script async src="https://relay.example.com/playrelay.js"></script>'


def test_a_relay_below_a_path() -> None:
    """A proxy may put the relay into a folder."""
    tag = script_element("https://www.example.com/relay", {}, BUILD)
    address = f"https://www.example.com/relay/builds/{BUILD.name}/playrelay.js"
    assert attributes(tag)["src"] == address


def test_the_pinned_tag() -> None:
    """The build's address, the script's hash, and CORS, without which no hash is checked."""
    read = attributes(script_element("https://relay.example.com", {"data-debug": None}, BUILD))
    assert read == {
        "async": None,
        "src": f"https://relay.example.com/builds/{BUILD.name}/playrelay.js",
        "integrity": BUILD.integrity(),
        "crossorigin": "anonymous",
        "data-debug": None,
    }


@pytest.mark.parametrize("value", ['"><script>alert(1)</script>', "a&quot;b", "'x'", "&amp;"])
def test_a_value_stays_a_value(value: str) -> None:
    """A browser reads every value exactly as it was given."""
    assert attributes(script_element("https://r.example", {"data-site": value})) == {
        "async": None,
        "src": "https://r.example/playrelay.js",
        "data-site": value,
    }


def test_the_stub_fits_on_a_line() -> None:
    """Comments and spare spaces go; words stay apart. A browser runs it in `tests/browser`."""
    line = stub_line("/* A\n comment */\n(function (a, b) {\n  return a || b;\n})(1, { c: 2 });\n")
    assert line == "(function(a,b){return a||b;})(1,{c:2});"
    shipped = stub_line((STATIC / "stub.js").read_text("utf-8"))
    assert "\n" not in shipped
    assert "//" not in shipped


def test_the_policy_allows_the_script_and_its_pings() -> None:
    """Two directives; nothing inline, nothing of other hosts."""
    assert policy("https://relay.example.com") == {
        "script-src": ["https://relay.example.com"],
        "connect-src": ["https://relay.example.com"],
    }


def test_the_policy_allows_the_stub_by_its_hash() -> None:
    """The policy allows the stub by its hash, and not every inline script."""
    digest = base64.b64encode(hashlib.sha256(b"queue()").digest()).decode()
    sources = policy("https://relay.example.com", ["queue()"])["script-src"]
    assert sources == ["https://relay.example.com", f"'sha256-{digest}'"]
