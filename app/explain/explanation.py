"""Explains the history of a play: a verdict first, then what happened, in order. Pure.

It never contains a token: neither the usertoken nor the `_hsenc`.
"""

from collections.abc import Mapping

import msgspec

from app.domain.destination import DESTINATIONS, MEDIA_BRIDGE, TAKES_MAILS, Destination
from app.domain.identity import Identity, Unknown
from app.domain.play import Play
from app.explain.steps import RELAY_REASONS, Step, steps_of
from app.explain.words import medium_of, page_of
from app.formatting import count, moment
from app.store.event_reports import OutboxEntry, PlayHistory

_NO_COOKIE = "no hubspotutk cookie (no consent, or no HubSpot tracking code on the page)"

UNKNOWN = {
    "lookup": "the visitor's usertoken has not been looked up at HubSpot yet",
    "stranger": "HubSpot knows no contact with the visitor's usertoken (yet)",
    "anonymous": f"the visitor has no identity: {_NO_COOKIE}, no link from a HubSpot email, "
    "no signed contactId",
    "forwarded": f"the visitor has no other identity: {_NO_COOKIE}, no signed contactId",
    "refused": "HubSpot knows no contact with the visitor's identity",
}

WAITS = {
    "error_guard": "postponed until tomorrow: HubSpot may not know the visitor, and today's errors "
    "have reached HubSpot's limit",
}


class Explanation(msgspec.Struct, frozen=True, omit_defaults=True):
    """The history of one play: a verdict, and the steps. `contacts`: those with its events.

    `account`, `site`: where it was watched; "" if there is only one.
    """

    title: str
    verdict: str
    contacts: tuple[int, ...]
    steps: list[Step]
    account: str = ""
    site: str = ""


Pauses = Mapping[Destination, str]
"""Why sending is paused, by destination."""

NO_PAUSES: Pauses = {}


def explain(history: PlayHistory, pauses: Pauses = NO_PAUSES, account: str = "") -> Explanation:
    """Explain one play."""
    play = history.play
    contacts = _contacts(history.events)
    title = f"{medium_of(play)}, on {page_of(play)} (session {play.session_id})"
    return Explanation(
        title,
        _verdict(history, pauses, account),
        contacts,
        steps_of(history),
        account,
        play.site,
    )


def _verdict(history: PlayHistory, pauses: Pauses, account: str) -> str:
    parts = []
    for destination in DESTINATIONS:
        events = [each for each in history.events if each.destination == destination]
        if said := _of_destination(history, events, pauses.get(destination, ""), account):
            name = "" if destination == MEDIA_BRIDGE else f"{destination}: "
            parts.append(f"{name}{said}")
    if held := len(history.play.held):
        milestones = count(held, "milestone")
        why = _short_of(history.play) or f"but not sent: {_unknown(history)}"
        parts.append(f"{milestones} reached, {why}")
    return "; ".join(parts) or _no_events(history.play)


def _of_destination(
    history: PlayHistory, events: list[OutboxEntry], pause: str, account: str
) -> str:
    """What happened to the events for one destination."""
    parts = []
    delivered = len(_of(events, "delivered"))
    if contacts := _contacts(events):
        named = " and ".join(map(str, contacts))
        parts.append(f"{delivered} of {count(len(events), 'event')} on contact {named}")
    elif delivered:
        parts.append(
            f"{delivered} of {count(len(events), 'event')} accepted, without naming a contact"
        )
    if rejected := _of(events, "rejected"):
        parts.append(_rejected(rejected, account))
    if waiting := _of(events, "waiting"):
        parts.append(f"{count(len(waiting), 'event')} waiting: {_waits(history, waiting[0])}")
    if due := _of(events, "due"):
        rest = f"sending is paused ({pause})" if pause else "about to be sent"
        parts.append(f"{count(len(due), 'event')} due: {rest}")
    if sending := _of(events, "sending"):
        parts.append(f"{count(len(sending), 'event')} being sent to HubSpot")
    if given_up := _of(events, "unattributed"):
        what = count(len(given_up), "event")
        parts.append(f"{what} given up: the visitor did not become a contact in time")
    if discarded := _of(events, "discarded"):
        off = discarded[0].reason == "destination_off"
        why = "because its destination was turned off" if off else "by an operator"
        parts.append(f"{count(len(discarded), 'event')} discarded {why}")
    return "; ".join(parts)


def _contacts(events: list[OutboxEntry]) -> tuple[int, ...]:
    """The contacts that have events, each once."""
    return tuple(
        dict.fromkeys(
            int(event.answer["contact_id"])
            for event in events
            if event.status == "delivered" and "contact_id" in event.answer
        )
    )


def _rejected(events: list[OutboxEntry], account: str) -> str:
    said = events[0].answer.get("message") or events[0].reason
    ids = " ".join(str(event.id) for event in events)
    events_are = f"{count(len(events), 'event')} rejected"
    by = RELAY_REASONS.get(events[0].reason, "by HubSpot")
    once_more = [event.due_at for event in events if event.due_at]
    again = (
        f"sent again automatically at {moment(min(once_more))}; or sooner: " if once_more else ""
    )
    return (
        f"{events_are} {by} ({said}): {again}fix the cause, then "
        f"playrelay outbox requeue {ids}{f' --account {account}' if account else ''}"
    )


def _of(events: list[OutboxEntry], status: str) -> list[OutboxEntry]:
    return [event for event in events if event.status == status]


def _short_of(play: Play) -> str:
    """Why a play's milestones are held back for too little attention; empty if they are not."""
    if not play.short_of:
        return ""
    bound = "PERCENT" if play.short_of.endswith("%") else "SECONDS"
    less = f"less than {play.short_of} was watched (PLAYRELAY_LEAST_{bound})"
    return f"held back because {less}; sent once more is watched"


def _no_events(play: Play) -> str:
    if why := _short_of(play):
        return f"nothing is sent: {why}"
    if play.handed_on:
        return "all its events are finished and no longer kept"
    return "it has not reached an event yet (see PLAYRELAY_EVENTS and PLAYRELAY_MILESTONES)"


def _waits(history: PlayHistory, event: OutboxEntry) -> str:
    if event.reason in WAITS:
        return WAITS[event.reason]
    known = history.identity
    by_mail = isinstance(known, Identity) and known.source == "mail"
    if by_mail and event.destination not in TAKES_MAILS:
        return "custom events don't accept an email's link, and the visitor has no other identity"
    return _unknown(history, event.reason, event.answer.get("message", ""))


def _unknown(history: PlayHistory, reason: str = "anonymous", said: str | int = "") -> str:
    why = history.identity.why if isinstance(history.identity, Unknown) else reason
    utk = history.play.utk[1] if history.play.utk else None
    forwarded = history.mail_owner is not None and history.mail_owner != utk
    if forwarded and why == "anonymous":
        why = "forwarded"
    parts = [UNKNOWN.get(why, why)]
    if said:
        parts.append(f"HubSpot said: {said}")
    if forwarded:
        parts.append(
            "the email's link is not used, because it arrived with another visitor before "
            "(emails get forwarded)"
        )
    if history.lookup is not None and history.lookup.next_at is not None:
        parts.append(f"the next look-up is by {moment(history.lookup.next_at)}")
    return "; ".join(parts)
