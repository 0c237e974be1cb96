"""`playrelay embed`: the snippet to standard output, hints to standard error."""

import json
import re

import pytest

from app.cli import main
from app.web.tracker.build import read_build

URL = ("--url", "https://relay.example.com")
ORIGINS = "PLAYRELAY_ALLOWED_ORIGINS"


@pytest.fixture(autouse=True)
def _named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A site may send, so that only what a test is about gives a hint."""
    monkeypatch.setenv(ORIGINS, "https://www.example.com")


def test_the_tag_alone_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing to hint at, nothing else printed; a slash at the address's end is no matter."""
    assert main(["embed", "--url", "https://relay.example.com/"]) == 0
    said = capsys.readouterr()
    assert said.out == '<script async src="https://relay.example.com/playrelay.js"></script>\n'
    assert said.err == ""


def test_everything_that_the_script_can_be_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Each option becomes its attribute."""
    options = "--consent manual --context EMAIL --portal 12345 --site blog.en --debug"
    assert main(["embed", *URL, *options.split()]) == 0
    assert capsys.readouterr().out == (
        '<script async src="https://relay.example.com/playrelay.js" data-consent="manual" '
        'data-context="EMAIL" data-portal="12345" data-site="blog.en" data-debug></script>\n'
    )


def test_the_pinned_tag_names_this_build(capsys: pytest.CaptureFixture[str]) -> None:
    """The tag has the build's name in the address, and its hash for the browser."""
    assert main(["embed", *URL, "--pinned"]) == 0
    printed = capsys.readouterr().out
    build = read_build()
    assert f"https://relay.example.com/builds/{build.name}/playrelay.js" in printed
    assert f'integrity="{build.integrity()}" crossorigin="anonymous"' in printed


def test_the_import_map_has_a_hash_for_each_adapter(capsys: pytest.CaptureFixture[str]) -> None:
    """The import map has the hash of each adapter at its pinned address, before the pinned tag."""
    assert main(["embed", *URL, "--import-map"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    text = first.removeprefix('<script type="importmap">').removesuffix("</script>")
    build = read_build()
    folder = f"https://relay.example.com/builds/{build.name}/"
    assert json.loads(text)["integrity"] == {
        folder + path: build.integrity(path)
        for path in build.files
        if path.startswith("adapters/") and path.endswith(".js")
    }
    assert f'src="{folder}playrelay.js" integrity="{build.integrity()}"' in second


def test_the_stub_comes_before_the_script(capsys: pytest.CaptureFixture[str]) -> None:
    """Two lines: a queue, and what takes it over."""
    assert main(["embed", *URL, "--stub"]) == 0
    stub, script = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"<script>\(function.*</script>", stub)
    assert "src=" in script


def test_the_policy_instead_of_the_tag(capsys: pytest.CaptureFixture[str]) -> None:
    """A directive a line; a path is no matter to a policy; hashes of what stands in the page."""
    assert (
        main(["embed", "--csp", "--stub", "--import-map", "--url", "https://www.example.com/relay"])
        == 0
    )
    scripts, connections = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"script-src https://www\.example\.com( 'sha256-[\w+/]{43}='){2}", scripts)
    assert connections == "connect-src https://www.example.com"


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:9000"),
        ("0.0.0.0", "http://127.0.0.1:9000"),  # noqa: S104 - nothing is bound
        ("::1", "http://[::1]:9000"),
    ],
)
def test_without_an_address_the_settings_tell_it(
    host: str, address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without an address the one in the settings is used, and a hint asks for the public one."""
    monkeypatch.setenv("PLAYRELAY_HOST", host)
    monkeypatch.setenv("PLAYRELAY_PORT", "9000")
    assert main(["embed"]) == 0
    said = capsys.readouterr()
    assert f'src="{address}/playrelay.js"' in said.out
    (hint,) = said.err.splitlines()
    assert "give the public one with --url" in hint


def test_an_address_without_tls_gets_a_hint(capsys: pytest.CaptureFixture[str]) -> None:
    """Pages with https would not load it."""
    assert main(["embed", "--url", "http://relay.example.com"]) == 0
    (hint,) = capsys.readouterr().err.splitlines()
    assert "https" in hint


@pytest.mark.parametrize(
    "settings",
    [{}, {"PLAYRELAY_HUBSPOT_ACCESS_TOKEN": "t", "PLAYRELAY_ROLE": "deliver"}],
    ids=["sandbox", "token"],
)
def test_a_relay_that_lets_no_site_in_gets_a_hint(
    settings: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The snippet would be of no use there."""
    monkeypatch.delenv(ORIGINS)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert main(["embed", *URL]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("<script async")
    (hint,) = said.err.splitlines()
    assert f"{ORIGINS} is empty" in hint


def test_a_token_without_sites_is_a_fault(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A relay that collects would not even start with these settings."""
    monkeypatch.delenv(ORIGINS)
    monkeypatch.setenv("PLAYRELAY_HUBSPOT_ACCESS_TOKEN", "t")
    assert main(["embed", *URL]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(f"{ORIGINS}: ")


@pytest.mark.parametrize(
    "wrong",
    [
        ["--url", "relay.example.com"],
        ["--url", "javascript:alert(1)"],
        ["--url", "https://relay.example.com/?a=b"],
        ["--url", "https://user@relay.example.com"],
        ["--url", "https://relay.example.com/</script>"],
        ["--consent", "yes"],
        ["--context", "MAIL"],
        ["--portal", "12a"],
        ["--portal", "-1"],
        ["--site", 'x"onload="alert(1)'],
        ["--site", "x" * 65],
        ["--site", ""],
        ["more"],
    ],
)
def test_bad_usage_exits_with_2(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """One line of standard error that names the option, and no snippet."""
    with pytest.raises(SystemExit) as ended:
        main(["embed", *wrong])
    said = capsys.readouterr()
    assert ended.value.code == 2
    assert said.out == ""
    (line,) = said.err.splitlines()
    assert line.startswith("playrelay embed: ")
    assert line.endswith(": see playrelay embed --help")
    assert wrong[0] in line
