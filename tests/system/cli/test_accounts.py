"""The verbs where there are several accounts: in each, in the one that is named, or not at all."""

import json
from pathlib import Path

import pytest

from app.cli import main
from tests.system.cli.outbox_store import CONTACT, UTK, fill

FILE = """
[accounts.acme]
[accounts.globex]
"""
Printed = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _stores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two accounts, each with the same four events in its own store."""
    (tmp_path / "sites.toml").write_text(FILE)
    monkeypatch.setenv("PLAYRELAY_SANDBOX", "true")
    monkeypatch.setenv("PLAYRELAY_SITES", "sites.toml")
    monkeypatch.setenv("PLAYRELAY_DATABASE_URL", "sqlite:///relay.db")
    for name in ("acme", "globex"):
        fill(tmp_path / "relay.db", name)


def test_list_has_a_part_for_each(capsys: Printed) -> None:
    """The list of each account is below its name; `--account` shows one alone."""
    assert main(["outbox", "list", "--status", "rejected"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines] == [
        ["acme:"],
        ["2", "rejected"],
        ["globex:"],
        ["2", "rejected"],
    ]
    assert main(["outbox", "list", "--account", "globex"]) == 0
    assert [line for line in capsys.readouterr().out.splitlines() if ":" in line[:8]] == ["globex:"]


@pytest.mark.parametrize(
    "verb",
    [
        ["outbox", "show", "1"],
        ["outbox", "requeue", "2"],
        ["outbox", "discard", "3"],
        ["forget", "--contact", str(CONTACT)],
    ],
    ids=" ".join,
)
def test_a_number_is_one_accounts_own(verb: list[str], capsys: Printed) -> None:
    """Event 2 and contact 4711 are somebody else in the other account: which one must be said."""
    assert main(verb) == 2
    assert capsys.readouterr().err == (
        "playrelay: choose an account with --account (there are acme, globex)\n"
    )
    assert main([*verb, "--account", "acme"]) == 0


def test_what_is_changed_in_one_is_changed_in_no_other(capsys: Printed) -> None:
    """A requeue in one account leaves the other's event of the same number where it is."""
    assert main(["outbox", "requeue", "2", "--account", "acme"]) == 0
    capsys.readouterr()
    for name, status in (("acme", "due"), ("globex", "rejected")):
        assert main(["outbox", "show", "2", "--account", name]) == 0
        assert json.loads(capsys.readouterr().out)["status"] == status


def test_all_of_a_kind_in_all(capsys: Printed) -> None:
    """Verbs without an id apply to every account, and print the sum."""
    assert main(["outbox", "requeue", "--rejected"]) == 0
    assert capsys.readouterr().out == "requeued 2 events\n"
    assert main(["forget", "--utk", UTK]) == 0
    assert capsys.readouterr().out == "erased 2 plays and pings\n"
    assert main(["migrate"]) == 0
    assert capsys.readouterr().out == (
        "the store of acme is up to date\nthe store of globex is up to date\n"
    )


def test_why_says_where(capsys: Printed) -> None:
    """Each play with its account, and advice that names it."""
    assert main(["why", "by-mail"]) == 0
    printed = capsys.readouterr().out
    assert [
        line.partition(":")[0] for line in printed.splitlines() if "session by-mail" in line
    ] == [
        "acme",
        "globex",
    ]
    assert "playrelay outbox requeue 2 --account globex" in printed
    assert main(["why", "by-mail", "--account", "acme", "--json"]) == 0
    assert [each["account"] for each in json.loads(capsys.readouterr().out)] == ["acme"]


def test_doctor_examines_each(capsys: Printed) -> None:
    """Doctor checks the settings once, and the rest for each account below its name."""
    assert main(["doctor"]) == 1  # each has a rejected event
    lines = [line.split()[1:2] for line in capsys.readouterr().out.splitlines()]
    subjects = "store events delivery errors quota disk space media alerts sandbox"
    each = [[subject] for subject in subjects.split()]
    assert lines == [["settings"], [], *each, [], *each]


def test_an_account_that_is_not_there(capsys: Printed, monkeypatch: pytest.MonkeyPatch) -> None:
    """The line says which there are; without a file there is but one, which has no name."""
    assert main(["outbox", "list", "--account", "initech"]) == 2
    assert capsys.readouterr().err == (
        "playrelay: there is no account 'initech': there are acme, globex\n"
    )
    monkeypatch.delenv("PLAYRELAY_SITES")
    for name in ("acme", ""):
        assert main(["outbox", "list", "--account", name]) == 2
        assert capsys.readouterr().err == (
            f"playrelay: there is no account {name!r}: without PLAYRELAY_SITES there is only one\n"
        )


def test_embed_says_which_sites_there_are(capsys: Printed) -> None:
    """A key that no site has, or none where there are several, is remarked on."""
    assert main(["embed", "--site", "acme"]) == 0
    assert "PLAYRELAY_SITES" not in capsys.readouterr().err
    assert main(["embed", "--site", "initech"]) == 0
    assert "PLAYRELAY_SITES has no site initech (there are acme, globex)" in capsys.readouterr().err
    assert main(["embed"]) == 0
    assert "--site is missing: " in capsys.readouterr().err
