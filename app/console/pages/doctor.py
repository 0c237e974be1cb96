"""`/console/doctor`: the checks of `playrelay doctor`, on a page."""

import asyncio

from fastapi import APIRouter, HTTPException, Response

from app.console.view import ForOperators, TheForm
from app.doctor import Finding, examine, variables

TIMEOUT_SECONDS = 60.0


def routes() -> APIRouter:
    """The page and its form. A form starts the checks, because they cost requests to HubSpot."""
    router = APIRouter()
    busy = asyncio.Lock()

    @router.get("/console/doctor")
    async def page(view: ForOperators) -> Response:
        return view.page("doctor.html", findings=None)

    @router.post("/console/doctor")
    async def examined(view: ForOperators, _form: TheForm) -> Response:
        if busy.locked():
            raise HTTPException(429, "an examination is under way", {"retry-after": "10"})
        account = view.account
        findings = [variables(view.relay.settings)]
        async with busy:
            try:
                async with asyncio.timeout(TIMEOUT_SECONDS):
                    findings.extend(
                        [each async for each in examine(account.settings, account.store)]
                    )
            except TimeoutError:
                late = Finding("HubSpot", "did not answer in time", "try again in a minute")
                findings.append(late)
        if view.is_part:
            return view.part("findings.html", findings=findings)
        return view.page("doctor.html", findings=findings)

    return router
