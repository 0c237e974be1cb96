"""Checks of the events so far (rejected, late, failed), the quota, the disk and the clock."""

import shutil
from collections.abc import Iterator, Sequence

from app.collect.admission import LEAST_FREE_BYTES
from app.config import Settings, is_postgresql
from app.deliver.maintenance import KEEP_TIME
from app.doctor.finding import Finding
from app.domain.timestamps import DAY_MS
from app.explain.pauses import why_paused
from app.formatting import count, duration, number, percent
from app.runtime.policies import quota_of
from app.store.console_records import CLOCK, AuditEntry
from app.store.event_reports import Depths
from app.store.sqlite.files import path_of

LATE_MS = 10 * 60 * 1000
"""Age from which work is late: no process seems to do it."""

ERRORS_ALLOWED = 0.05
"""Share of a day's requests that may fail before HubSpot acts against the app."""

NEAR = 0.8
FEW_REQUESTS = 50


def outcomes(settings: Settings, depths: Depths) -> Iterator[Finding]:
    """Yield a finding for each figure of the store."""
    yield _rejected(depths)
    yield _late(depths)
    for each in depths.resting:
        yield Finding("delivery", f"to {each.destination} is paused", why_paused(each.reason))
    yield _errors(depths)
    rate = quota_of(settings).rate
    yield Finding("quota", f"{depths.quota_used} of {rate} requests of this window are used")
    if not is_postgresql(settings.database_url):
        yield disk(settings.database_url)


def _rejected(depths: Depths) -> Finding:
    rejected = depths.outbox["rejected"]
    if rejected:
        elsewhere = {name: each.get("rejected", 0) for name, each in depths.elsewhere.items()}
        of_them = ", ".join(f"{number(many)} by {name}" for name, many in elsewhere.items() if many)
        return Finding(
            "events",
            f"{count(rejected, 'event is', 'events are')} rejected"
            f"{f', {of_them}' if of_them else ''}",
            "see why with playrelay outbox list --status rejected, fix the cause, then run "
            "playrelay outbox requeue --rejected",
        )
    return Finding("events", "none is rejected")


def _late(depths: Depths) -> Finding:
    due, waiting = depths.outbox["due"], number(depths.outbox["waiting"])
    if depths.due_age > LATE_MS:
        return Finding(
            "delivery",
            f"the oldest of {count(due, 'due event')} has waited for {duration(depths.due_age)}",
            "check that a process delivers; its log says what it waits for",
        )
    if depths.inbox_age > LATE_MS:
        return Finding(
            "delivery",
            f"the oldest of {count(depths.inbox, 'ping')} has waited for "
            f"{duration(depths.inbox_age)}",
            "check that a process delivers (PLAYRELAY_ROLE)",
        )
    return Finding("delivery", f"{number(due)} events due, {waiting} waiting for their contact")


def _errors(depths: Depths) -> Finding:
    requests, errors = depths.requests_today, depths.errors_today
    says = f"{number(errors)} of {count(requests, 'request')} failed today"
    if requests >= FEW_REQUESTS and errors >= requests * ERRORS_ALLOWED * NEAR:
        return Finding(
            "errors",
            f"{says} ({percent(errors, requests)})",
            f"HubSpot allows {ERRORS_ALLOWED:.0%}: see the reasons in the log",
        )
    return Finding("errors", says)


def disk(database_url: str) -> Finding:
    """Check the free space on the disk of the SQLite file."""
    folder = path_of(database_url).parent
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    says = f"{number(free / 2**20)} MiB are free"
    if free < LEAST_FREE_BYTES:
        return Finding("disk", says, f"free up space at {folder}: without it no ping is stored")
    return Finding("disk", says)


def steps(entries: Sequence[AuditEntry], now: int) -> Iterator[Finding]:
    """Report a clock that stepped within the last day. `entries`: the audit log, latest first."""
    for entry in entries:
        if entry.what == CLOCK and entry.at > now - DAY_MS:
            when = f"{duration(now - entry.at)} ago" if now > entry.at else "just now"
            says = f"{when}: {entry.subject}"
            yield Finding("clock", says, KEEP_TIME)
            return
