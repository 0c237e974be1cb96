"""Links that show one medium to anybody who has them, created by operators for a limited time.

Altered, invented and deleted links get the same refusal; only one that has ended gets its own.
"""

import secrets
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

import msgspec
from fastapi import HTTPException

from app.console.dates import ChosenDates, chosen_dates
from app.domain.shared_link import ID_BYTES, PURPOSE, SharedLink, id_in, is_token_of, token_of
from app.domain.timestamps import DAY_MS
from app.domain.traits import Traits
from app.runtime.relay import Account, Relay
from app.store.console_records import LinkRecord

PATH = "/console/shared"
LIVES = (1, 7, 30, 90)
"""The lifetimes of a link, in days."""

KEYLESS = (
    "PLAYRELAY_SECRET_KEY is not set: make one with openssl rand -base64 32; it signs the links"
)
HEADERS: Mapping[str, str] = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex, nofollow",
}
"""On every answer to a shared link: no caching, no other sites, no search engines."""

_NO_LINK = "no such page is shared: take the whole link as it was sent to you, or ask for a new one"
_ENDED = "this link has ended: ask whoever sent it to you for a new one"


class Shared(msgspec.Struct, frozen=True):
    """What a link shows."""

    account: Account
    medium: int
    chosen: ChosenDates
    wanted: Traits
    ends_at: int


async def make_link(
    account: Account, medium: int, query: str, days: int, who: str, now: int
) -> tuple[LinkRecord, str]:
    """Create a link for so many days; returns it with its token. HTTPException 409."""
    keys = account.settings.keys_for(PURPOSE)
    if not keys:
        raise HTTPException(409, KEYLESS)
    ends = now + days * DAY_MS
    kept = LinkRecord(secrets.token_hex(ID_BYTES), medium, query, who, now, ends, ends)
    if not await account.store.shared_links.add(kept):
        raise HTTPException(409, "there are too many links: end some at Shared links")
    return kept, token_of(_signed_of(account, kept), keys[0])


def query_of(chosen: ChosenDates, wanted: Traits, *, still: bool) -> str:
    """A link's period and filter, as in an address. `still`: fixed dates, not the last days."""
    first, last, _ = chosen.period
    days: dict[str, object] = (
        {"from": first, "to": last} if still or not chosen.days else {"days": chosen.days}
    )
    filters = {name: value for name, value in wanted._asdict().items() if value}
    return urlencode({**days, "zone": chosen.zone, **filters})


def shows(relay: Relay, query: str) -> tuple[ChosenDates, Traits]:
    """The days and the filter of such a query."""
    given = dict(parse_qsl(query))
    chosen = chosen_dates(
        relay,
        days=int(given.pop("days", 28)),
        first=given.pop("from", None),
        last=given.pop("to", None),
        zone=given.pop("zone", None),
    )
    return chosen, Traits(**given)


async def shared(relay: Relay, name: str | None, token: str) -> Shared:
    """The link of a token, and its account by the address. HTTPException 404, 410."""
    account = next(iter(relay.accounts.values())) if name is None else relay.accounts.get(name)
    link_id = id_in(token)
    if account is None or link_id is None:
        raise HTTPException(404, _NO_LINK, HEADERS)
    kept = await account.store.shared_links.find(link_id)
    keys = account.settings.keys_for(PURPOSE)
    if kept is None or not is_token_of(_signed_of(account, kept), token, keys):
        raise HTTPException(404, _NO_LINK, HEADERS)
    if kept.stops_at <= relay.clock():
        raise HTTPException(410, _ENDED, HEADERS)
    chosen, wanted = shows(relay, kept.query)
    return Shared(account, kept.medium, chosen, wanted, kept.ends_at)


def short(link_id: str) -> str:
    """Enough of an id to distinguish links."""
    return link_id[:8]


def _signed_of(account: Account, kept: LinkRecord) -> SharedLink:
    return SharedLink(kept.id, account.name, kept.medium, kept.query, kept.ends_at)
