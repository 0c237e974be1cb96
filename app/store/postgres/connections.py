"""Tokens and the account they belong to."""

import msgspec
from pydantic import SecretStr

from app.hubspot.tokens import StoredToken
from app.store.connections import Connection
from app.store.postgres.db import Db

LOAD_TOKEN = "SELECT access_token, refresh_token, expires_at, origin FROM playrelay.tokens"  # noqa: S105 - SQL
SAVE_TOKEN = """
    INSERT INTO playrelay.tokens VALUES (1, $1, $2, $3, $4)
    ON CONFLICT (id) DO UPDATE SET access_token = excluded.access_token,
        refresh_token = excluded.refresh_token, expires_at = excluded.expires_at,
        origin = excluded.origin
"""  # noqa: S105 - SQL
LOAD_CONNECTION = "SELECT account FROM playrelay.connection"
SAVE_CONNECTION = """
    INSERT INTO playrelay.connection VALUES (1, $1::text::json)
    ON CONFLICT (id) DO UPDATE SET account = excluded.account
"""
UNPAUSE = """
    UPDATE playrelay.account SET paused_until = 0, reason = ''
    WHERE reason IN ('bad_token', 'reinstall_needed', 'missing_scope', 'not_connected')
"""


async def load(db: Db) -> StoredToken | None:
    """The tokens saved last."""
    row = await db.row(LOAD_TOKEN)
    if row is None:
        return None
    access, refresh, expires_at, origin = row
    return StoredToken(SecretStr(access), SecretStr(refresh), expires_at, origin)


async def save(db: Db, token: StoredToken) -> None:
    """Keep these in place of any others."""
    secrets = (token.access_token.get_secret_value(), token.refresh_token.get_secret_value())
    await db.change(SAVE_TOKEN, *secrets, token.expires_at, token.origin)


async def connection(db: Db) -> Connection | None:
    """The account that was connected last."""
    account = await db.value(LOAD_CONNECTION)
    return None if account is None else msgspec.json.decode(account, type=Connection)


async def connect(db: Db, token: StoredToken, account: Connection) -> None:
    """Tokens, account, and no more waiting for them."""
    await save(db, token)
    await db.change(SAVE_CONNECTION, msgspec.json.encode(account).decode())
    await unpause(db)


async def unpause(db: Db) -> None:
    """End a pause that only a person can mend."""
    await db.change(UNPAUSE)
