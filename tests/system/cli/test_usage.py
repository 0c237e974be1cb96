"""Every command has help, and exit status 2 for bad usage and for wrong settings."""

import subprocess
import sys

import pytest

from app.cli import main

VERBS = (
    "serve",
    "doctor",
    "connect",
    "sandbox",
    "migrate",
    "embed",
    "sign",
    "export",
    "forget",
    "backup",
    "store",
    "store copy",
    "why",
    "media",
    "media list",
    "media sync",
    "media register",
    "outbox",
    "outbox list",
    "outbox show",
    "outbox requeue",
    "outbox discard",
    "alert",
    "alert test",
    "events",
    "events define",
    "docs",
)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`--help` prints the verb's usage and, in a sentence, what it does, and exits with 0."""
    with pytest.raises(SystemExit) as ended:
        main([*verb.split(), "--help"])
    assert ended.value.code == 0
    usage, _, rest = capsys.readouterr().out.partition("\n\n")
    assert usage.startswith(f"usage: playrelay {verb} [-h]")
    assert rest[0].isupper()
    assert rest.split("\n\n")[0].endswith(".")


def test_the_help_names_every_verb(capsys: pytest.CaptureFixture[str]) -> None:
    """`playrelay --help` lists the verbs tested here and no others."""
    with pytest.raises(SystemExit):
        main(["--help"])
    listed = capsys.readouterr().out.partition("  command\n")[2].partition("\n\n")[0]
    # A verb stands four columns in; what it does, and how that goes on, stands further right.
    verbs = {line.split()[0] for line in listed.splitlines() if line[4:5].strip()}
    assert verbs == {verb for verb in VERBS if " " not in verb}


def test_a_verb_loads_what_it_needs() -> None:
    """A look into the store takes no web framework, and the version not even the settings."""
    code = """if True:
        import sys
        from app.cli.parser import parser
        parser(["--version"])
        assert "pydantic" not in sys.modules
        parser(["why"])
        assert "app.store.store" in sys.modules
        assert "fastapi" not in sys.modules
    """
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)  # noqa: S603 - our own


@pytest.mark.parametrize("number", [str(2**63), "9" * 40, "9" * 5_000])
@pytest.mark.parametrize(
    "verb",
    [
        "outbox show",
        "outbox requeue",
        "outbox discard 1",
        "outbox list --limit",
        "why x --limit",
        "sign",
        "sign 1 --expires",
        "forget --contact",
        "export --contact",
        "sandbox --port",
        "sandbox --rate",
        "media sync --limit",
    ],
)
def test_a_number_that_no_store_can_hold(
    verb: str, number: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Is bad usage, however long it is, and said in one line that fits a terminal."""
    with pytest.raises(SystemExit) as ended:
        main([*verb.split(), number])
    assert ended.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "999999" in line or str(2**63) in line
    assert len(line) < 300


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "play",
        "serve now",
        "connect --port http",
        "connect --show-in everywhere",
        "connect --port 99999",
        "sandbox --port many",
        "sandbox --port 99999",
        "sandbox --rate -1",
        "serve --port 9000",
        "sign somebody",
        "sign 0",
        "sign 4711 --expires soon",
        "forget",
        "why",
        "forget --utk x --contact 7",
        "forget --contact somebody",
        "media",
        "media register --limit 0",
        "outbox",
        "outbox list --status lost",
        "outbox list --limit 0",
        "outbox show",
        "outbox show 0",
        "outbox requeue",
        "outbox requeue --rejected 7",
        "outbox discard",
        "docs nothing",
        "docs console nothing",
    ],
)
def test_bad_usage_exits_with_2(wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Bad usage exits with 2, says so in one line of standard error and prints no result."""
    with pytest.raises(SystemExit) as ended:
        main(wrong.split())
    said = capsys.readouterr()
    assert ended.value.code == 2
    assert said.out == ""
    (line,) = said.err.splitlines()
    assert line.startswith("playrelay")
    assert line.endswith("--help")


@pytest.mark.parametrize("verb", ["why", "connect --redirect-uri", "docs", "sign", "serve", ""])
@pytest.mark.parametrize("argument", ["\udcff\udcfe", "x" * 100_000])
def test_an_argument_of_any_bytes(
    verb: str, argument: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Is bad usage, or nobody's; the line that says so fits a terminal."""
    try:
        status = main([*verb.split(), argument])
    except SystemExit as ended:
        status = int(str(ended.code))
    (line,) = capsys.readouterr().err.splitlines()
    assert status in {1, 2}
    assert "this is a bug" not in line
    assert len(line) < 500


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("srve", "playrelay: 'srve' is not a command: did you mean serve?: see playrelay --help"),
        ("rejected", "playrelay: 'rejected' is not a command: see playrelay --help"),
        (
            "serve --port 9000",
            (
                "playrelay serve: --port 9000 is not known: set PLAYRELAY_PORT instead: "
                "see playrelay serve --help"
            ),
        ),
        (
            "media",
            "playrelay media: name an action: list, sync, register: see playrelay media --help",
        ),
    ],
)
def test_bad_usage_says_what_to_do(
    wrong: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A misspelt verb, a setting given as an option and a missing act are told with the remedy."""
    with pytest.raises(SystemExit):
        main(wrong.split())
    assert capsys.readouterr().err == f"{said}\n"


@pytest.mark.parametrize("words", ["media sync", "media register", "events define"])
def test_the_sandbox_of_a_relay_is_no_account(
    words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A command that needs HubSpot asks for a token, and says how to try it without an account."""
    assert main(words.split()) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("PLAYRELAY_HUBSPOT_ACCESS_TOKEN: set it, or an OAuth app")
    assert "playrelay sandbox" in line


def test_no_events_yet(capsys: pytest.CaptureFixture[str]) -> None:
    """`outbox list` of an empty store says so, beside its empty output."""
    assert main(["outbox", "list"]) == 0
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "playrelay: there are no events yet\n")


