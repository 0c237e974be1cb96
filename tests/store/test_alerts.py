"""Alerts in the store: one process checks, one sends, and no restart repeats a message."""

from collections.abc import Sequence

import pytest

from app.domain.alerting import Change, Sentence
from app.store.store import Store
from app.store.transactions.alerts import KEPT_MS, LONGEST_WAIT_MS
from tests.store.engines import Database
from tests.store.setting import DAY, HOUR, LEASE, MINUTE, NOW, SECOND

WRONG = Sentence("bad_token", "HubSpot refuses the access token.")
WEBHOOK, MAIL = "webhook", "mail"


def compose(changes: Sequence[Change]) -> str:
    """The reports, one line each."""
    return ", ".join(f"{each.state} {each.sentence.key}" for each in changes)


async def look(
    store: Store, now: int, *found: Sentence, channels: Sequence[str] = (WEBHOOK,)
) -> None:
    """These are wrong now; told after a minute."""
    await store.alerts.note(found, now, MINUTE, channels, compose)


async def documents(store: Store, now: int, channel: str = WEBHOOK) -> list[str]:
    """All that a channel has to send; each is sent."""
    found = []
    while (message := await store.alerts.claim(channel, now, LEASE)) is not None:
        found.append(message.document)
        await store.alerts.sent(channel, message.id, now)
    return found


async def test_one_of_several_processes_looks(database: Database) -> None:
    """The first process within the interval between two checks does the check."""
    async with database.open() as one, database.open() as other:
        assert await one.alerts.take_turn(NOW, 30 * SECOND)
        assert not await other.alerts.take_turn(NOW + 29 * SECOND, 30 * SECOND)
        assert await other.alerts.take_turn(NOW + 30 * SECOND, 30 * SECOND)
        assert not await one.alerts.take_turn(NOW + 31 * SECOND, 30 * SECOND)


async def test_a_clock_that_was_ahead_keeps_nobody_from_looking(store: Store) -> None:
    """A look that lies in the future counts for nothing."""
    assert await store.alerts.take_turn(NOW + 365 * DAY, 30 * SECOND)
    assert await store.alerts.take_turn(NOW, 30 * SECOND)


async def test_a_message_goes_to_each_channel_once(database: Database) -> None:
    """Whichever processes look and send, and whenever they were started."""
    both = (WEBHOOK, MAIL)
    async with database.open() as store:
        await look(store, NOW, WRONG, channels=both)
    async with database.open() as one, database.open() as other:
        await look(one, NOW + MINUTE, WRONG, channels=both)
        await look(other, NOW + MINUTE + SECOND, WRONG, channels=both)
        assert await documents(one, NOW + MINUTE + SECOND) == ["bad bad_token"]
        assert await documents(other, NOW + MINUTE + SECOND) == []
        assert await documents(other, NOW + MINUTE + SECOND, MAIL) == ["bad bad_token"]
        await look(one, NOW + 2 * MINUTE, channels=both)
        await look(other, NOW + 3 * MINUTE, channels=both)
        assert await documents(one, NOW + 3 * MINUTE) == ["good bad_token"]
    async with database.open() as store:
        await look(store, NOW + 4 * MINUTE, channels=both)
        assert await documents(store, NOW + 4 * MINUTE) == []


async def test_a_message_is_sent_by_one_process(database: Database) -> None:
    """A message is leased; if its sender dies, another process sends it once more."""
    async with database.open() as one, database.open() as other:
        await look(one, NOW, WRONG)
        await look(one, NOW + MINUTE, WRONG)
        message = await one.alerts.claim(WEBHOOK, NOW + MINUTE, LEASE)
        assert message is not None
        assert message.attempts == 1
        assert await other.alerts.claim(WEBHOOK, NOW + MINUTE, LEASE) is None
        assert await other.alerts.claim(WEBHOOK, NOW + MINUTE + LEASE - 1, LEASE) is None
        again = await other.alerts.claim(WEBHOOK, NOW + MINUTE + LEASE, LEASE)
        assert again is not None
        assert (again.id, again.document, again.attempts) == (message.id, message.document, 2)
        await other.alerts.sent(WEBHOOK, again.id, NOW + MINUTE + LEASE)
        assert await one.alerts.claim(WEBHOOK, NOW + DAY, LEASE) is None


