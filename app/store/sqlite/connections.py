"""Tokens and the account they belong to."""

import sqlite3

import msgspec
from pydantic import SecretStr

from app.hubspot.tokens import StoredToken
from app.store.connections import Connection

LOAD_TOKEN = "SELECT access_token, refresh_token, expires_at, origin FROM tokens"  # noqa: S105 - SQL
SAVE_TOKEN = "INSERT OR REPLACE INTO tokens VALUES (1, ?, ?, ?, ?)"  # noqa: S105 - SQL
LOAD_CONNECTION = "SELECT account FROM connection"
SAVE_CONNECTION = "INSERT OR REPLACE INTO connection VALUES (1, ?)"
UNPAUSE = """
    UPDATE account SET paused_until = 0, reason = ''
    WHERE reason IN ('bad_token', 'reinstall_needed', 'missing_scope', 'not_connected')
"""


def load(db: sqlite3.Connection) -> StoredToken | None:
    """The tokens saved last."""
    row = db.execute(LOAD_TOKEN).fetchone()
    if row is None:
        return None
    access, refresh, expires_at, origin = row
    return StoredToken(SecretStr(access), SecretStr(refresh), expires_at, origin)


def save(db: sqlite3.Connection, token: StoredToken) -> None:
    """Keep these in place of any others."""
    secrets = (token.access_token.get_secret_value(), token.refresh_token.get_secret_value())
    db.execute(SAVE_TOKEN, (*secrets, token.expires_at, token.origin))


def connection(db: sqlite3.Connection) -> Connection | None:
    """The account that was connected last."""
    row = db.execute(LOAD_CONNECTION).fetchone()
    return None if row is None else msgspec.json.decode(row[0], type=Connection)


def connect(db: sqlite3.Connection, token: StoredToken, account: Connection) -> None:
    """Tokens, account, and no more waiting for them."""
    save(db, token)
    db.execute(SAVE_CONNECTION, (msgspec.json.encode(account),))
    unpause(db)


def unpause(db: sqlite3.Connection) -> None:
    """End a pause that only a person can mend."""
    db.execute(UNPAUSE)
