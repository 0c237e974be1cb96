"""OAuth tokens at rest."""

import pytest
from pydantic import SecretStr

from app.hubspot.tokens import StoredToken
from app.store.store import Store
from tests.store.engines import Database
from tests.store.setting import NOW

FIRST = StoredToken(SecretStr("access-1"), SecretStr("refresh-1"), NOW, "origin-1")
ROTATED = StoredToken(SecretStr("access-2"), SecretStr("refresh-2"), NOW + 5, "origin-1")


async def test_none_at_first(store: Store) -> None:
    """An empty store knows no token."""
    assert await store.tokens.load() is None


async def test_the_last_one_counts_and_survives(database: Database) -> None:
    """A rotated token takes the first one's place, for the next process too."""
    async with database.open() as store:
        await store.tokens.save(FIRST)
        assert await store.tokens.load() == FIRST
        await store.tokens.save(ROTATED)
    async with database.open() as store:
        assert await store.tokens.load() == ROTATED


@pytest.mark.parametrize("token", [FIRST, ROTATED])
async def test_tokens_keep_quiet(store: Store, token: StoredToken) -> None:
    """The repr of the loaded tokens shows no secret."""
    await store.tokens.save(token)
    assert "access" not in repr(await store.tokens.load()).replace("access_token", "")
