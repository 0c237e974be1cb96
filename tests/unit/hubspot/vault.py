"""The rim of the tokens in tests: a clock that is set by hand, and a vault in memory."""

from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field

from pydantic import SecretStr

from app.hubspot.tokens import StoredToken, fingerprint

SETTINGS_TOKEN = SecretStr("refresh-from-settings")


@dataclass
class Clock:
    """Milliseconds since the epoch, moved by the test."""

    now: int = 1_790_000_000_000

    def __call__(self) -> int:
        """The current time."""
        return self.now


@dataclass
class MemoryVault:
    """Keeps what was saved last, and all that ever was."""

    held: StoredToken | None = None
    saves: list[StoredToken] = field(default_factory=list)

    def exclusive(self) -> AbstractAsyncContextManager[None]:
        """Nobody else is there."""
        return nullcontext()

    async def load(self) -> StoredToken | None:
        """The tokens saved last."""
        return self.held

    async def save(self, token: StoredToken) -> None:
        """Keep them."""
        self.saves.append(token)
        self.held = token


def stored(
    access: str, refresh: str, expires_at: int, *, settings_token: SecretStr = SETTINGS_TOKEN
) -> StoredToken:
    """Tokens at rest that descend from the refresh token in the settings."""
    return StoredToken(
        SecretStr(access), SecretStr(refresh), expires_at, fingerprint(settings_token)
    )
