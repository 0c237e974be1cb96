"""`playrelay forget`: erase a visitor from the store."""

import argparse

from app.cli.audit import noted
from app.cli.progress import Progress
from app.cli.stores import in_each, in_one
from app.cli.words import count
from app.store.store import Store


def forget(given: argparse.Namespace) -> int:
    """Erase by usertoken, in each account; or by contact, whose id is one account's own."""

    async def erase(store: Store, _account: str) -> int:
        with Progress("looking through pings") as progress:
            erased = await store.admin.forget(
                utk=given.utk, contact_id=given.contact, progress=progress
            )
        return await noted(store, "forget", "a visitor", erased)  # whom, nobody may know any more

    erased = in_one(given, erase) if given.contact is not None else sum(in_each(given, erase))
    print(f"erased {count(erased, 'play or ping', 'plays and pings')}")
    return 0
