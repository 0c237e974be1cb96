"""How the pages write figures and times."""

from collections.abc import Callable, Mapping

from app.why.words import count, moment

_SECOND = 1_000
_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def number(value: float) -> str:
    """`12,345`."""
    return f"{value:,.0f}"


def duration(ms: float) -> str:
    """In the largest unit of which there is at least one: `3 minutes`."""
    seconds = max(0, int(ms // _SECOND))
    for length, unit in _UNITS:
        if seconds >= length:
            return count(seconds // length, unit)
    return "less than a second"


def percent(part: float, whole: float) -> str:
    """`25 %`; a dash where there is no whole."""
    return f"{100 * part / whole:.0f} %" if whole else "–"


def clock(ms: float) -> str:
    """Seconds of a medium as players show them: `1:05`."""
    minutes, seconds = divmod(int(ms), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


FILTERS: Mapping[str, Callable[..., str]] = {
    "number": number,
    "duration": duration,
    "moment": moment,
    "percent": percent,
    "clock": clock,
    "count": count,
}
