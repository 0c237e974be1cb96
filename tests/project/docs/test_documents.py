"""The documents agree with the code: links, commands, names, examples."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from app.cli.parser import parse as parse_command
from app.collect.problem import REASONS
from app.config import Settings, load_settings, unknown_variables, variable_name
from app.config.catalogue import load_catalogue
from app.deliver.delays import DeliveryPolicy
from app.deliver.policy import Health, account_update
from app.domain.outcome import STATUSES
from app.domain.ping import PingRequest, PlayPing
from app.domain.ping_parser import parse
from app.domain.signature import sign
from app.hubspot.results import MissingScope, Throttled, Trouble, Unauthorized, Unavailable
from tests.places import ROOT
from tests.project.docs.languages import interpreter
from tests.project.docs.pages import PAGES, anchors, blocks, commands, name
from tools.docs_metrics import all_metrics

EXAMPLES = (ROOT / ".env.example", ROOT / "deploy" / "playrelay.env.example")
TOPS = (ROOT, ROOT / "app")
SECRET = "correct horse battery staple"

every_page = pytest.mark.parametrize("page", PAGES, ids=name)


@every_page
def test_links_lead_somewhere(page: Path) -> None:
    """Each relative link names a file that is there, and an anchor that a heading of it makes."""
    for target in re.findall(r"\]\((?!https?:)([^)]+)\)", page.read_text("utf-8")):
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), target
        assert not anchor or anchor in anchors(file), target


@pytest.mark.parametrize("page", sorted(ROOT.glob("docs/*.md")), ids=name)
def test_a_document_opens_with_its_reader(page: Path) -> None:
    """The first sentence below the title says who the document is for."""
    assert re.match(r"# .+\n\nFor \w+", page.read_text("utf-8"))


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "docs/ARCHITECTURE.md"])
def test_files_that_are_named_exist(page: str) -> None:
    """Each path in code on these pages is in the project, or in its package."""
    text = (ROOT / page).read_text("utf-8")
    paths = re.findall(r"`([\w.-]+/(?:[\w.-]+/)*[\w.-]*)`", text)
    assert paths
    assert [path for path in paths if not any((top / path).exists() for top in TOPS)] == []


def test_every_promise_is_held_by_tests() -> None:
    """Each row of the promises in SECURITY.md names tests, and all of them are there."""
    page = (ROOT / "docs" / "SECURITY.md").read_text("utf-8")
    rows = page.partition("## What is promised")[2].partition("|\n| --- | --- |\n")[2]
    promises = [line.strip("| ").split(" | ") for line in rows.splitlines() if line[:1] == "|"]
    assert promises
    for promise, named in promises:
        for test in named.split(", "):
            path = ROOT / test
            assert test.startswith("tests/"), promise
            assert path.is_file() or [*path.glob("test_*.py")], f"{promise}: {test}"


def test_all_folders_of_the_package_are_described() -> None:
    """The list of folders has each part of the package, and no other."""
    page = (ROOT / "docs" / "ARCHITECTURE.md").read_text("utf-8")
    tree = page.partition("```\napp/\n")[2].partition("```")[0]
    described = re.findall(r"^  ([\w.]+)/?  ", tree, re.MULTILINE)
    parts = [path for path in (ROOT / "app").iterdir() if not path.name.startswith(("_", "py."))]
    assert sorted(described) == sorted(path.name for path in parts)


@every_page
def test_commands_are_understood(page: Path) -> None:
    """Each `playrelay …` parses, and each `make …` names a target of the Makefile."""
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    for command in commands(page):
        words = shlex.split(command, comments=True)
        if words[0] == "make":
            assert words[1] in targets, command
        for place, word in enumerate(words):
            if word.endswith("/bin/playrelay") or _is_run(words[:place], word):
                parse_command(words[place + 1 :])


def _is_run(before: list[str], word: str) -> bool:
    """Whether the text runs the command itself, and does not only name a user, service or file."""
    in_container = bool(before) and "exec" in before and before[-1] in {"relay", "deliver", "--"}
    return word == "playrelay" and (not before or in_container)


@every_page
def test_variables_are_settings(page: Path) -> None:
    """Each PLAYRELAY_ variable that a page names is one that the relay reads."""
    named = re.findall(r"PLAYRELAY_[A-Z_]*[A-Z]", page.read_text("utf-8"))
    assert unknown_variables(dict.fromkeys(named, "")) == []


@every_page
def test_metrics_are_exposed(page: Path) -> None:
    """Each metric that a page names is one that `/metrics` has."""
    exposed = {metric for metric, *_ in all_metrics()}
    named = set(re.findall(r"\bplayrelay_[a-z_]+", page.read_text("utf-8")))
    assert named - exposed == set()


@pytest.mark.parametrize("path", EXAMPLES, ids=name)
def test_example_environments_name_settings(path: Path) -> None:
    """An example file names only variables that the relay reads, set or commented out."""
    named = re.findall(r"^#?([A-Z_]+)=", path.read_text(), re.MULTILINE)
    assert named
    assert unknown_variables(dict.fromkeys(named, "")) == []


def test_the_deployed_example_is_valid(monkeypatch: pytest.MonkeyPatch) -> None:
    """The example for production is accepted as it stands, and means an OAuth account."""
    for field in Settings.model_fields:
        monkeypatch.delenv(variable_name(field), raising=False)
    settings = load_settings(str(EXAMPLES[1]))
    assert settings.hubspot_client_id
    assert settings.allowed_origins


def test_the_example_of_all_settings_changes_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Uncommented as it stands, the example of all settings gives the defaults."""
    for field in Settings.model_fields:
        monkeypatch.delenv(variable_name(field), raising=False)
    for variable, value in re.findall(r"^#([A-Z_]+)=(.*)$", EXAMPLES[0].read_text(), re.MULTILINE):
        monkeypatch.setenv(variable, value)
    monkeypatch.setenv("PLAYRELAY_SANDBOX", "true")
    assert load_settings(None) == Settings.model_construct(sandbox=True)


