"""`/sandbox/…`: the sandbox's own controls, for tests and demos in other processes.

These are not HubSpot's: they ask for no token and count for no limit.
"""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from pydantic import ValidationError

from app.sandbox.connection import is_cuttable
from app.sandbox.faults import Fault
from app.sandbox.ledger import Kept, KeptCustom, Seen
from app.sandbox.limiter import WINDOW_SECONDS
from app.sandbox.state import Sandbox


def control_routes(sandbox: Sandbox) -> APIRouter:
    """What the sandbox shall be like; a wrong body is a 422 that says what is wrong."""
    router = APIRouter(prefix="/sandbox")

    @router.put("/world")
    async def change_world(changes: dict[str, Any]) -> Mapping[str, Any]:
        """Replace the fields of the config that are named; the others stay."""
        if "credentials" in changes:
            raise HTTPException(422, "credentials are fixed when the sandbox starts")
        try:
            sandbox.config = sandbox.config.changed(changes)
        except ValidationError as error:
            faults = error.errors(include_url=False, include_context=False, include_input=False)
            raise HTTPException(422, str(faults)) from None
        return sandbox.config.model_dump(mode="json", exclude={"credentials"})

    @router.put("/faults")
    async def set_faults(faults: list[Fault], request: Request) -> list[Fault]:
        """Put these rules in the place of all that were."""
        if any(fault.drop for fault in faults) and not is_cuttable(request.scope):
            raise HTTPException(501, "to drop connections, serve with http=DroppableProtocol")
        sandbox.faults.replace(faults)
        return faults

    @router.delete("/faults", status_code=204)
    async def clear_faults() -> None:
        """Let everything go well again."""
        sandbox.faults.replace([])

    return router


def ledger_routes(sandbox: Sandbox) -> APIRouter:
    """What the sandbox has seen."""
    router = APIRouter(prefix="/sandbox")

    @router.get("/events")
    async def events(after: int = 0) -> list[Kept]:
        """The events HubSpot kept, in order of arrival, from the one numbered `after` + 1 on."""
        return [kept for kept in sandbox.ledger.events if kept.seq > after]

    @router.get("/custom-events")
    async def custom_events(after: int = 0) -> list[KeptCustom]:
        """Likewise, the custom events."""
        return [kept for kept in sandbox.ledger.custom_events if kept.seq > after]

    @router.delete("/events", status_code=204)
    async def forget_events() -> None:
        """Empty the list of events; the counts and their numbering go on."""
        sandbox.ledger.forget_events()

    @router.get("/requests")
    async def requests() -> list[Seen]:
        """Every request to HubSpot, in order of answer; a `status` of null: cut without one."""
        return list(sandbox.ledger.requests)

    @router.get("/state")
    async def state() -> Mapping[str, Any]:
        """The running counts. `silent`: a 200 without contactId or mediaBridgeId, nothing kept."""
        ledger = sandbox.ledger
        return {
            "kept": ledger.kept,
            "kept_custom": ledger.kept_custom,
            "silent": ledger.silent,
            "requests": ledger.statuses.total(),
            "statuses": {str(status or "cut"): n for status, n in ledger.statuses.items()},
            "rate": sandbox.config.rate,
            "window_seconds": WINDOW_SECONDS,
            "peak_in_window": sandbox.limiter.peak,
            "faults": [
                {"fault": fault, "fired": fired} for fault, fired in sandbox.faults.struck()
            ],
        }

    return router
