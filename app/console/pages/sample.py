"""`/console/sample`: fills the sandbox with sample plays."""

import asyncio

from fastapi import APIRouter, HTTPException, Response

from app.console.view import ForOperators, TheForm
from app.demo.sample import sample_pings

STEP = 40
"""Pings that are accepted at a time."""


def routes() -> APIRouter:
    """The button on every page, only in sandbox mode."""
    router = APIRouter()

    @router.post("/console/sample")
    async def fill(view: ForOperators, _form: TheForm) -> Response:
        if not view.relay.settings.sandboxed:
            raise HTTPException(404, "sample plays are for the sandbox alone")
        inbox = view.account.store.inbox
        pings = sample_pings(view.now)
        total = len(pings)

        async def step() -> int:
            some = [pings.pop(0) for _ in range(min(STEP, len(pings)))]
            await asyncio.gather(*(inbox.append(each) for each in some))
            return len(some)

        back = view.link("/console/media")
        title = "Filling with sample plays"
        job = view.console.jobs.start(title, back, total, step, view.relay.leaving)
        return view.redirect(f"/console/jobs/{job.id}")

    return router