async def test_messages_keep_their_order(store: Store) -> None:
    """A recovery is not reported before the problem, whose message has to be sent again."""
    await look(store, NOW, WRONG)
    await look(store, NOW + MINUTE, WRONG)
    first = await store.alerts.claim(WEBHOOK, NOW + MINUTE, LEASE)
    assert first is not None
    due = NOW + 10 * MINUTE
    await store.alerts.failed(WEBHOOK, first.id, "404 Not Found", due, NOW + MINUTE)
    await look(store, NOW + 2 * MINUTE)
    await look(store, NOW + 3 * MINUTE)
    assert await documents(store, due - 1) == []
    assert await documents(store, due) == ["bad bad_token", "good bad_token"]


async def test_how_sending_went_last_is_known(store: Store) -> None:
    """The last result of each channel is known, and a fault ends with the next accepted message."""
    await look(store, NOW, WRONG)
    await look(store, NOW + MINUTE, WRONG)
    message = await store.alerts.claim(WEBHOOK, NOW + MINUTE, LEASE)
    assert message is not None
    assert await store.alerts.channels() == []
    await store.alerts.failed(WEBHOOK, message.id, "404 Not Found", NOW + HOUR, NOW + MINUTE)
    (channel,) = await store.alerts.channels()
    assert (channel.channel, channel.fault, channel.waiting) == (WEBHOOK, "404 Not Found", 1)
    assert await documents(store, NOW + HOUR) == ["bad bad_token"]
    (channel,) = await store.alerts.channels()
    assert (channel.at, channel.fault, channel.waiting) == (NOW + HOUR, "", 0)


async def test_a_message_that_is_too_old_is_dropped(store: Store) -> None:
    """The store returns the channel of a message that is too old; others stay."""
    await look(store, NOW, WRONG)
    await look(store, NOW + MINUTE, WRONG)
    late = NOW + MINUTE + KEPT_MS
    assert await store.alerts.note([WRONG], late - 1, MINUTE, [WEBHOOK], compose) == []
    assert await store.alerts.note([WRONG], late, MINUTE, [WEBHOOK], compose) == [WEBHOOK]
    assert await documents(store, late) == ["still bad_token"]


async def test_a_summary_is_written_once(database: Database) -> None:
    """One process writes a summary each time that one is due; a new store waits for the next."""
    async with database.open() as one, database.open() as other:
        assert not await one.alerts.summary_is_due(NOW, NOW)
        assert not await other.alerts.summary_is_due(NOW, NOW + HOUR)
        week = NOW + 7 * DAY
        assert await one.alerts.summary_is_due(week, week)
        assert await other.alerts.summary_is_due(week, week)
        await one.alerts.add_summary(week, "a week", [WEBHOOK, MAIL], week)
        await other.alerts.add_summary(week, "a week", [WEBHOOK, MAIL], week)
        assert not await other.alerts.summary_is_due(week, week + HOUR)
        assert await documents(other, week) == ["a week"]
        assert await documents(other, week, MAIL) == ["a week"]


async def test_a_clock_that_was_ahead_ends_no_summaries(store: Store) -> None:
    """One that was written for a time to come does not count."""
    assert not await store.alerts.summary_is_due(NOW + 365 * DAY, NOW + 365 * DAY)
    assert await store.alerts.summary_is_due(NOW, NOW)
    await store.alerts.add_summary(NOW, "a week", [WEBHOOK], NOW)
    assert not await store.alerts.summary_is_due(NOW, NOW)
    assert await documents(store, NOW) == ["a week"]


@pytest.mark.parametrize("ahead", [LONGEST_WAIT_MS + LEASE, 365 * DAY])
async def test_a_clock_that_was_ahead_holds_no_message_up(store: Store, ahead: int) -> None:
    """A wait that is longer than any is none."""
    await look(store, NOW + ahead - MINUTE, WRONG)
    await look(store, NOW + ahead, WRONG)
    assert await documents(store, NOW) == ["bad bad_token"]
