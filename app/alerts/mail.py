"""Sends messages by SMTP, on a thread: the standard library's client blocks on its socket.

No part of a message can become a header or a command: addresses are checked with the settings, and
the subject is one line of text, which the library encodes.
"""

import asyncio
import contextlib
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import ClassVar, Literal

import msgspec
from pydantic import SecretStr

from app.alerts.channel import ChannelName, Failed, Result, Sent
from app.alerts.message import Message, paragraphs

Security = Literal["starttls", "tls", "none"]

PORTS: dict[Security, int] = {"starttls": 587, "tls": 465, "none": 25}
"""RFC 6409, RFC 8314 and RFC 5321."""

DEADLINE_SECONDS = 60.0
"""For the whole exchange."""

_SHOWN = 200
_SEVEN_BIT = SMTP.clone(cte_type="7bit")  # not every server takes eight


class MailServer(msgspec.Struct, frozen=True):
    """The mail server. `step_seconds`: how long each of its answers may take."""

    host: str
    port: int
    security: Security
    user: str | None = None
    password: SecretStr | None = None
    step_seconds: float = 15.0


class Mail(msgspec.Struct, frozen=True):
    """A channel: each message is one mail to all recipients."""

    server: MailServer
    sender: str
    recipients: Sequence[str]
    name: ClassVar[ChannelName] = "mail"

    async def send(self, message: Message) -> Result:
        """Send it to the server."""
        mail, session = self.compose(message), _Session(self.server)
        try:
            async with asyncio.timeout(DEADLINE_SECONDS):
                return await _on_a_thread(lambda: self._give(mail, session))
        except TimeoutError:
            return Failed(f"the server was not done within {DEADLINE_SECONDS:.0f} s")
        finally:
            session.cut()

    def compose(self, message: Message) -> EmailMessage:
        """The mail, in plain text."""
        mail = EmailMessage(policy=_SEVEN_BIT)
        mail["From"] = self.sender
        mail["To"] = ", ".join(self.recipients)
        mail["Subject"] = " ".join(message.title.split())
        mail["Date"] = format_datetime(datetime.fromisoformat(message.at))
        mail["Message-ID"] = f"<{message.id}@{self.sender.rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no vacation notice answers it
        blocks = ["\n".join(filter(None, each)) for each in paragraphs(message)]
        mail.set_content("\n\n".join([*blocks, *filter(None, [message.url])]) + "\n")
        return mail

    def _give(self, mail: EmailMessage, session: "_Session") -> Result:
        try:
            refused = session.give(mail, self.sender, self.recipients)
        except smtplib.SMTPException as error:
            return _failure(error)
        except ssl.SSLCertVerificationError as error:
            return Failed(f"the server's certificate is not trusted ({error.verify_message})")
        except (OSError, ValueError) as error:
            return Failed(f"the server can't be reached ({type(error).__name__})")
        if refused:  # the others have it, so it is not sent again
            return Sent(f"taken, but for {refused} of {len(self.recipients)} recipients")
        return Sent("taken")


class _Session:
    """One connection to a server, used on one thread and closed from another."""

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self._client: smtplib.SMTP | None = None

    def give(self, mail: EmailMessage, sender: str, recipients: Sequence[str]) -> int:
        """Send the mail; returns how many recipients the server refused, if not all."""
        server, context = self._server, ssl.create_default_context()
        timeout = server.step_seconds
        client: smtplib.SMTP
        if server.security == "tls":
            client = smtplib.SMTP_SSL(server.host, server.port, timeout=timeout, context=context)
        else:
            client = smtplib.SMTP(server.host, server.port, timeout=timeout)
        self._client = client
        try:
            if server.security == "starttls":
                client.starttls(context=context)
            if server.user and server.password:
                client.login(server.user, server.password.get_secret_value())
            refused = client.send_message(mail, sender, [*recipients])
            with contextlib.suppress(smtplib.SMTPException, OSError):
                client.quit()  # the mail is accepted, whatever the server says now
        finally:
            client.close()
        return len(refused)

    def cut(self) -> None:
        """Stop waiting for the server."""
        client = self._client
        if client is not None and client.sock is not None:
            with contextlib.suppress(OSError):
                client.sock.shutdown(socket.SHUT_RDWR)


def _failure(error: smtplib.SMTPException) -> Failed:
    """Why the server refused. Its own text may contain addresses, so it is `said`."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, said = next(iter(error.recipients.values()))
        return Failed(f"the server refuses every recipient ({code})", _shown(said))
    if isinstance(error, smtplib.SMTPResponseException):
        what = next((words for kind, words in _REFUSED.items() if isinstance(error, kind)), "")
        fault = f"the server refuses {what or 'the connection'} ({error.smtp_code})"
        return Failed(fault, _shown(error.smtp_error))
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return Failed(f"the server can't do what is asked of it ({error})")
    return Failed("the server has ended the connection")


_REFUSED: dict[type[smtplib.SMTPResponseException], str] = {
    smtplib.SMTPAuthenticationError: "the user name or the password",
    smtplib.SMTPSenderRefused: "the sender",
    smtplib.SMTPDataError: "the message",
}


def _shown(said: bytes | str) -> str:
    text = said if isinstance(said, str) else said.decode("utf-8", "replace")
    return " ".join(text.split())[:_SHOWN]


async def _on_a_thread(work: Callable[[], Result]) -> Result:
    """The result of the work. The process does not wait for the thread when it ends."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Result] = loop.create_future()

    def settle(result: Result) -> None:
        if not done.done():
            done.set_result(result)

    def run() -> None:
        result = work()
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(settle, result)

    threading.Thread(target=run, name="mail", daemon=True).start()
    return await done
