"""An HTTP answer as received, and how values are read from it. Pure, and never raises."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import parsedate_to_datetime

import msgspec
from httpx import codes

MESSAGE_LIMIT = 500
"""Characters of HubSpot's text that are kept."""

NAME_LIMIT = 100

SHORTEST_WAIT_S = 3.0
LONGEST_WAIT_S = 24 * 60 * 60.0
"""The bounds within which a Retry-After is used, whatever it says."""

_INT64 = 2**63
_EXACT_FLOAT = 2.0**53
_DECIMAL = re.compile(r"[1-9][0-9]{0,18}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer as received, at `at` (ms since the epoch); the body may be cut short.

    `headers` are looked up in lower case. Body and headers stay out of the repr: they may contain
    tokens and personal data.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    at: int


def is_success(answer: Answer) -> bool:
    """Whether the status is one of the 2xx."""
    return codes.is_success(answer.status)


def json_object(answer: Answer) -> dict[str, object] | None:
    """The body, if it is a complete JSON object; otherwise None."""
    try:
        body = msgspec.json.decode(answer.body)
    except (ValueError, RecursionError):  # malformed, not UTF-8, or nested without end
        return None
    return body if isinstance(body, dict) else None


def retry_after(answer: Answer) -> float | None:
    """The seconds to wait that the Retry-After header requests, in digits or as an HTTP date.

    A date is compared with the answer's own Date, because our clock may differ. "0" and past dates
    would mean an immediate retry, which led to the refusal: they count as three seconds.
    """
    value = answer.headers.get("retry-after", "").strip()
    if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", value):
        return _bounded(float(value))
    when = _http_date(value)
    if when is None:
        return None
    now = _http_date(answer.headers.get("date", ""))
    return _bounded(when - (answer.at / 1000 if now is None else now))


def sunset(answer: Answer) -> int | None:
    """When the endpoint ends, by a Sunset header (RFC 8594): ms since the epoch."""
    at = _http_date(answer.headers.get("sunset", ""))
    return None if at is None else int(at * 1000)


def text(value: object, limit: int = MESSAGE_LIMIT) -> str:
    """A field of a body as one printable line; empty for anything but a string.

    The text goes into logs, pages and databases (which refuse NUL).
    """
    if not isinstance(value, str):
        return ""
    printable = "".join(char if char.isprintable() else " " for char in value[: 2 * limit])
    return " ".join(printable.split())[:limit]


def whole_number(value: object) -> int | None:
    """A positive int64, in any of the forms 9001, "9001" or 9001.0. `True` is not one."""
    number = value
    if isinstance(value, str):
        number = int(value) if _DECIMAL.fullmatch(value.strip()) else None
    elif isinstance(value, float):
        number = int(value) if value.is_integer() and abs(value) < _EXACT_FLOAT else None
    return number if type(number) is int and 0 < number < _INT64 else None


def _bounded(seconds: float) -> float:
    return min(max(seconds, SHORTEST_WAIT_S), LONGEST_WAIT_S)


def _http_date(value: str) -> float | None:
    """The time in seconds since the epoch."""
    try:
        when = parsedate_to_datetime(value.strip())
        return when.replace(tzinfo=when.tzinfo or UTC).timestamp()
    except (ValueError, OverflowError):
        return None
