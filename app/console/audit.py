"""`/console/audit`: who changed what, and when."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.console.pages import TheConsole, ThePerson
from app.web.dependencies import TheAccount

SHOWN = 50


def routes() -> APIRouter:
    """The log, the latest first."""
    router = APIRouter()

    @router.get("/console/audit")
    async def page(
        request: Request,
        console: TheConsole,
        person: ThePerson,
        account: TheAccount,
        before: Annotated[int | None, Query(ge=1, lt=2**63)] = None,
    ) -> Response:
        entries = await account.store.audit(SHOWN + 1, before)
        more = entries[SHOWN - 1].id if len(entries) > SHOWN else None
        return console.pages.page(request, "audit.html", person, entries=entries[:SHOWN], more=more)

    return router
