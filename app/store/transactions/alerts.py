"""Alerts: which process checks, what was reported last, and the messages to send.

A message is leased while it is sent. If its sender dies, it is sent once more when the lease has
ended.
"""

from collections.abc import Callable, Sequence

from app.domain.alerting import Change, Known, Sentence, decide
from app.domain.timestamps import DAY_MS
from app.store.console_records import AlertChannel
from app.store.records import AlertMessage
from app.store.tx import Tx

KEPT_MS = DAY_MS
"""A message that could not be sent for so long is dropped: by then it is no longer useful."""

LONGEST_WAIT_MS = 2 * 60 * 60 * 1000
"""The longest retry delay; a later time was written by a clock that was ahead."""

TAKE_TURN = """
    UPDATE playrelay.alert_turn SET looked_at = $1 WHERE looked_at <= $2 OR looked_at > $1
"""
KNOWN = "SELECT key, says, since, reported_at, gone_at FROM playrelay.alerts"
FORGET_ALL = "DELETE FROM playrelay.alerts"
REMEMBER = """
    INSERT INTO playrelay.alerts (key, says, since, reported_at, gone_at)
    VALUES ($1, $2, $3, $4, $5)
"""
ADD_MESSAGE = """
    INSERT INTO playrelay.alert_messages (channel, document, created_at, due_at)
    VALUES ($1, $2, $3, $3)
"""
DROP_MESSAGES = """
    DELETE FROM playrelay.alert_messages WHERE created_at <= $1 RETURNING channel
"""
# In order: the next message is sent after the previous one.
CLAIM = """
    UPDATE playrelay.alert_messages SET due_at = $2, attempts = attempts + 1
    WHERE id = (SELECT min(id) FROM playrelay.alert_messages WHERE channel = $1)
    AND (due_at <= $3 OR due_at > $4)
    RETURNING id, document, attempts
"""
REMOVE = "DELETE FROM playrelay.alert_messages WHERE id = $1"
WAIT = "UPDATE playrelay.alert_messages SET due_at = $2 WHERE id = $1"
NOTE_CHANNEL = """
    INSERT INTO playrelay.alert_channels (channel, at, fault) VALUES ($1, $2, $3)
    ON CONFLICT (channel) DO UPDATE SET at = excluded.at, fault = excluded.fault
"""
CHANNELS = """
    SELECT c.channel, c.at, c.fault, (SELECT count(*) FROM playrelay.alert_messages m
        WHERE m.channel = c.channel) AS waiting
    FROM playrelay.alert_channels c ORDER BY c.channel
"""

SUMMARY_AT = "SELECT summary_at FROM playrelay.alert_turn"
FIRST_SUMMARY = "UPDATE playrelay.alert_turn SET summary_at = $1 WHERE summary_at IS NULL"
NEXT_SUMMARY = """
    UPDATE playrelay.alert_turn SET summary_at = $1 WHERE summary_at < $1 OR summary_at > $2
"""

Compose = Callable[[Sequence[Change]], str]
"""Writes the document of a message about these changes."""


async def take_turn(tx: Tx, now: int, every_ms: int) -> bool:
    """Whether it is this process's turn to check: no process has for so long."""
    return await tx.change(TAKE_TURN, now, now - every_ms) > 0


async def note(
    tx: Tx,
    found: Sequence[Sentence],
    now: int,
    after_ms: int,
    channels: Sequence[str],
    compose: Compose,
) -> list[str]:
    """Save the current problems, and write a message about the changes for each channel.

    Returns the channel of each message that was too old and is dropped.
    """
    await tx.lock("alerts")
    known = [Known(*row) for row in await tx.rows(KNOWN)]
    kept, changes = decide(known, found, now, after_ms)
    if set(kept) != set(known):
        await tx.change(FORGET_ALL)
        await tx.each(REMEMBER, kept)
    dropped = await tx.rows(DROP_MESSAGES, now - KEPT_MS)
    if changes:
        document = compose(changes)
        await tx.each(ADD_MESSAGE, [(channel, document, now) for channel in channels])
    return [str(channel) for (channel,) in dropped]


async def summary_is_due(tx: Tx, at: int, now: int) -> bool:
    """Whether a summary for that time is missing. The first time that is asked for needs none."""
    if await tx.change(FIRST_SUMMARY, at):
        return False
    last = int(await tx.value(SUMMARY_AT))
    return last < at or last > now  # written by a clock that was ahead


async def add_summary(tx: Tx, at: int, document: str, channels: Sequence[str], now: int) -> None:
    """Write the summary for that time, unless another process has."""
    if await tx.change(NEXT_SUMMARY, at, now):
        await tx.each(ADD_MESSAGE, [(channel, document, now) for channel in channels])


async def claim(tx: Tx, channel: str, now: int, lease_ms: int) -> AlertMessage | None:
    """Lease the channel's next message, if it is due."""
    row = await tx.row(CLAIM, channel, now + lease_ms, now, now + LONGEST_WAIT_MS)
    return None if row is None else AlertMessage(*row)


async def sent(tx: Tx, channel: str, message: int, now: int) -> None:
    """Record that the message has arrived."""
    await tx.change(REMOVE, message)
    await tx.change(NOTE_CHANNEL, channel, now, "")


async def failed(tx: Tx, channel: str, message: int, fault: str, due_at: int, now: int) -> None:
    """Record that the message has not arrived, and is sent again later."""
    await tx.change(WAIT, message, due_at)
    await tx.change(NOTE_CHANNEL, channel, now, fault)


async def channels(tx: Tx) -> list[AlertChannel]:
    """The result of the last attempt by each channel that was ever used."""
    return [AlertChannel(*row) for row in await tx.rows(CHANNELS)]
