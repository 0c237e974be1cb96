"""How the commands write figures and times."""

from datetime import UTC, datetime


def moment(ms: int) -> str:
    """A time in ms since the epoch, in UTC."""
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")


def count(number: int, one: str, many: str) -> str:
    """A number with its noun."""
    return f"{number} {one if number == 1 else many}"
