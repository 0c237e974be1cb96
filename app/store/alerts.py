"""The part of the store for what somebody is told of it."""

from collections.abc import Sequence

from app.domain.alerting import Sentence
from app.store.console_records import AlertChannel
from app.store.records import AlertMessage
from app.store.transactions import alerts
from app.store.tx import Part


class Alerts(Part):
    """What is wrong, what was told of it, and messages on their way. `channel`: how they go."""

    async def take_turn(self, now: int, every_ms: int) -> bool:
        """Whether this process, of all replicas, is to look whether something is wrong."""
        return await self._write(alerts.take_turn, now, every_ms)

    async def note(
        self,
        found: Sequence[Sentence],
        now: int,
        after_ms: int,
        channels: Sequence[str],
        compose: alerts.Compose,
    ) -> list[str]:
        """Keep what is wrong, and write messages of what has changed.

        Returns the channel of each message that was dropped for its age.
        """
        return await self._write(alerts.note, found, now, after_ms, channels, compose)

    async def summary_is_due(self, at: int, now: int) -> bool:
        """Whether none was written for `at`; a store that had none before waits for the next."""
        return await self._write(alerts.summary_is_due, at, now)

    async def add_summary(self, at: int, document: str, channels: Sequence[str], now: int) -> None:
        """Write the summary for `at`, once."""
        await self._write(alerts.add_summary, at, document, channels, now)

    async def claim(self, channel: str, now: int, lease_ms: int) -> AlertMessage | None:
        """Lease the channel's next message, if it is due; one at a time, in order."""
        return await self._write(alerts.claim, channel, now, lease_ms)

    async def sent(self, channel: str, message: int, now: int) -> None:
        """It has arrived."""
        await self._write(alerts.sent, channel, message, now)

    async def failed(self, channel: str, message: int, fault: str, due_at: int, now: int) -> None:
        """It has not arrived, and is due again then."""
        await self._write(alerts.failed, channel, message, fault, due_at, now)

    async def channels(self) -> list[AlertChannel]:
        """How sending went last by each channel that was ever used."""
        return await self._read(alerts.channels)
