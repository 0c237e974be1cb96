"""`/console/rejected`: what HubSpot refused, by reason, to be sent again or given up."""

import json
from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Query, Response

from app.console.forms import Form
from app.console.view import ForOperators, ForViewers, TheForm, View
from app.deliver.request import body_of, custom_event_of
from app.domain.destination import CUSTOM_EVENTS
from app.domain.identity import Identity
from app.formatting import count
from app.hubspot.custom_events import EventForm
from app.runtime.workers import event_form_of
from app.store.event_reports import Action, RejectedEvent, Selection

FAMILIES = 100
SHOWN = 20
STEP = 200
"""Events changed in one transaction: few enough not to delay pings."""

HIDDEN = ("contactUtk", "_hsenc", "utk")
INT64 = 2**63

Where = Annotated[str, Query(max_length=200)]


def routes() -> APIRouter:
    """The kinds, one kind, the actions, and their progress."""
    router = APIRouter()

    @router.get("/console/rejected")
    async def kinds(view: ForViewers) -> Response:
        families = await view.account.store.rejections.families(FAMILIES)
        return view.page("rejected.html", families=families)

    @router.get("/console/rejected/kind")
    async def kind(
        view: ForViewers,
        family: Where = "",
        before: Annotated[int | None, Query(ge=1, lt=INT64)] = None,
    ) -> Response:
        samples = await view.account.store.rejections.events(family, SHOWN + 1, before)
        form = event_form_of(view.account)
        return view.page(
            "rejected_kind.html",
            family=family,
            samples=[(each.entry, _sent(each, form), _answer(each)) for each in samples[:SHOWN]],
            more=samples[SHOWN - 1].entry.id if len(samples) > SHOWN else None,
        )

    @router.post("/console/rejected/{act}")
    async def do(view: ForOperators, form: TheForm, act: Literal["requeue", "discard"]) -> Response:
        store, now = view.account.store, view.now
        choice, subject, total = await _chosen(view, form, now)
        note = await store.admin.note(view.person.name, f"{act} rejected", subject, now)

        async def step() -> int:
            return await store.rejections.change(act, choice, note, STEP, view.now)

        back = view.link("/console/rejected")
        title = f"{_VERBS[act]}: {subject}"
        job = view.console.jobs.start(title, back, total, step, view.relay.leaving)
        return view.redirect(f"/console/jobs/{job.id}")

    @router.get("/console/jobs/{job}")
    async def progress(view: ForOperators, job: str) -> Response:
        found = view.console.jobs.get(job)
        if found is None:
            raise HTTPException(404, "this process does not know it: see the audit log")
        if view.is_part:
            return view.part("job_part.html", job=found)
        return view.page("job.html", job=found)

    return router


_VERBS: dict[Action, str] = {"requeue": "Sending again", "discard": "Discarding"}


async def _chosen(view: View, form: Form, now: int) -> tuple[Selection, str, int]:
    """The selected events in words, and how many at most."""
    if ids := form.all("id"):
        if not all(each.isascii() and each.isdecimal() and int(each) < INT64 for each in ids):
            raise HTTPException(422, "id: each must be the number of an event")
        numbers = [int(each) for each in ids]
        if len(numbers) > STEP:
            raise HTTPException(422, f"id: at most {STEP} at a time")
        named = ", ".join(map(str, numbers[:10])) + (" …" if len(numbers) > 10 else "")  # noqa: PLR2004 - enough to tell
        subject = f"{count(len(numbers), 'event')} ({named})"
        return Selection(now, ids=numbers), subject, len(numbers)
    families = {
        each.family: each for each in await view.account.store.rejections.families(FAMILIES)
    }
    if form.get("all") == "yes":
        return Selection(now), "all that is rejected", sum(each.count for each in families.values())
    family = form.get("family", "-")
    if family in families:
        return Selection(now, family=family), family or "without a reason", families[family].count
    raise HTTPException(422, "choose at least one event that is still rejected")


def _sent(sample: RejectedEvent, form: EventForm) -> str:
    """The body as it would be sent now, without a visitor's tokens."""
    entry, identity = sample.entry, sample.identity
    used = identity if isinstance(identity, Identity) else Identity("passthrough", contact_utk="…")
    try:
        if entry.destination == CUSTOM_EVENTS:
            body = custom_event_of(entry, used, form)
        else:
            body = body_of(entry, used)
    except ValueError as error:
        return f"({error})"
    body |= {name: "…" for name in HIDDEN if name in body}
    return json.dumps(body, indent=2, ensure_ascii=False)


def _answer(sample: RejectedEvent) -> str:
    return json.dumps(dict(sample.entry.answer), indent=2, ensure_ascii=False)
