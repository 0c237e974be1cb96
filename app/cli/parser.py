"""The verbs and their options."""

import argparse
from typing import TypeAlias

from app import __version__
from app.cli import (
    backup,
    connect,
    copy_store,
    doctor,
    embed,
    events,
    media,
    migrate,
    outbox,
    serve,
    sign,
    visitor,
    why,
)
from app.cli.stores import add_account
from app.domain.outcome import STATUSES

Verbs: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - no other name


def parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    top = argparse.ArgumentParser(
        prog="playrelay",
        description="The self-hosted relay between any web player and HubSpot. "
        "Settings are environment variables; docs/SETTINGS.md lists them.",
    )
    top.add_argument("--version", action="version", version=f"playrelay {__version__}")
    verbs = top.add_subparsers(required=True, metavar="verb")

    verb = verbs.add_parser("serve", help="run the relay")
    verb.set_defaults(run=serve.serve)

    verb = verbs.add_parser("doctor", help="check settings, store, events, HubSpot; or --url")
    doctor.add_options(verb)
    verb.set_defaults(run=doctor.doctor)

    verb = verbs.add_parser("connect", help="install the OAuth app in a HubSpot account")
    connect.add_options(verb)
    verb.set_defaults(run=connect.connect)

    verb = verbs.add_parser("sandbox", help="run the HubSpot sandbox alone")
    verb.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    verb.add_argument("--port", type=int, default=8001, help="port, 0 for any (%(default)s)")
    verb.add_argument("--rate", type=int, default=110, help="requests per 10 s (%(default)s)")
    verb.set_defaults(run=serve.sandbox)

    verb = verbs.add_parser("migrate", help="create or update the store's schema, and end")
    add_account(verb)
    verb.set_defaults(run=migrate.migrate)

    verb = verbs.add_parser("why", help="explain what became of a visitor's plays")
    verb.add_argument("who", help="a session id, a usertoken or a HubSpot contact id")
    verb.add_argument("--limit", type=_positive, default=20, help="plays at most (%(default)s)")
    verb.add_argument("--json", action="store_true", help="as JSON")
    add_account(verb)
    verb.set_defaults(run=why.why)

    verb = verbs.add_parser("embed", help="print the snippet for your pages")
    embed.add_options(verb)
    verb.set_defaults(run=embed.embed)

    verb = verbs.add_parser("sign", help="print a contactId's signature, to compare with yours")
    sign.add_options(verb)
    add_account(verb, all_without=False)
    verb.set_defaults(run=sign.sign_contact)

    verb = verbs.add_parser("export", help="print all that is stored of a visitor, as JSON")
    visitor.add_who(verb)
    add_account(verb)
    verb.set_defaults(run=visitor.export)

    verb = verbs.add_parser("forget", help="erase a visitor from the store, for good")
    visitor.add_who(verb)
    verb.add_argument("--dry-run", action="store_true", help="erase nothing, only count")
    add_account(verb)
    verb.set_defaults(run=visitor.forget)

    verb = verbs.add_parser("backup", help="copy the SQLite store while the relay runs")
    verb.add_argument("file", metavar="FILE", help="where to; it must not exist")
    add_account(verb, all_without=False)
    verb.set_defaults(run=backup.backup)

    _add_store(verbs)

    _add_media(verbs)
    _add_outbox(verbs)
    _add_events(verbs)
    return top


def _add_store(verbs: Verbs) -> None:
    store = verbs.add_parser("store", help="copy the store to another database")
    acts = store.add_subparsers(required=True, metavar="act")

    act = acts.add_parser("copy", help="SQLite to PostgreSQL or back, while no relay runs on it")
    act.add_argument(
        "--to",
        required=True,
        metavar="URL",
        help="an empty database, as PLAYRELAY_DATABASE_URL names it (PGPASSWORD is read)",
    )
    add_account(act)
    act.set_defaults(run=copy_store.copy)


def _add_media(verbs: Verbs) -> None:
    group = verbs.add_parser("media", help="HubSpot's media objects beside what pages report")
    acts = group.add_subparsers(required=True, metavar="act")

    act = acts.add_parser("list", help="what pages reported, and as what HubSpot knows it")
    act.add_argument("--unmatched", action="store_true", help="only what it does not know")
    act.add_argument("--json", action="store_true", help="as JSON")
    add_account(act, all_without=False)
    act.set_defaults(run=media.show)

    act = acts.add_parser("sync", help="list HubSpot's media objects, for the fold to use")
    act.add_argument("--register", action="store_true", help="and register what it does not know")
    _add_bounds(act)
    add_account(act, all_without=False)
    act.set_defaults(run=media.sync)

    act = acts.add_parser("register", help="register what HubSpot does not know, after a sync")
    act.add_argument("--yes", action="store_true", help="do it, rather than say what would be done")
    _add_bounds(act)
    add_account(act, all_without=False)
    act.set_defaults(run=media.register_unknown)


def _add_outbox(verbs: Verbs) -> None:
    group = verbs.add_parser("outbox", help="look at the events, requeue or discard them")
    acts = group.add_subparsers(required=True, metavar="act")

    act = acts.add_parser("list", help="newest first")
    act.add_argument("--status", choices=STATUSES, help="only those")
    act.add_argument("--limit", type=_positive, default=50, help="how many (%(default)s)")
    add_account(act)
    act.set_defaults(run=outbox.outbox_list)

    act = acts.add_parser("show", help="one event: what would be sent, what HubSpot answered")
    act.add_argument("id", type=_positive)
    add_account(act, all_without=False)
    act.set_defaults(run=outbox.outbox_show)

    act = acts.add_parser("requeue", help="make settled events due again")
    which = act.add_mutually_exclusive_group(required=True)
    which.add_argument("id", type=_positive, nargs="*", default=[])
    which.add_argument("--rejected", action="store_true", help="all that HubSpot rejected")
    add_account(act)
    act.set_defaults(run=outbox.outbox_requeue)

    act = acts.add_parser("discard", help="take events out of the way, for good")
    act.add_argument("id", type=_positive, nargs="+")
    add_account(act, all_without=False)
    act.set_defaults(run=outbox.outbox_discard)


def _add_events(verbs: Verbs) -> None:
    group = verbs.add_parser("events", help="the definition that custom events need")
    acts = group.add_subparsers(required=True, metavar="act")

    act = acts.add_parser("define", help="make what is missing of it at HubSpot")
    act.add_argument("--dry-run", action="store_true", help="make nothing, say what is missing")
    add_account(act, all_without=False)
    act.set_defaults(run=events.define)


def _add_bounds(act: argparse.ArgumentParser) -> None:
    act.add_argument(
        "--limit",
        type=_positive,
        default=media.MOST_AT_ONCE,
        help="register so many at most, those played most first (%(default)s)",
    )
    act.add_argument(
        "--plays",
        type=_positive,
        default=1,
        help="register only what was played so often (%(default)s)",
    )


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number above 0")
    return int(text)