def test_the_pings_in_the_documents_are_taken() -> None:
    """Every ping shown, as JSON or as the body of a curl command, is accepted whole."""
    shown = [*blocks(ROOT / "docs" / "API.md", "json")]
    for page in PAGES:
        shown += re.findall(r"/v1/progress -d '([^']+)'", page.read_text("utf-8"))
    pings = [text for text in shown if "sessionId" in text and '"rejected"' not in text]
    assert len(pings) == 3
    for ping in pings:
        parsed = parse(ping.encode(), None)
        assert parsed.plays
        assert parsed.faults == []


def test_every_field_of_a_ping_is_described() -> None:
    """The API page has a row for each field that the wire format knows, and for no other."""
    page = (ROOT / "docs" / "API.md").read_text("utf-8")
    section = page.partition("## Fields")[2].partition("\n## ")[0]
    heads = re.findall(r"^\| (`[^|]+) \|", section, re.MULTILINE)
    described = set(re.findall(r"`(\w+)`", " ".join(heads)))
    known = {*PlayPing.__struct_encode_fields__, *PingRequest.__struct_encode_fields__}
    assert described == known - {"plays"}


def test_the_example_of_partial_acceptance() -> None:
    """The refusal shown in the API page is the one that such a batch meets with."""
    shown = next(
        json.loads(text)
        for text in blocks(ROOT / "docs" / "API.md", "json")
        if text.startswith('{\n  "accepted"')
    )
    good = {"sessionId": "a", "externalId": "b", "pageUrl": "https://www.example.com/"}
    parsed = parse(json.dumps({"plays": [good, {"externalId": "b"}]}).encode(), None)
    faults = [{"index": f.index, "reason": f.reason, "detail": f.detail} for f in parsed.faults]
    assert shown == {"accepted": len(parsed.plays), "rejected": faults}


def test_reasons_and_statuses_are_described() -> None:
    """Every reason code stands in the API page, every status of an event in the README."""
    api = (ROOT / "docs" / "API.md").read_text("utf-8")
    readme = (ROOT / "README.md").read_text("utf-8")
    assert [reason for reason in REASONS if f"| `{reason}` |" not in api] == []
    assert [status for status in STATUSES if f"`{status}`" not in readme] == []


def test_every_pause_has_its_advice() -> None:
    """Each reason for which the account pauses has a row that says what to do."""
    troubles: list[Trouble] = [
        Throttled("TEN_SECONDLY_ROLLING"),
        Throttled("DAILY"),
        Unauthorized(),
        Unauthorized(final=True),
        MissingScope(),
        Unavailable("HTTP 503"),
    ]
    page = (ROOT / "docs" / "DELIVERY.md").read_text("utf-8")
    section = page.partition("## Pauses")[2].partition("\n## ")[0]
    for trouble in troubles:
        update = account_update(
            trouble, now=0, health=Health(failures=9), chance=0.5, policy=DeliveryPolicy()
        )
        assert f"| `{update.reason.partition(':')[0]}` |" in section


@pytest.mark.parametrize(
    ("language", "run"),
    [
        (
            "python",
            [
                sys.executable,
                "-c",
                "{code}\nprint(contact_signature(4711, 1790000000, '{secret}'))",
            ],
        ),
        (
            "js",
            ["node", "-e", "{code}\nconsole.log(contactSignature(4711, 1790000000, '{secret}'))"],
        ),
        ("php", ["php", "-r", "{code}\necho contact_signature(4711, 1790000000, '{secret}');"]),
    ],
)
def test_signatures_in_the_documents_are_right(language: str, run: list[str]) -> None:
    """Each language's example signs as the relay verifies."""
    command = interpreter(run[0])
    (code,) = blocks(ROOT / "docs" / "API.md", language)
    script = run[2].replace("{code}", code.removeprefix("<?php\n")).replace("{secret}", SECRET)
    done = subprocess.run(  # noqa: S603 - the documents' own code
        [command, run[1], script], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == sign(4711, SECRET, expires=1790000000)


def test_the_signature_shown_is_right() -> None:
    """The example's result in the API page is what the relay expects."""
    assert f"`{sign(4711, SECRET, expires=1790000000)}`" in (ROOT / "docs" / "API.md").read_text(
        "utf-8"
    )


@pytest.mark.parametrize("kind", ["toml", "csv"])
def test_the_catalogues_in_the_documents_load(kind: str, tmp_path: Path) -> None:
    """Both forms of the example are read without a fault and say the same."""
    (text,) = blocks(ROOT / "docs" / "CATALOGUE.md", kind)
    path = tmp_path / f"media.{kind}"
    path.write_text(text, "utf-8")
    catalogue = load_catalogue(path)
    assert catalogue.by_external_id["launch-2026"].bridge_id == 42
    assert catalogue.by_url["https://cdn.example.com/interview.mp3"].name == "The interview"
