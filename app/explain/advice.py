"""Turns the relay's state into advice: what is wrong, and what to do about it. Pure."""

from collections.abc import Sequence

import msgspec

from app.explain.pauses import Level, pause_of
from app.explain.refused import many, remedy, summary
from app.formatting import count, duration, number
from app.store.console_records import AlertChannel
from app.store.event_reports import Depths, MediumRefusal, Rest
from app.store.reports import Day

SLOW_MS = 5 * 60 * 1000
"""An event that is due, or a ping in the inbox, should not be older than this."""


class Advice(msgspec.Struct, frozen=True):
    """A sentence on what is wrong, one on what to do, and the page that shows more.

    `only`: what that page is to show alone. `key`: which sentence it is, whatever figures it has.
    `brief`: the same without what HubSpot and visitors said, which may hold ids; empty: as it is.
    """

    level: Level
    says: str
    do: str = ""
    path: str = ""
    only: str = ""
    key: str = ""
    brief: str = ""


def advise(
    depths: Depths,
    refused: Sequence[MediumRefusal],
    today: Day,
    now: int,
    *,
    collects: bool,
    channels: Sequence[AlertChannel] = (),
) -> list[Advice]:
    """All advice, the most serious first; a positive one if nothing is wrong.

    `refused`: media. `collects`: this process does nothing else. `channels`: the message channels
    for alerts.
    """
    found = [*_faults(depths, now, collects=collects)]
    found += [_unsent(each) for each in channels if each.fault]
    if refused:
        todo = f"What to do: {remedy(refused)}."
        found.append(
            Advice(
                "wait",
                f"{summary(refused)}.",
                todo,
                "/console/media",
                "refused",
                key="refused_media",
                brief=f"HubSpot refuses {many(refused)}.",
            )
        )
    found.sort(key=lambda each: ("bad", "wait", "good").index(each.level))
    if found:
        return found
    if not (today.pings or depths.inbox):
        return [
            Advice(
                "wait",
                "No ping has arrived today.",
                "If you expect some, the page Embed says why they may not arrive.",
                "/console/embed",
                key="no_pings",
            )
        ]
    return [Advice("good", "All is well: pings arrive, and their events are sent.")]


def _faults(depths: Depths, now: int, *, collects: bool) -> list[Advice]:
    found = []
    if depths.paused_until > now:
        pause = pause_of(depths.pause_reason)
        rest = f"Sending is paused for another {duration(depths.paused_until - now)}"
        found.append(
            Advice(
                pause.level,
                f"{pause.says} {rest}{pause.detail}.",
                pause.do,
                pause.path,
                key=pause.reason,
                brief=pause.says,
            )
        )
    found += [_resting(each, now) for each in depths.resting]
    if depths.due_age > SLOW_MS and not (depths.paused_until > now or depths.resting):
        found.append(
            Advice(
                "wait",
                f"The oldest event has been due for {duration(depths.due_age)}: more events arrive "
                "than HubSpot's rate limit allows, or no process delivers them.",
                _slow(collects=collects),
                "/console/doctor",
                key="slow",
            )
        )
    if depths.inbox_age > SLOW_MS:
        found.append(
            Advice(
                "bad",
                f"A ping has waited for {duration(depths.inbox_age)} to be processed.",
                "A process with the role all or deliver must run with this store.",
                "/console/doctor",
                key="unread",
            )
        )
    if depths.quarantined:
        found.append(
            Advice(
                "bad",
                f"{count(depths.quarantined, 'ping')} could not be processed.",
                "This is a bug in playrelay, please report it; the pings are kept.",
                key="quarantined",
            )
        )
    if rejected := depths.outbox["rejected"]:
        found.append(
            Advice(
                "wait",
                f"HubSpot rejected {count(rejected, 'event')}.",
                "See why, fix the cause, and send them again.",
                "/console/rejected",
                key="rejected",
            )
        )
    if depths.errors_today * 25 > depths.requests_today >= 500:  # noqa: PLR2004 - 4 %, of enough
        found.append(
            Advice(
                "wait",
                f"{number(depths.errors_today)} of today's {number(depths.requests_today)} "
                "requests ended in an error; HubSpot allows less than 5 %.",
                "Today the relay sends no more events whose visitor HubSpot may not know.",
                key="errors",
            )
        )
    return found


def _resting(rest: Rest, now: int) -> Advice:
    """A destination that rests, though the account does not."""
    pause = pause_of(rest.reason)
    left = f"Sending to {rest.destination} is paused for another {duration(rest.until - now)}"
    return Advice(
        pause.level,
        f"{pause.says} {left}{pause.detail}.",
        pause.do,
        pause.path,
        key=f"{rest.destination}:{pause.reason}",
        brief=f"{pause.says} Sending to {rest.destination} is paused.",
    )


def _unsent(channel: AlertChannel) -> Advice:
    waiting = count(channel.waiting, "message waits", "messages wait")
    return Advice(
        "wait",
        f"The last message by {channel.channel} was not accepted: {channel.fault}. {waiting}.",
        "Correct its settings, and try them with playrelay alert test.",
        "/console/doctor",
    )


def _slow(*, collects: bool) -> str:
    if collects:
        return "This process only collects: check that one with the role deliver runs."
    return "If it lasts, send fewer milestones (PLAYRELAY_MILESTONES, PLAYRELAY_EVENTS)."
