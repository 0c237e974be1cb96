"""A medium's figures of a period, each beside what it was in the period before."""

from typing import NamedTuple

from app.domain.retention import average_share, watched_seconds
from app.formatting import hours, number, percent
from app.store.reports import MediumReport, Viewers


class Compared(NamedTuple):
    """A figure, what else there is to say of it, and how it has changed; empty: no telling."""

    name: str
    value: str
    beside: str
    change: str


def compared(
    report: MediumReport, viewers: Viewers | None, earlier: Viewers | None
) -> list[Compared]:
    """The figures of the period beside those of the period before."""
    now, then = report.figures, report.before
    plain: list[tuple[str, int, int]] = [
        ("Plays", now.plays, then.plays),
        ("Completed", now.whole, then.whole),
        ("On a contact", now.attributed, then.attributed),
    ]
    found = [
        Compared(name, number(one), percent(one, now.plays) if place else "", _change(one, other))
        for place, (name, one, other) in enumerate(plain)
    ]
    if viewers is not None and viewers.viewers:
        each = f"{viewers.plays / viewers.viewers:.1f} plays each"
        change = _change(viewers.viewers, earlier.viewers) if earlier else ""
        many = f"{number(viewers.viewers)}{'+' if viewers.cut else ''}"
        found.insert(1, Compared("Viewers", many, each, change))
    share, share_before = average_share(now), average_share(then)
    if share is not None:
        points = "" if share_before is None else f"{share - share_before:+.0f} points"
        found.append(Compared("Watched on average", f"{share:.0f} %", "", points))
    length = report.medium.duration
    seconds, before = watched_seconds(now, length), watched_seconds(then, length)
    if seconds is not None:
        found.append(Compared("Watched in all", hours(seconds), "", _change(seconds, before or 0)))
    return found


def _change(now: float, then: float) -> str:
    return f"{100 * (now - then) / then:+.0f} %" if then else ""
