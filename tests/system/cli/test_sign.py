"""`sign`: the signature that a site's own server has to make."""

import time

import pytest

from app.cli import main
from app.domain.signature import signature_fault

SECRET = "a secret of the identity tests that is long enough"


@pytest.fixture
def secret(monkeypatch: pytest.MonkeyPatch) -> str:
    """The one in force first, then an older one."""
    monkeypatch.setenv("PLAYRELAY_IDENTITY_SECRET", f"{SECRET},{'x' * 40}")
    monkeypatch.setenv("PLAYRELAY_SANDBOX", "true")
    return SECRET


@pytest.mark.parametrize("site", ["", "shop"])
def test_the_printed_signature_is_believed(
    secret: str, site: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A relay with the same secret accepts it, for this contact, on this site, for a day."""
    assert main(["sign", "4711", *(["--site", site] if site else [])]) == 0
    contact, signature = capsys.readouterr().out.splitlines()
    assert contact == "contactId=4711"
    now = int(time.time() * 1000)

    def fault(contact_id: int, at: int, on: str) -> str | None:
        signed = signature.removeprefix("contactSignature=")
        return signature_fault(
            contact_id, signed, [secret], site=on, occurred_at=at, received_at=at
        )

    assert fault(4711, now, site) is None
    assert fault(4712, now, site) == "wrong"
    assert fault(4711, now, "elsewhere") == "wrong"
    assert fault(4711, now + 2 * 86_400_000, site) == "expired"


def test_without_a_secret_it_says_which_setting(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit status 2: the settings are wrong."""
    monkeypatch.setenv("PLAYRELAY_SANDBOX", "true")
    assert main(["sign", "4711"]) == 2
    assert "PLAYRELAY_IDENTITY_SECRET" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("ahead_s", "said"),
    [(-60, "the signature has expired"), (33 * 86_400, "relays refuse it"), (60, "")],
)
@pytest.mark.usefixtures("secret")
def test_a_signature_that_no_relay_takes_is_told(
    ahead_s: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is printed, to compare; that it has ended, or ends too late, is said beside it."""
    assert main(["sign", "4711", "--expires", str(int(time.time()) + ahead_s)]) == 0
    printed = capsys.readouterr()
    assert printed.out.startswith("contactId=4711\n")
    assert said in printed.err
    assert bool(printed.err) == bool(said)
