"""When the parts of HubSpot's API end that are in use."""

from collections.abc import Sequence

from app.doctor.finding import Finding
from app.formatting import duration
from app.hubspot.endings import InUse, near


def examine_endings(endings: Sequence[InUse], now: int) -> Finding:
    """A fault where one is gone, a warning where an end is near. `now`: ms since the epoch."""
    gone = [each for each in endings if each.gone]
    urgent = gone or near(endings, now)
    if urgent:
        says = "; ".join(_says(each, now) for each in urgent)
        advice = "; ".join(dict.fromkeys(each.advice for each in urgent))
        return Finding("endings", says, advice, is_warning=not gone)
    return Finding("endings", "; ".join(map(str, endings)) or "none is known")


def _says(ending: InUse, now: int) -> str:
    if ending.gone or ending.ends_at is None:
        return str(ending)
    left = ending.ends_at - now
    when = f"in {duration(left)}" if left > 0 else f"{duration(-left)} ago"
    return f"{ending}, {when} ({ending.means})"
