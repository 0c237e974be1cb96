"""A play's walk as a person wants to hear it: a verdict first, then what happened, in order. Pure.

Tokens are never told: neither the usertoken nor the `_hsenc`.
"""

import msgspec

from app.domain.identity import Rung, Unknown
from app.domain.play import Play
from app.explain.words import count, medium_of, milestone, moment, page_of
from app.store.values import OutboxEntry, Walk

BY: dict[Rung, str] = {
    "signed": "the contactId that your server signed",
    "usertoken": "the usertoken (the hubspotutk cookie)",
    "mail": "the link of a HubSpot mail (_hsenc)",
    "passthrough": "the usertoken, which HubSpot converts",
}

UNKNOWN = {
    "lookup": "HubSpot has not been asked yet whose usertoken the visitor carries",
    "stranger": "HubSpot knows no contact by the visitor's usertoken (yet)",
    "anonymous": (
        "the visitor brought nothing to be known by: no hubspotutk cookie (no consent, or no "
        "HubSpot tracking code on the page), no link of a HubSpot mail, no signed contactId"
    ),
    "forwarded": (
        "the visitor brought nothing else to be known by: no hubspotutk cookie (no consent, or no "
        "HubSpot tracking code on the page), no signed contactId"
    ),
    "refused": "HubSpot knows nobody by what the visitor brought",
}

WAITS = {
    "error_guard": "put off until tomorrow: HubSpot may not know the visitor, and has answered as "
    "many errors today as it allows",
}

OURS = {
    "medium_refused": "without asking HubSpot, which refused the medium shortly before",
    "unsendable": "by the relay",
    "unreadable": "by the relay",
}
"""Of rejections that are not HubSpot's answer to the event."""


class Step(msgspec.Struct, frozen=True):
    """One thing that happened at `at` (ms since the epoch), or will."""

    at: int
    what: str


class Story(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of one play: in a sentence, and step by step. `contacts`: who has its events.

    `account`, `site`: where it was watched; "" where there is but one.
    """

    title: str
    verdict: str
    contacts: tuple[int, ...]
    steps: list[Step]
    account: str = ""
    site: str = ""


def tell(walk: Walk, pause: str = "", account: str = "") -> Story:
    """`pause`: why nothing is sent at the moment, if so (the account's reason)."""
    play = walk.play
    contacts = tuple(
        dict.fromkeys(
            int(event.answer["contact_id"])
            for event in walk.events
            if event.status == "delivered" and "contact_id" in event.answer
        )
    )
    title = f"{medium_of(play)}, on {page_of(play)} (session {play.session_id})"
    return Story(
        title, _verdict(walk, contacts, pause, account), contacts, _steps(walk), account, play.site
    )


def _verdict(walk: Walk, contacts: tuple[int, ...], pause: str, account: str) -> str:
    parts = []
    if contacts:
        delivered = sum(event.status == "delivered" for event in walk.events)
        whom = " and ".join(map(str, contacts))
        parts.append(f"{delivered} of {count(len(walk.events), 'event')} on contact {whom}")
    by_status = {status: _of(walk.events, status) for status in ("rejected", "waiting", "due")}
    if rejected := by_status["rejected"]:
        parts.append(_rejected(rejected, account))
    if waiting := by_status["waiting"]:
        parts.append(f"{count(len(waiting), 'event')} waiting: {_waits(walk, waiting[0])}")
    if due := by_status["due"]:
        rest = f"nothing is sent while the account rests ({pause})" if pause else "about to be sent"
        parts.append(f"{count(len(due), 'event')} due: {rest}")
    if sending := _of(walk.events, "sending"):
        parts.append(f"{count(len(sending), 'event')} on the way to HubSpot")
    if given_up := _of(walk.events, "unattributed"):
        events = count(len(given_up), "event")
        parts.append(f"{events} given up: the visitor did not become a contact in time")
    if discarded := _of(walk.events, "discarded"):
        parts.append(f"{count(len(discarded), 'event')} discarded by a person")
    return "; ".join(parts) or _no_events(walk.play)


def _rejected(events: list[OutboxEntry], account: str) -> str:
    said = events[0].answer.get("message") or events[0].reason
    ids = " ".join(str(event.id) for event in events)
    events_are = f"{count(len(events), 'event')} rejected"
    by = OURS.get(events[0].reason, "by HubSpot")
    return (
        f"{events_are} {by} ({said}): mend the cause, then "
        f"playrelay outbox requeue {ids}{f' --account {account}' if account else ''}"
    )


def _of(events: list[OutboxEntry], status: str) -> list[OutboxEntry]:
    return [event for event in events if event.status == status]


def _no_events(play: Play) -> str:
    if play.handed_on:
        return "all its events have ended, and are no longer kept"
    return "nothing of it is an event yet (see PLAYRELAY_EVENTS and PLAYRELAY_MILESTONES)"


def _waits(walk: Walk, event: OutboxEntry) -> str:
    if event.reason in WAITS:
        return WAITS[event.reason]
    why = walk.identity.why if isinstance(walk.identity, Unknown) else event.reason
    utk = walk.play.utk[1] if walk.play.utk else None
    forwarded = walk.mail_owner is not None and walk.mail_owner != utk
    if forwarded and why == "anonymous":
        why = "forwarded"
    parts = [UNKNOWN.get(why, why)]
    if said := event.answer.get("message"):
        parts.append(f"its words: {said}")
    if forwarded:
        parts.append(
            "the link of the mail is not believed, since it came with another visitor before: "
            "mails are forwarded"
        )
    if walk.asked is not None and walk.asked.next_at is not None:
        parts.append(f"it is asked again by {moment(walk.asked.next_at)}")
    return "; ".join(parts)


def _steps(walk: Walk) -> list[Step]:
    play = walk.play
    steps = [
        Step(play.started_at, "the play began"),
        Step(
            walk.received_at,
            f"the last of {count(walk.pings, 'ping')} arrived: {play.covered:.0f} % watched",
        ),
        *(_looked_up(walk)),
        *(_ended(event) for event in walk.events),
    ]
    if play.second_utk is not None:
        conflict = "another usertoken came with the same session: the one heard first counts"
        steps.append(Step(play.second_utk[0], conflict))
    if walk.settles_at is not None:
        steps.append(Step(walk.settles_at, "its attention span is final, unless more is watched"))
    return sorted(steps, key=lambda step: step.at)


def _looked_up(walk: Walk) -> list[Step]:
    asked = walk.asked
    if asked is None or asked.last_at is None:
        return []
    who = f"contact {asked.contact_id}" if asked.contact_id else "nobody it knows"
    return [Step(asked.last_at, f"HubSpot was asked whose usertoken it is: {who}")]


def _ended(event: OutboxEntry) -> Step:
    what = f"{milestone(event.event, event.value)}: {event.status}"
    answer = event.answer
    if event.status == "delivered":
        rung = BY.get(answer.get("rung"), "")  # type: ignore[call-overload] # from our own JSON
        what += f" to contact {answer.get('contact_id')}, known by {rung}"
    elif event.reason in OURS:
        what += f", {OURS[event.reason]}: {answer.get('message')}"
    elif message := answer.get("message"):
        reference = f" [{answer['correlation_id']}]" if answer.get("correlation_id") else ""
        what += f"; HubSpot said: {message}{reference}"
    elif event.reason:
        what += f" ({event.reason})"
    return Step(event.occurred_at, what)
