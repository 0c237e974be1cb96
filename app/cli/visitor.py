"""`playrelay export` and `playrelay forget`: print or erase what is stored about a visitor."""

import argparse

import msgspec

from app.cli.arguments import contact_id, no_mail
from app.cli.audit import noted
from app.cli.progress import Progress
from app.cli.stores import add_account, chosen, in_each, in_one
from app.cli.terminal import fail, say
from app.domain.identity import usertoken
from app.formatting import count
from app.store.store import Store
from app.store.transactions.personal_data import PersonalData

_SEALED = "(encrypted with another PLAYRELAY_SECRET_KEY)"


def add_export(verb: argparse.ArgumentParser) -> None:
    """Add the options that name the visitor."""
    _add_who(verb)
    add_account(verb)
    verb.set_defaults(run=export)


def add_forget(verb: argparse.ArgumentParser) -> None:
    """Add the options that name the visitor, and --dry-run."""
    _add_who(verb)
    verb.add_argument("--dry-run", action="store_true", help="erase nothing, only count")
    add_account(verb)
    verb.set_defaults(run=forget)


def export(given: argparse.Namespace) -> int:
    """Print all that is stored about a visitor, as JSON. Returns 1 if nothing is stored."""
    seals = {each.name: each.settings.seal for each in chosen(given.account)}

    async def read(store: Store, account: str) -> tuple[str, PersonalData]:
        found = await store.admin.personal_data(utk=given.utk, contact_id=given.contact)
        found.names = [seals[account].open_text(each) or _SEALED for each in found.names]
        await noted(store, "export", "a visitor", len(found.plays))
        return account, found

    found = [in_one(given, read)] if given.contact is not None else in_each(given, read)
    stored = [
        (account, each)
        for account, each in found
        if each.plays or each.lookups or each.unread_pings or each.names
    ]
    if not stored:
        return _nothing()
    whole = stored[0][1] if stored[0][0] == "" else dict(stored)
    say(msgspec.json.format(msgspec.json.encode(whole), indent=2).decode())
    return 0


def forget(given: argparse.Namespace) -> int:
    """Erase by usertoken in each account, or by contact id in one account."""

    async def erase(store: Store, _account: str) -> int:
        with Progress("looking through pings") as progress:
            erased = await store.admin.forget(
                utk=given.utk,
                contact_id=given.contact,
                progress=progress,
                dry_run=given.dry_run,
            )
        if given.dry_run:
            return erased
        return await noted(store, "forget", "a visitor", erased)  # the log does not say who it was

    erased = in_one(given, erase) if given.contact is not None else sum(in_each(given, erase))
    if not erased:
        return _nothing()
    what = count(erased, "play or ping", "plays and pings")
    say(f"would erase {what}" if given.dry_run else f"erased {what}")
    return 0


def _add_who(verb: argparse.ArgumentParser) -> None:
    who = verb.add_mutually_exclusive_group(required=True)
    who.add_argument("--utk", type=_usertoken, help="by usertoken (the hubspotutk cookie)")
    who.add_argument("--contact", type=contact_id, help="by HubSpot contact id")


def _nothing() -> int:
    return fail(
        "nothing is stored about this visitor: check the value, and --account; HubSpot "
        "may still have what is no longer stored here"
    )


def _usertoken(text: str) -> str:
    token = usertoken(text)
    if token is None:
        raise argparse.ArgumentTypeError(
            f"{text[:40]!r} is not a usertoken: give the 32 hex digits of the cookie hubspotutk"
            f"{no_mail(text)}"
        )
    return token
