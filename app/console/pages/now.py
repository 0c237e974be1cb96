"""`/console`: the relay's state, what is wrong and what to do."""

from typing import Any

from fastapi import APIRouter, Response

from app.console.view import ForViewers
from app.domain.period import EPOCH, Period, zone_of
from app.domain.timestamps import DAY_MS
from app.explain.advice import advise
from app.runtime.relay import Account
from app.store.event_reports import REFUSED_MEDIA
from app.store.reports import COUNTED, Day

DAYS_SHOWN = 14


def routes() -> APIRouter:
    """The page, and the part of it that the browser refreshes."""
    router = APIRouter()

    @router.get("/console")
    async def page(view: ForViewers) -> Response:
        return view.page("now.html", **await _context(view.account, view.now))

    @router.get("/console/now")
    async def part(view: ForViewers) -> Response:
        return view.part("now_part.html", **await _context(view.account, view.now))

    return router


async def _context(account: Account, now: int) -> dict[str, Any]:
    settings = account.settings
    period = Period.latest(DAYS_SHOWN, now, zone_of(settings.time_zone))
    depths = await account.store.admin.depths(now, COUNTED)
    refused = await account.store.rejections.media(now, REFUSED_MEDIA)
    known = {each.day: each for each in await account.store.figures.days(period)}
    numbers = [(each - EPOCH).days for each in period.dates()]
    every = [known.get(each, Day(each)) for each in numbers]
    today = every[-1]
    channels = await account.store.alerts.channels() if settings.alert_channels else []
    advice = advise(
        depths,
        refused,
        today,
        now,
        collects=settings.role == "collect",
        channels=[each for each in channels if each.channel in settings.alert_channels],
    )
    return {
        "depths": depths,
        "today": today,
        "zone": settings.time_zone,
        "advice": advice,
        "rate": account.quota.rate,
        "window": account.quota.window_ms // 1000,
        "chart": {
            "kind": "days",
            "x": [each.day * DAY_MS // 1000 for each in every],
            "series": [
                {"label": "Plays", "values": [each.plays for each in every]},
                {"label": "Events delivered", "values": [each.delivered for each in every]},
            ],
        },
        "days": every[::-1],
    }
