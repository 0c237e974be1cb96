"""Encrypts tokens for the store, with the operator's own keys (Fernet: also authenticated).

The store sees only encrypted text, so neither its file nor a backup of it opens the account. Plain
text from before there was a key can still be read, and is encrypted when it is next saved.
"""

import base64
import binascii
import hmac
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from hashlib import sha256
from typing import TYPE_CHECKING, Self

from msgspec.structs import replace
from pydantic import SecretStr

from app.hubspot.tokens import SealError, StoredToken, TokenVault

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

KEY_BYTES = 32

_MARK = "fernet:"
"""Distinguishes encrypted text from a token: no token of HubSpot's contains a colon."""


class Seal:
    """Encrypts with the first key and decrypts with any of them, so that a key can be replaced.

    Without a key nothing is encrypted, and encrypted text can't be read.
    """

    def __init__(self, keys: "MultiFernet | None" = None) -> None:
        self._keys = keys

    @classmethod
    def of(cls, keys: Sequence[SecretStr]) -> Self:
        """Keys in base64, 32 bytes each, the current one first. ValueError for anything else."""
        if not keys:
            return cls()
        # Imported only if there is a key: it takes 9 MB.
        from cryptography.fernet import Fernet, MultiFernet  # noqa: PLC0415

        return cls(MultiFernet([Fernet(_key(each)) for each in keys]))

    def sealed(self, token: StoredToken) -> StoredToken:
        """The tokens, encrypted for a store."""
        access, refresh = self._close(token.access_token), self._close(token.refresh_token)
        return replace(token, access_token=access, refresh_token=refresh)

    def opened(self, token: StoredToken) -> StoredToken:
        """The tokens as HubSpot granted them. Raises SealError."""
        access, refresh = self._open(token.access_token), self._open(token.refresh_token)
        return replace(token, access_token=access, refresh_token=refresh)

    def close_text(self, text: str) -> str:
        """Text, encrypted for a store. RuntimeError without a key."""
        if self._keys is None:
            raise RuntimeError("there is no key to seal with")
        return self._keys.encrypt(text.encode()).decode()

    def open_text(self, sealed: str) -> str | None:
        """The decrypted text; None if none of the keys fits."""
        if self._keys is None:
            return None
        from cryptography.fernet import InvalidToken  # noqa: PLC0415 - as above

        try:
            return self._keys.decrypt(sealed).decode()
        except InvalidToken:
            return None

    def _close(self, secret: SecretStr) -> SecretStr:
        if self._keys is None:
            return secret
        return SecretStr(_MARK + self._keys.encrypt(secret.get_secret_value().encode()).decode())

    def _open(self, secret: SecretStr) -> SecretStr:
        text = secret.get_secret_value()
        if not text.startswith(_MARK):
            return secret
        if self._keys is None:
            raise SealError(
                "PLAYRELAY_SECRET_KEY: the tokens in the store are sealed: set the key that they "
                "were sealed with, or run playrelay connect again with a new one"
            )
        from cryptography.fernet import InvalidToken  # noqa: PLC0415 - as above

        try:
            return SecretStr(self._keys.decrypt(text.removeprefix(_MARK)).decode())
        except InvalidToken:
            raise SealError(
                "PLAYRELAY_SECRET_KEY: the tokens in the store were sealed with another key: set "
                "that one (beside the new one, after a comma), or run playrelay connect again"
            ) from None


class SealedVault:
    """A vault that encrypts tokens when saving them and decrypts them when loading.

    It returns only tokens with this `origin`, so that a key that was lost together with an old
    installation does no harm.
    """

    def __init__(self, vault: TokenVault, seal: Seal, origin: str) -> None:
        self._vault = vault
        self._seal = seal
        self._origin = origin

    def exclusive(self) -> AbstractAsyncContextManager[None]:
        """See TokenVault."""
        return self._vault.exclusive()

    async def load(self) -> StoredToken | None:
        """See TokenVault. Raises SealError if the keys don't fit."""
        stored = await self._vault.load()
        if stored is None or stored.origin != self._origin:
            return None
        return self._seal.opened(stored)

    async def save(self, token: StoredToken) -> None:
        """See TokenVault."""
        await self._vault.save(self._seal.sealed(token))


def derived_keys(keys: Sequence[SecretStr], purpose: str) -> list[bytes]:
    """Keys for another purpose, one derived from each of the operator's, in the same order."""
    return [
        hmac.digest(base64.urlsafe_b64decode(_key(key)), purpose.encode(), sha256) for key in keys
    ]


def _key(secret: SecretStr) -> bytes:
    text = secret.get_secret_value().replace("-", "+").replace("_", "/")
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise ValueError("a key is 32 random bytes in base64, made by: openssl rand -base64 32")
    return base64.urlsafe_b64encode(key)
