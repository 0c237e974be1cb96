"""The steps of a play's history: its pings, its look-up, its events. Pure."""

import msgspec

from app.domain.destination import MEDIA_BRIDGE
from app.domain.identity import IdentitySource
from app.explain.words import milestone
from app.formatting import count, moment
from app.store.event_reports import OutboxEntry, PlayHistory

IDENTITY_SOURCES: dict[IdentitySource, str] = {
    "signed": "the contactId that your server signed",
    "usertoken": "the usertoken (the hubspotutk cookie)",
    "mail": "the link in a HubSpot email (_hsenc)",
    "passthrough": "the usertoken, which HubSpot resolves itself",
    "media-bridge": "the contact to which the Media Bridge assigned the play",
}

RELAY_REASONS = {
    "medium_refused": "without being sent, because HubSpot refused the medium shortly before",
    "unsendable": "by the relay",
    "unreadable": "by the relay",
}
"""Who rejected an event, if not HubSpot."""


class Step(msgspec.Struct, frozen=True):
    """One thing that happened, or will happen, at `at` (ms since the epoch)."""

    at: int
    what: str


def steps_of(history: PlayHistory) -> list[Step]:
    """What happened to the play, and what will, in order."""
    play = history.play
    steps = [
        Step(play.started_at, "the play began"),
        Step(
            history.received_at,
            f"the last of {count(history.pings, 'ping')} arrived: {play.covered:.0f} % watched",
        ),
        *(_looked_up(history)),
        *(_ended(event) for event in history.events),
    ]
    if play.second_utk is not None:
        conflict = "another usertoken arrived for the same session: the first one counts"
        steps.append(Step(play.second_utk[0], conflict))
    if history.settles_at is not None:
        steps.append(
            Step(history.settles_at, "its attention span becomes final, unless more is watched")
        )
    return sorted(steps, key=lambda step: step.at)


def _looked_up(history: PlayHistory) -> list[Step]:
    asked = history.lookup
    if asked is None or asked.last_at is None:
        return []
    who = f"contact {asked.contact_id}" if asked.contact_id else "no contact"
    return [Step(asked.last_at, f"the usertoken was looked up at HubSpot: {who}")]


def _to(event: OutboxEntry) -> str:
    """Where the event went, if not to the Media Bridge."""
    return "" if event.destination == MEDIA_BRIDGE else f" ({event.destination})"


def _ended(event: OutboxEntry) -> Step:
    what = f"{milestone(event.event, event.value)}{_to(event)}: {event.status}"
    answer = event.answer
    if event.status == "delivered":
        source = IDENTITY_SOURCES.get(answer.get("rung"), "")  # type: ignore[call-overload] # from our own JSON
        contact = answer.get("contact_id")
        to = f"to contact {contact}, " if contact else ""
        what += f" {to}identified by {source}"
    elif event.reason in RELAY_REASONS:
        what += f", {RELAY_REASONS[event.reason]}: {answer.get('message')}"
    elif message := answer.get("message"):
        reference = f" [{answer['correlation_id']}]" if answer.get("correlation_id") else ""
        what += f"; HubSpot said: {message}{reference}"
    elif event.reason:
        what += f" ({event.reason})"
    if event.status == "rejected" and event.due_at:
        what += f"; it is sent again at {moment(event.due_at)}"
    return Step(event.occurred_at, what)
