"""How figures and times are written for people: on pages, on terminals, in messages."""

from datetime import UTC, datetime

_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def number(value: float) -> str:
    """`12,345`."""
    return f"{value:,.0f}"


def count(value: int, one: str, many: str | None = None) -> str:
    """`1 event`, `2,000 events`; `many` where the plural is not made with an s."""
    return f"{number(value)} {one if value == 1 else many or f'{one}s'}"


def duration(ms: float) -> str:
    """In the largest unit of which there is at least one: `3 minutes`."""
    seconds = max(0, int(ms // 1000))
    for length, unit in _UNITS:
        if seconds >= length:
            return count(seconds // length, unit)
    return "less than a second"


def ago(ms: float) -> str:
    """`3 minutes ago`."""
    return f"{duration(ms)} ago"


def moment(ms: int) -> str:
    """A time in ms since the epoch: `2026-11-24 10:00:00 UTC`."""
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def date(day: int) -> str:
    """A day counted from the epoch: `2026-11-24`."""
    return datetime.fromtimestamp(day * 86_400, UTC).date().isoformat()


def hours(seconds: float) -> str:
    """`1,200 h`, `40 min`."""
    minutes = round(seconds / 60)
    return f"{number(minutes / 60)} h" if minutes >= 120 else f"{minutes} min"  # noqa: PLR2004 - below, hours say too little


def percent(part: float, whole: float) -> str:
    """`25 %`; a dash where there is no whole."""
    return f"{100 * part / whole:.0f} %" if whole else "–"


def position(seconds: float) -> str:
    """A place in a medium as players show it: `1:05`."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
