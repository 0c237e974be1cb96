"""Types of settings that several fields share: lists, secrets, addresses."""

import ipaddress
import re
import unicodedata
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, SecretStr

from app.domain.destination import Destination
from app.hubspot.contacts import NamePart

_QUOTES = {'"': '"', "'": "'", "“": "”", "‘": "’", "„": "“", "«": "»"}  # editors make them
_MARKS = "\u200b\u200e\u200f\u2060\ufeff"  # what copying from a page or an editor may add
_EDGE = "".join(filter(str.isspace, map(chr, range(0x3001)))) + _MARKS
_HOST = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
_SHORTEST_SECRET = 32
_SHORTEST_PASSWORD = 12


def cleaned(text: str) -> str:
    """Strip invisible characters, and one pair of quotes, from both ends."""
    text = text.strip(_EDGE)
    if len(text) > 1 and _QUOTES.get(text[0]) == text[-1]:
        text = text[1:-1].strip(_EDGE)
    return text


def split(value: Any) -> Any:
    """Comma-separated text as a list; blanks are dropped."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def secrets_of(value: SecretStr | None) -> list[SecretStr]:
    """The parts of a comma-separated secret."""
    return [SecretStr(part) for part in split(value.get_secret_value())] if value else []


def is_address(text: str) -> bool:
    """Whether it is an IP address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def host_of(text: str) -> str | None:
    """The host name or IP address, without the brackets of IPv6; None if it is neither."""
    host = text.removeprefix("[").removesuffix("]")
    return host if is_address(host) or _HOST.fullmatch(host) else None


def is_network(text: str) -> bool:
    """Whether it is an IP address or network."""
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Whether the host is this machine itself."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    return is_address(host) and ipaddress.ip_address(host).is_loopback


def _plain(value: Any) -> Any:
    """Clean a secret, and refuse control characters in it."""
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if not isinstance(value, str):
        return value
    value = cleaned(value)
    if any(unicodedata.category(character) == "Cc" for character in value):
        raise ValueError("contains a line break or another control character: copy it again")
    return value or None


def _issued(value: Any) -> Any:
    """A credential that HubSpot issued: those are printable ASCII without spaces."""
    value = _plain(value)
    if isinstance(value, str) and (" " in value or not (value.isascii() and value.isprintable())):
        raise ValueError("contains characters that no credential of HubSpot has: copy it again")
    return value


def _long(value: Any) -> Any:
    value = _plain(value)
    if isinstance(value, str):
        if not split(value):
            raise ValueError("contains no secret: make one with openssl rand -hex 32")
        if any(len(part) < _SHORTEST_SECRET for part in split(value)):
            raise ValueError(
                f"is shorter than {_SHORTEST_SECRET} characters: make one with openssl rand -hex 32"
            )
    return value


def _password(value: Any) -> Any:
    value = _plain(value)
    if isinstance(value, str) and len(value) < _SHORTEST_PASSWORD:
        raise ValueError(f"is shorter than {_SHORTEST_PASSWORD} characters: write a longer one")
    return value


LowerCase = BeforeValidator(_lower)
"""Accepts a word in any case."""

CommaSeparated = Annotated[tuple[str, ...], BeforeValidator(split)]
Percents = Annotated[tuple[Annotated[int, Field(ge=1, le=100)], ...], BeforeValidator(split)]
EventKinds = Annotated[
    tuple[Literal["percent", "played", "attention"], ...], BeforeValidator(split)
]
NameParts = Annotated[tuple[NamePart, ...], BeforeValidator(split)]
EventDestinations = Annotated[tuple[Destination, ...], BeforeValidator(split)]
OptionalSecret = Annotated[SecretStr | None, BeforeValidator(_plain)]
IssuedSecret = Annotated[SecretStr | None, BeforeValidator(_issued)]
IssuedText = Annotated[str | None, BeforeValidator(_issued)]
SigningSecret = Annotated[SecretStr | None, BeforeValidator(_long)]
Password = Annotated[SecretStr | None, BeforeValidator(_password)]
