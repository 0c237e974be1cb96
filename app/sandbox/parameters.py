"""What routes have in common: numbers and names in addresses, times in answers."""

import re
from collections.abc import Collection
from datetime import UTC, datetime

from app.sandbox.errors import Detail, validation_error

MOST_AT_ONCE = 100
"""Objects on a page."""

_DIGITS = re.compile("[0-9]{1,18}")


def number(text: str, name: str) -> int:
    """A whole number; HubSpot's 400 for anything else."""
    if not _DIGITS.fullmatch(text):
        raise validation_error(f"{name} is no number", Detail("is no number", name))
    return int(text)


def refuse_unknown(given: Collection[str], known: Collection[str]) -> None:
    """HubSpot's 400 for parameters that the spec does not have."""
    if unknown := set(given) - set(known):
        details = [Detail("no such parameter", name) for name in sorted(unknown)]
        raise validation_error("Unknown parameters: see errors", *details)


def iso(seconds: float) -> str:
    """A time as HubSpot writes it; `seconds` since the epoch."""
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
