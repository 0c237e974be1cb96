"""`playrelay media`: match the media that pages report with HubSpot's media objects."""

import argparse
import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec

from app.cli.arguments import acts_of, add_act, positive
from app.cli.crm_media import crm_media
from app.cli.progress import Progress
from app.cli.stores import add_account, expect_hubspot, opened, the_one
from app.cli.terminal import fail, printable, say
from app.config import AccountSettings
from app.domain.known import KnownMedia
from app.explain.refused import describe, remedy
from app.formatting import count, moment
from app.hubspot.client import HubSpotClient
from app.media.objects import CrmMedia, MediaObjects
from app.media.registration import register
from app.media.reported import ReportedMedium, reported
from app.media.requester import Requester, Stopped
from app.media.snapshot import fetch_media
from app.runtime.clock import now_ms
from app.runtime.hubspot import connect_hubspot
from app.runtime.policies import quota_of
from app.store.store import Store
from app.telemetry.logs import configure_logs
from app.telemetry.metrics import Metrics

MOST_AT_ONCE = 100
"""Media that one run registers by default: pages can report any number."""


class SyncContext(msgspec.Struct, frozen=True):
    """The collaborators of sync and register. `number`: identifies the snapshot that is written."""

    store: Store
    client: HubSpotClient
    requester: Requester
    number: int


def add_options(verb: argparse.ArgumentParser) -> None:
    """Add its actions."""
    acts = acts_of(verb)

    act = add_act(acts, "list", "list the media that pages reported, and their objects at HubSpot")
    act.add_argument("--unmatched", action="store_true", help="only media without an object")
    act.add_argument("--json", action="store_true", help="as JSON")
    add_account(act, all_without=False)
    act.set_defaults(run=show)

    act = add_act(acts, "sync", "fetch HubSpot's media objects, and match media with them")
    act.add_argument("--register", action="store_true", help="also register those without one")
    _add_request_options(act)
    act.set_defaults(run=sync)

    act = add_act(acts, "register", "sync, then register media without an object")
    act.add_argument("--yes", action="store_true", help="register them, not only print how many")
    _add_request_options(act)
    act.set_defaults(run=register_unknown)


def _add_request_options(act: argparse.ArgumentParser) -> None:
    act.add_argument(
        "--limit",
        type=positive,
        default=MOST_AT_ONCE,
        help="register so many at most, the most played first (%(default)s)",
    )
    act.add_argument(
        "--plays",
        type=positive,
        default=1,
        help="register only media with so many plays (%(default)s)",
    )
    act.add_argument("--app-id", type=int, help="the app's id, if HubSpot does not report it")
    add_account(act, all_without=False)


def sync(given: argparse.Namespace) -> int:
    """Fetch HubSpot's media objects, and register missing ones if that is allowed."""
    account = the_one(given.account)
    allowed = given.register or account.settings.media_register
    return asyncio.run(_sync(account, given, allowed=allowed))


def register_unknown(given: argparse.Namespace) -> int:
    """Fetch HubSpot's media objects, and register missing ones with --yes."""
    account = the_one(given.account)
    allowed = given.yes or account.settings.media_register
    return asyncio.run(_sync(account, given, allowed=allowed))


def show(given: argparse.Namespace) -> int:
    """Print what the store knows, without a request."""
    return asyncio.run(_show(the_one(given.account), given))


async def _sync(account: AccountSettings, given: argparse.Namespace, *, allowed: bool) -> int:
    async with _open_context(account) as context:
        objects: MediaObjects = context.client
        listed = await _listed(context, objects)
        if isinstance(listed, Stopped) and listed.unserved:
            say(f"media objects: {listed.reason}: trying CRM objects")
            crm = await crm_media(account, context.client, context.requester, given.app_id)
            objects, listed = (
                (objects, crm) if isinstance(crm, Stopped) else (crm, await _listed(context, crm))
            )
        if isinstance(listed, Stopped):
            return fail(listed.reason)
        await context.store.media.finish_snapshot(context.number, now_ms())
        found = [
            each
            async for each in reported(
                context.store.figures, context.store.rejections, await _known(context.store)
            )
        ]
        matched = sum(each.match is not None for each in found)
        say(
            f"HubSpot has {count(listed, 'media object', 'media objects')}; of "
            f"{count(len(found), 'medium', 'media')} that pages reported {matched} matched"
        )
        for each in found:
            if each.match is None:
                say(_line(each))
        wanted = [each for each in found if each.registrable and each.plays >= given.plays]
        if isinstance(objects, CrmMedia):
            for each in wanted:
                if lacking := objects.lacks(each.medium):
                    say(
                        printable(
                            f"{each.medium.name} can't be registered: {', '.join(lacking)} missing"
                        )
                    )
            wanted = [each for each in wanted if not objects.lacks(each.medium)]
        return await _register(context, objects, wanted[: given.limit], allowed=allowed)


