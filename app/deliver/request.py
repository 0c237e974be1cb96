"""Builds the body that HubSpot expects for a claimed event, at either destination."""

from app.domain.identity import Identity
from app.hubspot.bodies import (
    Body,
    Occurrence,
    Subject,
    attention_body,
    percent_body,
    played_body,
)
from app.hubspot.custom_events import EventForm, event_body, event_uuid
from app.store.event_reports import OutboxEntry
from app.store.records import Job


def body_of(job: Job | OutboxEntry, identity: Identity) -> Body:
    """The play in its current state, with the time at which the milestone was reached."""
    play = job.play
    occurrence = Occurrence(
        subject=Subject(identity.contact_id, identity.contact_utk, identity.hsenc),
        page=play.page[2],
        medium=play.medium,
        session_id=play.session_id,
        occurred_at=job.occurred_at,
    )
    if job.event == "media-played-percent":
        return percent_body(occurrence, int(job.value))
    if job.event == "attention-span":
        return attention_body(occurrence, play.spans)
    return played_body(occurrence, "VIEWED" if job.value == "VIEWED" else "STARTED")


def custom_event_of(job: Job | OutboxEntry, identity: Identity, form: EventForm) -> Body:
    """The same as a custom event; its uuid is the same in every request for this event."""
    return event_body(
        form,
        uuid=event_uuid(job.play, job.event, job.value, job.id),
        identity=identity,
        play=job.play,
        event=job.event,
        value=job.value,
        occurred_at=job.occurred_at,
    )
