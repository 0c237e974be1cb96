"""`/console/rejected`: what HubSpot refused, by its reason, to be sent again or given up."""

import json
from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.responses import RedirectResponse

from app.console.changes import Change, Form
from app.console.pages import HEADERS, TheConsole, ThePerson, link_to
from app.deliver.request import body_of
from app.domain.identity import Identity
from app.store.insights import Act, Choice, Sample
from app.web.dependencies import TheAccount, TheRelay
from app.why.words import count

FAMILIES = 100
SHOWN = 20
STEP = 200
"""Events changed in one transaction: few enough not to hold up the pings."""

HIDDEN = ("contactUtk", "_hsenc")
INT64 = 2**63

Where = Annotated[str, Query(max_length=200)]


def routes() -> APIRouter:
    """The kinds, one kind, what is done about them, and how far that has come."""
    router = APIRouter()

    @router.get("/console/rejected")
    async def kinds(
        request: Request, console: TheConsole, person: ThePerson, account: TheAccount
    ) -> Response:
        families = await account.store.families(FAMILIES)
        return console.pages.page(request, "rejected.html", person, families=families)

    @router.get("/console/rejected/kind")
    async def kind(
        request: Request,
        console: TheConsole,
        person: ThePerson,
        account: TheAccount,
        family: Where = "",
        before: Annotated[int | None, Query(ge=1, lt=INT64)] = None,
    ) -> Response:
        samples = await account.store.rejected(family, SHOWN + 1, before)
        return console.pages.page(
            request,
            "rejected_kind.html",
            person,
            family=family,
            samples=[(each.entry, _sent(each), _answer(each)) for each in samples[:SHOWN]],
            more=samples[SHOWN - 1].entry.id if len(samples) > SHOWN else None,
        )

    @router.post("/console/rejected/{act}")
    async def do(
        console: TheConsole,
        change: Change,
        relay: TheRelay,
        account: TheAccount,
        act: Literal["requeue", "discard"],
    ) -> Response:
        person, form = change
        store, now = account.store, relay.clock()
        choice, subject, total = await _chosen(form, account, now)
        note = await store.note(person.name, f"{act} rejected", subject, now)

        async def step() -> int:
            return await store.change_rejected(act, choice, note, STEP, relay.clock())

        chore = console.chores.start(
            f"{_VERBS[act]}: {subject}",
            link_to("/console/rejected", account.name or None),
            total,
            step,
            relay.leaving,
        )
        where = link_to(f"/console/chores/{chore.id}", account.name or None)
        return RedirectResponse(where, 303, HEADERS)

    @router.get("/console/chores/{chore}")
    async def progress(
        request: Request, console: TheConsole, person: ThePerson, chore: str
    ) -> Response:
        found = console.chores.get(chore)
        if found is None:
            raise HTTPException(404, "nothing is known of it here: the audit log has what was done")
        if "hx-request" in request.headers:
            return console.pages.part(request, "chore_part.html", chore=found)
        return console.pages.page(request, "chore.html", person, chore=found)

    return router


_VERBS: dict[Act, str] = {"requeue": "Sending again", "discard": "Discarding"}


async def _chosen(form: Form, account: TheAccount, now: int) -> tuple[Choice, str, int]:
    """Which events, in words, and how many at most."""
    if ids := form.all("id"):
        if not all(each.isascii() and each.isdecimal() and int(each) < INT64 for each in ids):
            raise HTTPException(422, "id: each must be the number of an event")
        numbers = [int(each) for each in ids]
        if len(numbers) > STEP:
            raise HTTPException(422, f"id: at most {STEP} at a time")
        named = ", ".join(map(str, numbers[:10])) + (" …" if len(numbers) > 10 else "")  # noqa: PLR2004 - enough to tell
        subject = f"{count(len(numbers), 'event')} ({named})"
        return Choice(now, ids=numbers), subject, len(numbers)
    families = {each.family: each for each in await account.store.families(FAMILIES)}
    if form.get("all") == "yes":
        return Choice(now), "all that is rejected", sum(each.count for each in families.values())
    family = form.get("family", "-")
    if family in families:
        return Choice(now, family=family), family or "without a word", families[family].count
    raise HTTPException(422, "choose at least one event that is still rejected")


def _sent(sample: Sample) -> str:
    """The body, as it would be sent now. Who a visitor is by a token is not shown."""
    entry, identity = sample.entry, sample.identity
    whose = identity if isinstance(identity, Identity) else Identity("passthrough", contact_utk="…")
    try:
        body = body_of(entry, whose)
    except ValueError as error:
        return f"({error})"
    body |= {name: "…" for name in HIDDEN if name in body}
    return json.dumps(body, indent=2, ensure_ascii=False)


def _answer(sample: Sample) -> str:
    return json.dumps(dict(sample.entry.answer), indent=2, ensure_ascii=False)
