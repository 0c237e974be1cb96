"""Tokens and the account they belong to."""

import msgspec
from pydantic import SecretStr

from app.hubspot.tokens import StoredToken
from app.store.records import Connection
from app.store.transactions.permits import clear_operator_pause
from app.store.tx import Tx

LOAD_TOKEN = "SELECT access_token, refresh_token, expires_at, origin FROM playrelay.tokens"
SAVE_TOKEN = """
    INSERT INTO playrelay.tokens VALUES (1, $1, $2, $3, $4)
    ON CONFLICT (id) DO UPDATE SET access_token = excluded.access_token,
        refresh_token = excluded.refresh_token, expires_at = excluded.expires_at,
        origin = excluded.origin
"""
FORGET_TOKENS = "DELETE FROM playrelay.tokens"
LOAD_CONNECTION = "SELECT account FROM playrelay.connection"
SAVE_CONNECTION = """
    INSERT INTO playrelay.connection VALUES (1, $1::json)
    ON CONFLICT (id) DO UPDATE SET account = excluded.account
"""
ACCOUNT_ID = "SELECT hub_id FROM playrelay.account"
SAVE_ACCOUNT_ID = "UPDATE playrelay.account SET hub_id = $1"


async def load(tx: Tx) -> StoredToken | None:
    """The tokens saved last."""
    row = await tx.row(LOAD_TOKEN)
    if row is None:
        return None
    access, refresh, expires_at, origin = row
    return StoredToken(SecretStr(access), SecretStr(refresh), expires_at, origin)


async def save(tx: Tx, token: StoredToken) -> None:
    """Save tokens in place of any others."""
    secrets = (token.access_token.get_secret_value(), token.refresh_token.get_secret_value())
    await tx.change(SAVE_TOKEN, *secrets, token.expires_at, token.origin)


async def forget(tx: Tx) -> None:
    """Delete the tokens. The account stays: the store still belongs to it."""
    await tx.change(FORGET_TOKENS)


async def connection(tx: Tx) -> Connection | None:
    """The account that was connected last."""
    account = await tx.value(LOAD_CONNECTION)
    return None if account is None else msgspec.json.decode(account, type=Connection)


async def account_id(tx: Tx) -> int | None:
    """The number of the account: from its installation, or else from answers to events."""
    known = await connection(tx)
    if known is not None:
        return known.hub_id
    found: int | None = await tx.value(ACCOUNT_ID)
    return found


async def keep_account(tx: Tx, hub_id: int) -> None:
    """Save the number from an answer."""
    await tx.change(SAVE_ACCOUNT_ID, hub_id)


async def connect(tx: Tx, token: StoredToken, connection: Connection) -> None:
    """Save tokens and account, and end the pause that waited for them."""
    await save(tx, token)
    await tx.change(SAVE_CONNECTION, msgspec.json.encode(connection).decode())
    await clear_operator_pause(tx)
