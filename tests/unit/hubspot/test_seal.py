"""Tokens at rest: sealed with the first key, opened with any, and never half of it."""

import base64

import pytest
from pydantic import SecretStr

from app.hubspot.oauth import OAuthApp
from app.hubspot.seal import Seal, SealedVault
from app.hubspot.tokens import SealError, StoredToken, installed
from tests.unit.hubspot.vault import MemoryVault

APP = OAuthApp("client-1", SecretStr("client-secret"))
TOKENS = StoredToken(SecretStr("access-1"), SecretStr("refresh-1"), 5, installed(APP))


def key(number: int) -> SecretStr:
    """A key like any other, the same in every run."""
    return SecretStr(base64.b64encode(bytes([number] * 32)).decode())


def vault(memory: MemoryVault, *keys: SecretStr, origin: str = TOKENS.origin) -> SealedVault:
    """The vault as one would have it who knows these keys."""
    return SealedVault(memory, Seal.of(keys), origin)


async def test_what_is_kept_tells_nothing() -> None:
    """Neither token stands in what is saved, twice the same is not the same, and it opens again."""
    memory = MemoryVault()
    sealed = vault(memory, key(1))
    await sealed.save(TOKENS)
    await sealed.save(TOKENS)
    first, second = memory.saves
    for kept in (first.access_token, first.refresh_token):
        assert "access-1" not in kept.get_secret_value()
        assert "refresh-1" not in kept.get_secret_value()
    assert first.refresh_token != second.refresh_token
    assert await sealed.load() == TOKENS


async def test_keys_are_replaced_one_after_the_other() -> None:
    """With the new key first both open; what is saved then opens with the new one alone."""
    memory = MemoryVault()
    await vault(memory, key(1)).save(TOKENS)
    both = vault(memory, key(2), key(1))
    assert await both.load() == TOKENS
    await both.save(TOKENS)
    assert await vault(memory, key(2)).load() == TOKENS
    with pytest.raises(SealError):
        await vault(memory, key(1)).load()


@pytest.mark.parametrize("keys", [[], [key(2)]], ids=["no key", "another key"])
async def test_without_the_key_nothing_opens(keys: list[SecretStr]) -> None:
    """The error names the variable, says what to do and shows neither tokens nor keys."""
    memory = MemoryVault()
    await vault(memory, key(1)).save(TOKENS)
    with pytest.raises(SealError, match=r"^PLAYRELAY_SECRET_KEY: .*playrelay connect") as caught:
        await vault(memory, *keys).load()
    assert not any(each.get_secret_value() in str(caught.value) for each in (key(1), key(2)))


async def test_a_changed_byte_is_noticed() -> None:
    """Sealed text that somebody has touched is no token."""
    memory = MemoryVault()
    await vault(memory, key(1)).save(TOKENS)
    assert memory.held is not None
    text = memory.held.refresh_token.get_secret_value()
    touched = text[:-20] + ("A" if text[-20] != "A" else "B") + text[-19:]
    memory.held = StoredToken(memory.held.access_token, SecretStr(touched), 5, TOKENS.origin)
    with pytest.raises(SealError):
        await vault(memory, key(1)).load()


async def test_what_was_kept_before_there_was_a_key_is_read() -> None:
    """Tokens in the clear are taken as they stand, and sealed when they are next saved."""
    memory = MemoryVault(TOKENS)
    sealed = vault(memory, key(1))
    assert await sealed.load() == TOKENS
    await sealed.save(TOKENS)
    assert memory.held != TOKENS


async def test_tokens_of_another_origin_are_left_alone() -> None:
    """A key lost with an old installation is no trouble to who has tokens of his own."""
    memory = MemoryVault()
    await vault(memory, key(1)).save(TOKENS)
    assert await vault(memory, key(2), origin="another").load() is None


@pytest.mark.parametrize(
    "bad", ["", "short", "x" * 44, key(1).get_secret_value() + "AAAA", "ä" * 9]
)
def test_a_key_is_32_bytes_in_base64(bad: str) -> None:
    """Anything else is refused with how to make one, and not repeated."""
    with pytest.raises(ValueError, match="openssl rand -base64 32") as caught:
        Seal.of([SecretStr(bad)])
    assert not bad or bad not in str(caught.value)


def test_both_alphabets_of_base64_are_the_same_key() -> None:
    """`openssl` writes + and /, Python's secrets - and _: a key is its bytes."""
    raw = bytes([0xFB, 0xEF, 0xFF] * 10 + [1, 2])
    standard, url_safe = base64.b64encode(raw), base64.urlsafe_b64encode(raw)
    assert standard != url_safe
    sealed = Seal.of([SecretStr(standard.decode())]).sealed(TOKENS)
    assert Seal.of([SecretStr(url_safe.decode())]).opened(sealed) == TOKENS
