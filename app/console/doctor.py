"""`/console/doctor`: what `playrelay doctor` says, on a page."""

import asyncio

from fastapi import APIRouter, HTTPException, Request, Response

from app.console.changes import Change
from app.console.pages import TheConsole, ThePerson
from app.doctor import Finding, examine, variables
from app.web.dependencies import TheAccount, TheRelay

PATIENCE_SECONDS = 60.0


def routes() -> APIRouter:
    """Asked for in a form: an examination costs a handful of requests to HubSpot."""
    router = APIRouter()
    busy = asyncio.Lock()

    @router.get("/console/doctor")
    async def page(request: Request, console: TheConsole, person: ThePerson) -> Response:
        return console.pages.page(request, "doctor.html", person, findings=None)

    @router.post("/console/doctor")
    async def examined(
        request: Request,
        console: TheConsole,
        change: Change,
        relay: TheRelay,
        account: TheAccount,
    ) -> Response:
        person, _ = change
        if busy.locked():
            raise HTTPException(429, "an examination is under way", {"retry-after": "10"})
        findings = [variables(relay.settings)]
        async with busy:
            try:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    findings.extend(
                        [each async for each in examine(account.settings, account.store)]
                    )
            except TimeoutError:
                late = Finding("HubSpot", "did not answer in time", "try again in a minute")
                findings.append(late)
        if "hx-request" in request.headers:
            return console.pages.part(request, "findings.html", findings=findings)
        return console.pages.page(request, "doctor.html", person, findings=findings)

    return router
