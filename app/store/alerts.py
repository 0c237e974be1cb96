"""The part of the store for alerts: problems, and the messages about them."""

from collections.abc import Sequence

from app.domain.alerting import Sentence
from app.store.console_records import AlertChannel
from app.store.records import AlertMessage
from app.store.transactions import alerts
from app.store.tx import Part


class Alerts(Part):
    """The known problems, their reports, and queued messages. `channel`: how messages are sent."""

    async def take_turn(self, now: int, every_ms: int) -> bool:
        """Whether this process, of all replicas, should check for problems now."""
        return await self._write(alerts.take_turn, now, every_ms)

    async def note(
        self,
        found: Sequence[Sentence],
        now: int,
        after_ms: int,
        channels: Sequence[str],
        compose: alerts.Compose,
    ) -> list[str]:
        """Save the current problems, and write messages about what has changed.

        Returns the channel of each message that was dropped because of its age.
        """
        return await self._write(alerts.note, found, now, after_ms, channels, compose)

    async def summary_is_due(self, at: int, now: int) -> bool:
        """Whether a summary for `at` is missing; a store without any waits for the next."""
        return await self._write(alerts.summary_is_due, at, now)

    async def add_summary(self, at: int, document: str, channels: Sequence[str], now: int) -> None:
        """Write the summary for `at`, once."""
        await self._write(alerts.add_summary, at, document, channels, now)

    async def claim(self, channel: str, now: int, lease_ms: int) -> AlertMessage | None:
        """Lease the channel's next message, if one is due; one at a time, in order."""
        return await self._write(alerts.claim, channel, now, lease_ms)

    async def sent(self, channel: str, message: int, now: int) -> None:
        """Record that the message has arrived."""
        await self._write(alerts.sent, channel, message, now)

    async def failed(self, channel: str, message: int, fault: str, due_at: int, now: int) -> None:
        """Record that it has not arrived; it is due again at the given time."""
        await self._write(alerts.failed, channel, message, fault, due_at, now)

    async def channels(self) -> list[AlertChannel]:
        """The result of the last attempt by each channel that was ever used."""
        return await self._read(alerts.channels)
