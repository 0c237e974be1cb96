"""`/console/audit`: who changed what, and when."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.console.view import ForOperators

SHOWN = 50


def routes() -> APIRouter:
    """The log, the latest first."""
    router = APIRouter()

    @router.get("/console/audit")
    async def page(
        view: ForOperators, before: Annotated[int | None, Query(ge=1, lt=2**63)] = None
    ) -> Response:
        entries = await view.account.store.admin.audit_log(SHOWN + 1, before)
        more = entries[SHOWN - 1].id if len(entries) > SHOWN else None
        return view.page("audit.html", entries=entries[:SHOWN], more=more)

    return router
