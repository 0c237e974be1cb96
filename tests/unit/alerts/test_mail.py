"""Mail, with a real SMTP server at the other end: what arrives, and what becomes of refusals."""

import socket
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from pydantic import SecretStr

from app.alerts.channel import Failed, Result, Sent
from app.alerts.mail import Mail, MailServer, Security
from app.alerts.message import Message
from tests.processes.mailbox import PASSWORD, USER, Mailbox, certificate, mailbox
from tests.unit.alerts.setting import EVERY, LONG, MARKUP, STRANGE, TEST, message

SENDER, RECIPIENTS = "relay@example.com", ("ops@example.com", "web@example.com")


@pytest.fixture
def box() -> Iterator[Mailbox]:
    """A server that takes everything, without encryption."""
    with mailbox() as box:
        yield box


def mail_by(port: int, security: Security = "none", password: str | None = None) -> Mail:
    """By the server at that port of this machine."""
    secret = None if password is None else SecretStr(password)
    server = MailServer("localhost", port, security, USER if secret else None, secret)
    return Mail(server, SENDER, RECIPIENTS)


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The certificate of the servers below is trusted."""
    monkeypatch.setenv("SSL_CERT_FILE", f"{tmp_path}/certificate.pem")


async def test_it_arrives_as_text(box: Mailbox) -> None:
    """Mail arrives as text for all recipients, with headers against automatic answers."""
    assert await mail_by(box.port).send(message("bad")) == Sent("taken")
    (mail,) = box.mails
    assert mail["subject"] == "playrelay: HubSpot refuses the access token."
    assert (mail["from"], mail["to"]) == (SENDER, ", ".join(RECIPIENTS))
    assert mail["date"].datetime.isoformat() == "2026-09-21T16:13:20+00:00"
    assert mail["message-id"] == "<0123456789abcdef@example.com>"
    assert mail["auto-submitted"] == "auto-generated"
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content().splitlines() == [
        "HubSpot refuses the access token.",
        "For 2 hours. Make a new one.",
        "",
        "https://relay.example.com/console",
    ]
    (envelope,) = box.envelopes
    assert (envelope.mail_from, envelope.rcpt_tos) == (SENDER, [*RECIPIENTS])


@pytest.mark.parametrize("each", EVERY)
async def test_every_message_survives(box: Mailbox, each: Message) -> None:
    """Every message survives, with any characters, in seven bits and short lines."""
    assert await mail_by(box.port).send(each) == Sent("taken")
    (envelope,) = box.envelopes
    assert isinstance(envelope.content, bytes)
    assert envelope.content.isascii()
    assert max(map(len, envelope.content.splitlines())) < 1000
    if each is STRANGE:
        assert MARKUP in box.mails[0].get_content()
    if each is LONG:
        assert "🎬" * 4_000 in box.mails[0].get_content()


@pytest.mark.parametrize(
    "text", ["a\r\nBcc: x@evil.example", "a\n\nbody", "a\r.\r\nQUIT", "é\x00\n"]
)
async def test_no_text_becomes_a_header_or_a_command(box: Mailbox, text: str) -> None:
    """It stays one line of the subject, or lines of the body."""
    strange = replace_text(text)
    assert await mail_by(box.port).send(strange) == Sent("taken")
    (mail,) = box.mails
    assert sorted(mail.keys()) == sorted(HEADERS)
    assert box.envelopes[0].rcpt_tos == [*RECIPIENTS]


HEADERS = (
    *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted"),
    *("Content-Type", "Content-Transfer-Encoding", "MIME-Version"),
)


def replace_text(text: str) -> Message:
    """A message with that in its title, and in its only sentence."""
    found = message("bad")
    (item,) = found.sentences
    item = msgspec.structs.replace(item, says=text, do=text)
    return msgspec.structs.replace(found, title=text, sentences=(item,))


@pytest.mark.parametrize(("security", "implicit"), [("starttls", False), ("tls", True)])
@pytest.mark.usefixtures("trusted")
async def test_it_is_encrypted_and_signed_in(
    tmp_path: Path, security: Security, *, implicit: bool
) -> None:
    """Mail is sent with both kinds of encryption; a refused password is not repeated."""
    context, _ = certificate(tmp_path)
    with mailbox(context, implicit=implicit, signs_in=True) as box:
        assert await mail_by(box.port, security, PASSWORD).send(TEST) == Sent("taken")
        wrong = await mail_by(box.port, security, "wrong-password").send(TEST)
    assert wrong == Failed(
        "the server refuses the user name or the password (535)",
        "5.7.8 Authentication credentials invalid",
    )


@pytest.mark.parametrize(("security", "implicit"), [("starttls", False), ("tls", True)])
async def test_a_certificate_that_is_not_trusted_ends_it(
    tmp_path: Path, security: Security, *, implicit: bool
) -> None:
    """Nothing is sent."""
    context, _ = certificate(tmp_path)
    with mailbox(context, implicit=implicit) as box:
        result = await mail_by(box.port, security).send(TEST)
        assert box.mails == []
    assert isinstance(result, Failed)
    assert result.fault.startswith("the server's certificate is not trusted (self")


async def test_a_server_without_starttls_gets_nothing(box: Mailbox) -> None:
    """A server without STARTTLS gets nothing if encryption is required."""
    result = await mail_by(box.port, "starttls", PASSWORD).send(TEST)
    assert result == Failed(
        "the server can't do what is asked of it (STARTTLS extension not supported by server.)"
    )
    assert box.mails == []


async def test_refusals_say_what_is_refused(box: Mailbox) -> None:
    """A failure omits the server's words, which name addresses; only a test shows them."""
    mail = mail_by(box.port)
    box.answer = "554 5.7.1 spam"
    assert await mail.send(TEST) == Failed("the server refuses the message (554)", "5.7.1 spam")
    box.answer, box.refused = "250 OK", frozenset(RECIPIENTS)
    assert await mail.send(TEST) == Failed(
        "the server refuses every recipient (550)", "5.1.1 <ops@example.com> is nobody's"
    )
    box.refused = frozenset(RECIPIENTS[:1])
    assert await mail.send(TEST) == Sent("taken, but for 1 of 2 recipients")
    assert [each["subject"] for each in box.mails] == ["playrelay: this is a test"]


async def test_nobody_there_is_a_failure() -> None:
    """An unreachable server is a failure, and so is one that does not speak SMTP."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        result: Result = await mail_by(unused.getsockname()[1]).send(TEST)
    assert result == Failed("the server can't be reached (ConnectionRefusedError)")


async def test_a_server_that_says_nothing_is_left() -> None:
    """A server that says nothing is left after a while."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        server = MailServer("127.0.0.1", silent.getsockname()[1], "none", step_seconds=0.05)
        result = await Mail(server, SENDER, RECIPIENTS).send(TEST)
    assert result == Failed("the server has ended the connection")
