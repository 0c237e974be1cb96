"""`/console/shared/…`: one medium, for anybody who has the link, without a sign-in."""

import time
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Request, Response

from app.collect.rate import AddressRate
from app.console.compared import compared
from app.console.medium_report import kept_since, shown_report
from app.console.pages.medium import charts_of
from app.console.sharing import HEADERS, PATH, shared
from app.console.view import TheConsole
from app.web.dependencies import TheRelay

PAGES_PER_MINUTE = 60
"""Page views per minute and IP address."""


def routes() -> APIRouter:
    """The page."""
    router = APIRouter()
    rate = AddressRate(PAGES_PER_MINUTE, time.monotonic)

    @router.get(f"{PATH}/{{token}}")
    async def page(
        request: Request,
        console: TheConsole,
        relay: TheRelay,
        token: Annotated[str, Path(max_length=200)],
        account: str | None = None,
    ) -> Response:
        console.access.expect_on()
        wait = rate.retry_after(request.client.host if request.client else "")
        if wait:
            headers = {**HEADERS, "retry-after": str(wait)}
            raise HTTPException(429, "too many pages in a minute: wait a little", headers)
        shown = await shared(relay, account, token)
        store = shown.account.store
        found = await shown_report(store, shown.medium, shown.chosen, shown.wanted, 0)
        answer = console.renderer.page(
            request,
            "shared.html",
            None,
            200,
            report=found.report,
            chosen=shown.chosen,
            filtered=shown.wanted,
            filtered_since=found.filtered_since,
            figures=compared(found.report, found.viewers, found.viewers_before),
            kept_since=kept_since(store, shown.chosen),
            ends_at=shown.ends_at,
            **charts_of(found.report, shown.chosen.period),
        )
        answer.headers.update(HEADERS)
        return answer

    return router
