"""Turns rows into the records that people see."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from app.domain.destination import Destination
from app.domain.identity import Identity, Unknown
from app.domain.outcome import STATUSES, Rejected, Status
from app.domain.play import Play
from app.domain.timestamps import DAY_MS
from app.store.event_reports import (
    Depths,
    LookupRecord,
    MediumRefusal,
    OutboxEntry,
    PlayHistory,
    Rest,
)
from app.store.rules.plays import shown

_decode_rejected = msgspec.json.Decoder(Rejected).decode

_COUNT = "(SELECT count(*) FROM {rows}) AS {name}"
_COUNT_TO = "(SELECT count(*) FROM (SELECT 1 FROM {rows} LIMIT {most}) AS found) AS {name}"


def counts(rows: Mapping[str, str], most: int | None) -> str:
    """A column for each of `rows` (table and condition, by name): how many, as far as `most`.

    One by one: each can be read along an index that holds just those rows.
    """
    count = _COUNT if most is None else _COUNT_TO
    return ", ".join(count.format(name=name, rows=each, most=most) for name, each in rows.items())


def depths_of(
    row: Any,
    now: int,
    elsewhere: Mapping[Destination, Iterable[Any]],
    resting: Iterable[Any],
) -> Depths:
    """How many rows are in which state.

    `row`: how many events there are of each status; `inbox`, `strangers`, `quarantined` and
    `quota_used` as in `Depths`; since when `inbox_oldest` and `oldest_due` (or None) are there; of
    the account `paused_until`, `reason`, and the `requests` and `errors` of its `day`.
    `elsewhere`: status and count, by destination. `resting`: the columns of a `Rest`.
    """
    counted: dict[Destination, dict[Status, int]] = {
        destination: {status: count for status, count in rows}  # noqa: C416 - rows are no pairs
        for destination, rows in elsewhere.items()
    }
    today = row["day"] == now // DAY_MS
    return Depths(
        inbox=row["inbox"],
        inbox_age=_age(row["inbox_oldest"], now),
        outbox={status: row[status] for status in STATUSES},
        due_age=_age(row["oldest_due"], now),
        strangers=row["strangers"],
        quarantined=row["quarantined"],
        paused_until=row["paused_until"],
        pause_reason=row["reason"],
        quota_used=row["quota_used"],
        requests_today=row["requests"] if today else 0,
        errors_today=row["errors"] if today else 0,
        elsewhere={name: each for name, each in counted.items() if each},
        resting=[Rest(*each) for each in resting],
    )


def entry_of(row: Iterable[Any]) -> OutboxEntry:
    """An event of the outbox: the columns of an entry in their order, then its play's state."""
    *columns, destination, answer, state = row
    # The columns are in the order of the fields, and the tables keep their types.
    return OutboxEntry(*columns, json.loads(answer), shown(state), destination)  # type: ignore[call-arg]


def medium_refusal(medium: str, times: int, try_at: int, answer: bytes | str) -> MediumRefusal:
    """A medium that HubSpot refused with that answer, as JSON."""
    said = _decode_rejected(answer)
    return MediumRefusal(medium, times, try_at, said.message or said.category or said.reason)


def history_of(
    row: Iterable[Any],
    play: Play,
    mail_owner: str | None,
    identity: Identity | Unknown,
    events: list[OutboxEntry],
) -> PlayHistory:
    """A play and all that became of it.

    `row`: id, state, pings, received_at, settles_at, watched_by, utk, and of its
    usertoken asked, asked_at, contact_id, ask_by.
    """
    play_row, _, pings, received_at, settles_at, watched_by, utk, *asked = row
    return PlayHistory(
        play=play,
        pings=pings,
        received_at=received_at,
        settles_at=settles_at,
        lookup=LookupRecord(*asked) if utk is not None and asked[0] is not None else None,
        mail_owner=mail_owner,
        identity=identity,
        events=events,
        watched_by=watched_by,
        id=play_row,
    )


def _age(since: int | None, now: int) -> int:
    return max(0, now - since) if since else 0
