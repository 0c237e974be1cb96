"""Posts messages to a webhook. Its address is a secret: it appears in no log and no fault."""

import asyncio
import re
import ssl
from http import HTTPStatus
from typing import ClassVar

import httpx
import msgspec
from pydantic import SecretStr

from app import __version__
from app.alerts.channel import ChannelName, Failed, Result, Sent
from app.alerts.message import Message, paragraphs
from app.alerts.shapes import SHAPES, Format

DEADLINE_SECONDS = 20.0
"""For the whole exchange: connecting, sending, and the answer."""

LARGEST_ANSWER = 4_096
"""Bytes of the answer that are read."""

_SHOWN = 200
_SEPARATORS = re.compile(r"[/?&=]")
_SHORTEST_SECRET = 4
_MS = 1000


class Webhook(msgspec.Struct, frozen=True):
    """A channel; each message is one request on a connection of its own, for they are rare."""

    url: SecretStr
    format: Format
    name: ClassVar[ChannelName] = "webhook"

    async def send(self, message: Message) -> Result:
        """Post it. No redirect is followed: it would pass the secret on."""
        body = msgspec.json.encode(SHAPES[self.format](message, paragraphs(message)))
        try:
            async with asyncio.timeout(DEADLINE_SECONDS):
                return await self._post(body)
        except TimeoutError:
            return Failed(f"no answer within {DEADLINE_SECONDS:.0f} s")
        except httpx.HTTPError as error:
            return Failed(_fault(error))
        except (OSError, ValueError, httpx.InvalidURL) as error:
            return Failed(f"the request can't be made ({type(error).__name__})")

    async def _post(self, body: bytes) -> Result:
        headers = {
            "user-agent": f"playrelay/{__version__}",
            "content-type": "application/json",
            "accept-encoding": "identity",  # so that the amount read is limited by the amount sent
        }
        async with (
            httpx.AsyncClient(timeout=10, headers=headers, follow_redirects=False) as http,
            http.stream("POST", self.url.get_secret_value(), content=body) as answer,
        ):
            said = self._shown(await _beginning(answer))
            status = HTTPStatus(answer.status_code) if answer.status_code in _KNOWN else None
            shown = f"{answer.status_code} {status.phrase if status else ''}".strip()
            if answer.is_success:
                return Sent(f"{shown}{f': {said}' if said else ''}")
            if answer.is_redirect:
                return Failed(f"{shown}: redirects are not followed, name the last address")
            return Failed(shown, said, _wait(answer.headers.get("retry-after", "")))

    def _shown(self, answer: bytes) -> str:
        """The first line, without the address: an error page may repeat it."""
        text = answer.decode("utf-8", "replace").strip()
        url = httpx.URL(self.url.get_secret_value())
        target = url.raw_path.decode("ascii")
        parts = {target, url.path, *_SEPARATORS.split(target), *_SEPARATORS.split(url.path)}
        for part in sorted(parts, key=len, reverse=True):
            if len(part) >= _SHORTEST_SECRET:
                text = text.replace(part, "…")
        return (text.splitlines() or [""])[0][:_SHOWN]


_KNOWN = frozenset(int(each) for each in HTTPStatus)


async def _beginning(answer: httpx.Response) -> bytes:
    found = b""
    async for part in answer.aiter_raw():
        found += part
        if len(found) >= LARGEST_ANSWER:
            break
    return found[:LARGEST_ANSWER]


def _wait(retry_after: str) -> int:
    """The header's seconds; a date is not supported, and the usual delay applies."""
    return int(retry_after) * _MS if retry_after.isdecimal() and len(retry_after) < 6 else 0  # noqa: PLR2004 - a day has five digits


def _fault(error: httpx.HTTPError) -> str:
    """What failed, without the address."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate is not trusted ({cause.verify_message})"
        cause = cause.__cause__ or cause.__context__
    return f"it can't be reached ({type(error).__name__})"
