"""Parses the database URL of the settings, and names schemas and locks."""

import re
from functools import cache
from hashlib import blake2b
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import msgspec

from app.store.errors import StoreError

DEFAULT_SCHEMA = "playrelay"
POOLER = "pooler"
"""The only URL parameter of our own; all others are libpq's, or settings of the server."""

_SCHEMA = re.compile(r"[a-z_][a-z0-9_-]{0,62}")
_TRUE = {"1", "true", "yes", "transaction"}


class Address(msgspec.Struct, frozen=True):
    """`dsn`: for the driver, with the password. `shown`: for people, without it.

    `pooled`: a pooler in transaction mode is in between. `many`: several hosts are named; the one
    that accepts writes is used.
    """

    dsn: str
    shown: str
    pooled: bool
    many: bool

    def __repr__(self) -> str:
        return f"Address({self.shown})"


def address_of(url: str) -> Address:
    """Read `postgresql://user:password@host:5432/database?sslmode=require&pooler=true`."""
    try:
        parts = urlsplit(url)
        given = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError as error:
        raise StoreError(f"PLAYRELAY_DATABASE_URL can't be read: {error}") from None
    pooled = any(name == POOLER and value.lower() in _TRUE for name, value in given)
    rest = [(name, value) for name, value in given if name != POOLER]
    user, _, host = parts.netloc.rpartition("@")
    shown_user = user.partition(":")[0]
    hosts = host or dict(rest).get("host", "")
    return Address(
        dsn=parts._replace(query=urlencode(rest, quote_via=quote)).geturl(),
        shown=f"postgresql://{shown_user}{'@' if shown_user else ''}{hosts}{parts.path}",
        pooled=pooled,
        many="," in hosts,
    )


def schema_of(account: str) -> str:
    """The schema of an account; an account without a name has the plain name."""
    name = f"{DEFAULT_SCHEMA}-{account}" if account else DEFAULT_SCHEMA
    if not _SCHEMA.fullmatch(name):
        raise StoreError(
            f"{account!r} can't name an account on PostgreSQL: use up to 53 of a-z, 0-9, _ and -"
        )
    return name


@cache
def key_of(schema: str, purpose: str) -> int:
    """The number of an advisory lock (they are shared by the whole database)."""
    digest = blake2b(f"playrelay {schema} {purpose}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