async def _listed(context: SyncContext, objects: MediaObjects) -> int | Stopped:
    with Progress("fetching HubSpot's media") as progress:
        return await fetch_media(
            context.store.media, objects, context.requester, context.number, progress
        )


async def _register(
    context: SyncContext, objects: MediaObjects, wanted: list[ReportedMedium], *, allowed: bool
) -> int:
    if not wanted:
        return 0
    if not allowed:
        what = count(len(wanted), "medium", "media")
        say(f"{what} can be registered at HubSpot: playrelay media register --yes")
        return 0
    with Progress("registering media") as progress:
        media, requester = context.store.media, context.requester
        made, stopped = await register(media, objects, requester, wanted, context.number, progress)
    if made:
        await context.store.media.finish_snapshot(context.number, now_ms())
    for each in made:
        say(printable(f"registered {each.title} as {each.bridge_id}"))
    if any(each.refusal for each in wanted[: len(made)]):
        say("rejected events of these media can be sent now: playrelay outbox requeue --rejected")
    return 0 if stopped is None else fail(stopped.reason)


async def _show(account: AccountSettings, given: argparse.Namespace) -> int:
    async with opened(account) as store:
        listing = await store.media.snapshot()
        known = await _known(store)
        found = [each async for each in reported(store.figures, store.rejections, known)]
    if given.unmatched:
        found = [each for each in found if each.match is None]
    if given.json:
        answer = {
            "listedAt": listing.listed_at,
            "reported": found,
            "known": [*known.by_id.values()],
        }
        say(json.dumps(msgspec.to_builtins(answer), indent=2, ensure_ascii=False))
        return 0
    for each in found:
        say(_line(each))
    if refused := [each.refusal for each in found if each.refusal]:
        what = count(len(refused), "medium", "media")
        say(f"HubSpot refuses {what}: {remedy(refused, account.name)}")
    if not listing.revision:
        say("HubSpot's media were not fetched yet: playrelay media sync")
        return 0
    played = {each.match.medium.bridge_id for each in found if each.match}
    objects = count(len(known.by_id), "media object", "media objects")
    say(f"HubSpot had {objects} on {moment(listing.listed_at)}")
    if not given.unmatched:
        for medium in known.by_id.values():
            if medium.bridge_id not in played:
                called = printable(f"{medium.bridge_id} {medium.title}")
                say(f"{0:>8}  {medium.type:<8}  {called}: never played")
    return 0


@asynccontextmanager
async def _open_context(account: AccountSettings) -> AsyncIterator[SyncContext]:
    configure_logs("error", None)
    settings = account.settings
    expect_hubspot(settings)
    async with (
        opened(account) as store,
        connect_hubspot(settings, store, Metrics(), None) as client,
    ):
        requester = Requester(store.permits, quota_of(settings), now_ms, asyncio.sleep)
        yield SyncContext(store, client, requester, now_ms())


async def _known(store: Store) -> KnownMedia:
    return KnownMedia.of(await store.media.known_media())


def _line(each: ReportedMedium) -> str:
    medium = each.medium
    called = medium.name or medium.external_id or medium.url or ""
    refused = f". {describe(each.refusal, now_ms())}" if each.refusal else ""
    return printable(f"{each.plays:>8}  {medium.type:<8}  {called}  → {_standing(each)}{refused}")


def _standing(each: ReportedMedium) -> str:
    if each.match is not None:
        known = each.match.medium
        return f"{known.bridge_id} {known.title} (by {each.match.by})"
    if each.medium.bridge_id is not None:
        return f"unknown: HubSpot has no object {each.medium.bridge_id}"
    if each.like is not None:
        like = f"{each.like.bridge_id} {each.like.title}"
        return f"unmatched: is it {like}? Then set its mediaBridgeId in the page or the catalogue"
    return f"unmatched: externalId {each.medium.external_id}"