@pytest.mark.parametrize(
    "verb",
    ["serve", "migrate", "embed", "outbox list", "media sync", "store copy --to sqlite:///x.db"],
)
def test_wrong_settings_exit_with_2(
    verb: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each wrong setting costs one line of standard error that begins with its variable."""
    wrong = {
        "PLAYRELAY_HUBSPOT_RATE": "0",
        "PLAYRELAY_MILESTONES": "25,half",
        "PLAYRELAY_DATABASE_URL": "mysql://localhost/x",
        "PLAYRELAY_ALLOWED_ORIGINS": "www.example.com/page",
        "PLAYRELAY_IDENTITY": "guess",
    }
    for name, value in wrong.items():
        monkeypatch.setenv(name, value)
    assert main(verb.split()) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert sorted(line.split(":")[0] for line in said.err.splitlines()) == sorted(wrong)


@pytest.mark.parametrize(
    ("given", "blamed"),
    [
        ({"HUBSPOT_ACCESS_TOKEN": "secret-token"}, "ALLOWED_ORIGINS"),
        ({"HUBSPOT_CLIENT_ID": "secret-id"}, "HUBSPOT_CLIENT_SECRET"),
        (
            {"HUBSPOT_CLIENT_ID": "secret-id", "HUBSPOT_CLIENT_SECRET": "secret-x"},
            "SECRET_KEY",
        ),
        ({"SECRET_KEY": "secret-key"}, "SECRET_KEY"),
        ({"HUBSPOT_BASE_URL": "http://hubspot.example"}, "HUBSPOT_BASE_URL"),
        ({"HUBSPOT_APP_URL": "app.hubspot.example"}, "HUBSPOT_APP_URL"),
        ({"DATABASE_URL": "postgresql://user:secret@db"}, "DATABASE_URL"),
    ],
)
def test_settings_that_do_not_go_together(
    given: dict[str, str],
    blamed: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A setting that another one calls for is asked for by name, and no secret is shown."""
    for name, value in given.items():
        monkeypatch.setenv(f"PLAYRELAY_{name}", value)
    assert main(["serve"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"PLAYRELAY_{blamed}: ")
    assert "secret-" not in line
    assert "secret@" not in line


def test_embed_prints_the_snippet(capsys: pytest.CaptureFixture[str]) -> None:
    """`embed --url` prints the script element for that address."""
    assert main(["embed", "--url", "https://relay.example.com/"]) == 0
    said = capsys.readouterr().out
    assert '<script async src="https://relay.example.com/playrelay.js"></script>' in said


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"ALERT_WEBHOOK_URL": "http://127.0.0.1:1/"}, "PLAYRELAY_ALERT_WEBHOOK_URL"),
        (
            {
                "ALERT_MAIL_TO": "ops@example.com",
                "ALERT_MAIL_FROM": "relay@example.com",
                "SMTP_HOST": "127.0.0.1",
                "SMTP_PORT": "1",
            },
            "PLAYRELAY_SMTP_HOST",
        ),
    ],
)
def test_a_way_that_does_not_answer_names_its_setting(
    settings: dict[str, str],
    named: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """`alert test` says in one line what failed and which setting to look at, and exits with 1."""
    for name, value in settings.items():
        monkeypatch.setenv(f"PLAYRELAY_{name}", value)
    assert main(["alert", "test"]) == 1
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("FAIL ")
    assert f"(see {named}" in line
