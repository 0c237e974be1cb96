"""The embed page agrees with the tracker and with the output of the command."""

import argparse
import html.parser
import re
import subprocess
from pathlib import Path

import pytest

from app.cli import main
from app.cli.embed import add_options
from app.web.tracker.build import read_build
from app.web.tracker.offer import CONSENT
from app.web.tracker.snippet import policy
from tests.places import ROOT
from tests.project.docs.languages import interpreter
from tests.project.docs.pages import blocks

PAGE = ROOT / "docs" / "EMBED.md"
RELAY = "https://relay.example.com"
TYPES = (ROOT / "static" / "index.d.ts").read_text("utf-8")
HTML = list(blocks(PAGE, "html"))


class Reader(html.parser.HTMLParser):
    """Notes every element, and fails on one that is not closed in its turn."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note it."""
        self.elements.append((tag, dict(attrs)))
        assert len(dict(attrs)) == len(attrs), "an attribute stands twice"
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close the one that is open."""
        assert self._open.pop() == tag


def members(interface: str) -> set[str]:
    """The properties that an interface of the package's types declares itself."""
    body = re.search(rf"export interface {interface} [^{{]*{{(.*?)\n}}", TYPES, re.DOTALL)
    assert body
    return set(re.findall(r"^  (\w+)\??:", body[1], re.MULTILINE))


def attribute(member: str) -> str:
    """`mediaBridgeId` → `data-media-bridge-id`."""
    return "data-" + re.sub(r"[A-Z]", lambda letter: f"-{letter[0].lower()}", member)


ON_SCRIPT = {attribute(each) for each in members("Options") - {"relay"}}
ON_PLAYER = {attribute(each) for each in members("Medium")} | {"data-playrelay"}


def section(title: str) -> str:
    """The text under a heading."""
    return PAGE.read_text("utf-8").partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def rows(text: str) -> list[str]:
    """The first code of each row of the tables."""
    return re.findall(r"^\| `([^`]+)`", text, re.MULTILINE)


@pytest.mark.parametrize("text", HTML)
def test_the_markup_is_well_formed_and_understood(text: str) -> None:
    """Elements close, and each data attribute is one that the tracker reads there."""
    for tag, attributes in Reader(text).elements:
        known = ON_SCRIPT if tag == "script" else ON_PLAYER
        assert {name for name in attributes if name.startswith("data-")} <= known
        if "data-consent" in attributes:
            assert attributes["data-consent"] in CONSENT


def test_the_attributes_set_by_scripts_are_understood() -> None:
    """The tag manager's and WordPress's recipes name attributes of the script."""
    found = re.findall(r'setAttribute\("(data-[\w-]+)"', section("Google Tag Manager"))
    found += re.findall(r"' (data-[\w-]+)=", section("WordPress"))
    assert len(found) == 2
    assert set(found) <= ON_SCRIPT


def test_all_attributes_are_described() -> None:
    """The tables have a row for each that the tracker knows, and no other."""
    named = {re.split(r"=", row)[0] for row in rows(section("Attributes"))}
    assert named == ON_SCRIPT | ON_PLAYER


@pytest.mark.parametrize("page", ["README.md", "static/README.md"])
def test_other_pages_name_only_attributes_that_exist(page: str) -> None:
    """A `data-…` in code is one that the tracker reads."""
    text = (ROOT / page).read_text("utf-8")
    named = set(re.findall(r"`(data-[a-z-]*[a-z])[`=]", text))
    assert named <= ON_SCRIPT | ON_PLAYER


def test_all_consent_modes_are_described() -> None:
    """The page, the command and the package's types name the same."""
    typed = re.search(r"consent\?: ([^;]+);", TYPES)
    assert typed
    described = rows(section("Consent"))[1:]  # the head of the table is code too
    assert re.findall(r'"(\w+)"', typed[1]) == list(CONSENT) == described


def test_all_events_are_described() -> None:
    """Those that the package's types declare."""
    assert set(rows(section("Events"))) == set(re.findall(r'"(playrelay:\w+)"', TYPES))


def test_all_options_are_described() -> None:
    """Each option of `playrelay embed` stands in the table."""
    verb = argparse.ArgumentParser()
    add_options(verb)
    options = set(re.findall(r"(--[a-z][a-z-]+)", verb.format_help())) - {"--help"}
    table = section("The tag").rpartition("```")[2]
    assert set(re.findall(r"`(--[a-z][a-z-]+)`", table)) == options


def test_the_plain_tag_is_what_the_command_prints(capsys: pytest.CaptureFixture[str]) -> None:
    """Line for line."""
    assert main(["embed", "--url", RELAY]) == 0
    assert capsys.readouterr().out == HTML[0]


def test_the_pinned_tag_is_what_the_command_prints(capsys: pytest.CaptureFixture[str]) -> None:
    """The documented tag equals the printed one, except for the hashes."""
    assert main(["embed", "--url", RELAY, "--pinned"]) == 0
    build = read_build()
    printed = capsys.readouterr().out.replace(build.name, "0123456789abcdef")
    assert printed.replace(build.integrity(), "sha384-…") in HTML


def test_the_policy_is_what_the_command_prints() -> None:
    """Directive by directive."""
    lines = [" ".join((name, *sources)) for name, sources in policy(RELAY).items()]
    assert ["\n".join(lines) + "\n"] == list(blocks(PAGE, "text"))


def test_wordpress_writes_the_tag(tmp_path: Path) -> None:
    """The recipe, with stand-ins for the few functions of WordPress that it calls."""
    (recipe,) = blocks(PAGE, "php")
    script = tmp_path / "page.php"
    script.write_text(recipe + _WORDPRESS, "utf-8")
    done = subprocess.run(  # noqa: S603 - the page's own code
        [interpreter("php"), script], capture_output=True, text=True, timeout=60, check=True
    )
    first, second = Reader(done.stdout).elements
    assert first == ("script", {"src": "https://www.example.com/theme.js", "id": "theme-js"})
    assert second == (
        "script",
        {
            "data-consent": "hubspot",
            "src": f"{RELAY}/playrelay.js",
            "id": "playrelay-js",
            "async": None,
            "data-wp-strategy": "async",
        },
    )


_WORDPRESS = r"""
$filters = [];
function add_action($name, $callback) { $callback(); }
function wp_enqueue_script($handle, $src, $deps, $version, $arguments) {
    global $tags;
    $query = $version === null ? '' : "?ver=$version";
    $strategy = $arguments['strategy'];
    $tags[$handle] = "<script src=\"$src$query\" id=\"$handle-js\" $strategy"
        . " data-wp-strategy=\"$strategy\"></script>\n";
}
function add_filter($name, $callback, $priority, $count) {
    global $tags;
    $tags = ['theme' => '<script src="https://www.example.com/theme.js" id="theme-js"></script>']
        + $tags;
    foreach ($tags as $handle => $tag) {
        echo $callback($tag, $handle);
    }
}
"""
