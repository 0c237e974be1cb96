"""Checks the versions of HubSpot's API that are in use: known ones, and when they end."""

from collections.abc import Iterator, Mapping, Sequence

from app.doctor.finding import Finding
from app.formatting import duration
from app.hubspot.endings import LABELS, InUse, Use, near
from app.hubspot.versions import unknown


def examine_versions(versions: Mapping[Use, str]) -> Iterator[Finding]:
    """A warning for each version that this release was not tested with."""
    for use, known in unknown(versions).items():
        yield Finding(
            "versions",
            f"{LABELS[use]}: playrelay was not tested with {versions[use]}",
            f"known: {', '.join(known)}; check in HubSpot's reference that the paths are the same",
            is_warning=True,
        )


def examine_endings(endings: Sequence[InUse], now: int) -> Finding:
    """A fault if a version is gone, a warning if one ends soon. `now`: ms since the epoch."""
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
