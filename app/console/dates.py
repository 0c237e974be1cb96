"""The period of a page or an answer, from its address: the last days, or dates."""

import re
from collections.abc import Mapping
from datetime import date, timedelta, tzinfo
from typing import Annotated

import msgspec
from fastapi import Depends, HTTPException, Query

from app.domain.period import Period, day_at, zone_names, zone_of
from app.web.dependencies import TheRelay

DAYS_KEPT = 400
"""How long figures are kept; no period is longer."""

SPANS = (7, 28, 90, 365)
"""The periods that a page offers, in days."""

_REGIONS = (
    *("Africa/", "America/", "Antarctica/", "Asia/", "Atlantic/"),
    *("Australia/", "Europe/", "Indian/", "Pacific/"),
)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_EARLIEST, _LATEST = date(2000, 1, 1), date(2100, 1, 1)

Days = Annotated[
    int, Query(ge=1, le=DAYS_KEPT, description="How many days, up to `to`; not with `from`")
]
Day = Annotated[str | None, Query(json_schema_extra={"format": "date"})]


class ChosenDates(msgspec.Struct, frozen=True):
    """The period; `days`: the length of a period that ends today (None: chosen by dates).

    `query`: the parameters of an address with the same period.
    """

    period: Period
    days: int | None
    zone: str
    query: Mapping[str, str | int]
    today: date

    @property
    def kept_since(self) -> date:
        """The first day that still has figures."""
        return self.today - timedelta(DAYS_KEPT - 1)

    @property
    def comparable(self) -> bool:
        """Whether there are figures for the same number of days before."""
        return self.period.before().first >= self.kept_since

    @property
    def slug(self) -> str:
        """The period for a file's name."""
        first, last, _ = self.period
        return f"{self.days}-days" if self.days else f"{first}-to-{last}"


def chosen_dates(
    relay: TheRelay,
    days: Days = 28,
    first: Annotated[Day, Query(alias="from", description="The first day, as 2026-11-24")] = None,
    last: Annotated[Day, Query(alias="to", description="The last day; today if not given")] = None,
    zone: Annotated[
        str | None,
        Query(description="Time zone in which days begin; `PLAYRELAY_TIME_ZONE` if not given"),
    ] = None,
) -> ChosenDates:
    """The dates in the address; HTTPException 422 if they are invalid."""
    name = zone or relay.settings.time_zone
    place = _zone("zone", name)
    today = day_at(relay.clock(), place)
    until = _day("to", last) if last else today
    since = _day("from", first) if first else until - timedelta(days - 1)
    if since > until:
        raise HTTPException(422, f"from: {since} is after to, which is {until}")
    if (until - since).days >= DAYS_KEPT:
        raise HTTPException(422, f"from: at most {DAYS_KEPT} days at a time, and to is {until}")
    fixed = None if first or last else days
    said: dict[str, str | int] = {"days": days} if fixed else {"from": f"{since}", "to": f"{until}"}
    if zone and zone != relay.settings.time_zone:
        said["zone"] = zone
    return ChosenDates(Period(since, until, place), fixed, name, said, today)


def offered_zones(chosen: ChosenDates) -> list[str]:
    """The time zones to choose from: those named after places."""
    places = {name for name in zone_names() if name.startswith(_REGIONS)}
    return ["UTC", *sorted(places | {chosen.zone} - {"UTC"})]


Chosen = Annotated[ChosenDates, Depends(chosen_dates)]


def _zone(field: str, name: str) -> tzinfo:
    try:
        return zone_of(name)
    except ValueError as error:
        raise HTTPException(422, f"{field}: {error}") from None


def _day(field: str, text: str) -> date:
    try:
        found = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        found = None
    if found is None:
        raise HTTPException(422, f"{field}: {text[:32]!r} is not a day: write it as 2026-11-24")
    if not _EARLIEST <= found <= _LATEST:
        raise HTTPException(422, f"{field}: {text} is not between {_EARLIEST} and {_LATEST}")
    return found
