"""`/console/embed`: builds the snippet option by option, and checks whether pings arrive."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from app.collect.activity import Activity
from app.console.view import ForViewers
from app.domain.url import Url, parse_url
from app.explain.advice import Advice
from app.formatting import ago
from app.web.tracker.offer import CONSENT, Choices, offer

SITES_OFFERED = 50
FRESH_MS = 15 * 60 * 1000
"""A ping older than this is called old."""


class SnippetOptions(BaseModel):
    """The options of the snippet; `page`: the page whose pings are checked."""

    url: Annotated[str, Field(max_length=500)] = ""
    consent: Literal["auto", "hubspot", "manual", "none"] = "auto"
    portal: Annotated[str, Field(pattern=r"^\d{0,20}$")] = ""
    site: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{0,64}$")] = ""
    email: bool = False
    pinned: bool = False
    stub: bool = False
    debug: bool = False
    page: Annotated[str, Field(max_length=2048)] = ""


def routes() -> APIRouter:
    """The page; the snippet when an option changes; the check, which the browser refreshes."""
    router = APIRouter()

    @router.get("/console/embed")
    async def page(view: ForViewers, options: Annotated[SnippetOptions, Query()]) -> Response:
        address = parse_url(options.url) or parse_url(view.public_address)
        snippet = _snippet(options, address)
        if view.request.headers.get("hx-target") == "snippet":
            return view.part("snippet.html", **snippet)
        return view.page(
            "embed.html",
            options=options,
            consents=CONSENT,
            keys=[each.key for each in view.account.sites if each.key],
            sites=view.relay.activity.origins()[:SITES_OFFERED],
            **snippet,
        )

    @router.get("/console/embed/check")
    async def check(
        view: ForViewers, page: Annotated[str, Query(max_length=2048)] = ""
    ) -> Response:
        url, relay = parse_url(page), view.relay
        if url is None:
            advice = [Advice("wait", "Enter the address of a page that has the snippet.")]
        else:
            seen = relay.activity.of(url.origin)
            allowed = relay.progress is None or relay.progress.allows(url.origin)
            file = relay.settings.sites
            where = f"allowed_origins in {file}" if file else "PLAYRELAY_ALLOWED_ORIGINS"
            advice = list(diagnose(url.origin, seen, view.now, allowed=allowed, where=where))
            if view.account.settings.sandboxed and not allowed:
                advice.append(Advice("wait", _SANDBOXED))
            if relay.progress is None:
                advice = [
                    Advice(
                        "wait", "This process accepts no pings (its role is deliver).", _ELSEWHERE
                    )
                ]
        return view.part("check.html", advice=advice, page=page)

    return router


def _snippet(options: SnippetOptions, public: Url | None) -> dict[str, Any]:
    attributes: dict[str, str | None] = {}
    if options.consent != CONSENT[0]:
        attributes["data-consent"] = options.consent
    if options.email:
        attributes["data-context"] = "EMAIL"
    for name, value in (("portal", options.portal), ("site", options.site)):
        if value:
            attributes[f"data-{name}"] = value
    if options.debug:
        attributes["data-debug"] = None
    address = str(public).rstrip("/") if public else ""
    choices = Choices(attributes, pinned=options.pinned, stub=options.stub)
    return {
        "public": address,
        "offered": offer(address, public.origin, choices) if public else None,
        "fault": bool(options.url) and parse_url(options.url) is None,
    }


_SANDBOXED = "Without HubSpot credentials only pages on this machine may send."
_ELSEWHERE = "Open the console of a process with the role all or collect."


def diagnose(
    origin: str, seen: Activity, now: int, *, allowed: bool, where: str
) -> Iterator[Advice]:
    """Whether a site's pings arrive, and if not, at which step they are lost.

    `where`: the setting or file that lists the allowed origins.
    """
    if not allowed:
        remedy = f"Add {origin} to {where} and restart."
        yield Advice("bad", f"{origin} is not allowed to send pings.", remedy)
    if seen.taken_at and seen.taken_at >= seen.refused_at:
        level: Literal["good", "wait"] = "good" if now - seen.taken_at < FRESH_MS else "wait"
        yield Advice(
            level,
            f"Pings arrive: {seen.taken} since the relay started, "
            f"the last {ago(now - seen.taken_at)}.",
            ""
            if level == "good"
            else "Play something on the page to see whether a new ping arrives.",
            "/console/live",
        )
        return
    if seen.refused_at and seen.reason != "origin_not_allowed":
        yield Advice(
            "bad", f"A ping was refused {ago(now - seen.refused_at)} ({seen.reason}).", seen.detail
        )
    elif seen.refused_at:
        yield Advice(
            "bad",
            f"A ping of this site was refused for this {ago(now - seen.refused_at)}.",
        )
    elif seen.script_at:
        yield Advice(
            "wait",
            f"A page loaded the script {ago(now - seen.script_at)}, but no ping has come since.",
            "Press play. If none comes: the visitor has not consented (data-consent), the page's "
            "policy does not allow connect-src to the relay, no adapter supports the player, or "
            "Global Privacy Control is on. With data-debug the browser's console says which.",
        )
    else:
        yield Advice(
            "wait",
            "No page of this site has loaded the script since the relay started.",
            "Reload the page (the script is cached for five minutes). If this message stays: the "
            "snippet is not in the page, its tag manager waits for consent, the page's policy does "
            "not allow script-src from the relay, or a blocker stops it. A page that sends no "
            "Referer is noticed only by its pings.",
        )
