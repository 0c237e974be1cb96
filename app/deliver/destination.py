"""The interface of a destination: how it turns an outbox row into a request, and sends it.

To add one: name it in `domain.destination`, write a class like those below, and list it in
`runtime.workers`. Claims, permits, pauses, outcomes and look-ups are the same for all.
"""

from collections.abc import Mapping
from typing import Protocol

import msgspec

from app.deliver.request import body_of, custom_event_of
from app.domain.destination import Destination
from app.domain.identity import Identity, IdentitySource
from app.hubspot.bodies import Body
from app.hubspot.client import HubSpotClient
from app.hubspot.custom_events import EventForm
from app.hubspot.results import SendResult
from app.store.event_reports import OutboxEntry
from app.store.records import Job


class Names(msgspec.Struct, frozen=True):
    """An API's field names for what it may refuse: the identity of each source, and the medium."""

    identities: Mapping[IdentitySource, str]
    medium: frozenset[str] = frozenset()


class EventDestination(Protocol):
    """Sends events to one API. `deliver.policy` decides by `names` what an answer means."""

    @property
    def names(self) -> Names:
        """The API's names for what it may refuse."""
        ...

    def body(self, job: Job | OutboxEntry, identity: Identity) -> Body:
        """Build the request body; makes no request. Raises if the event can't be expressed."""
        ...

    async def send(self, job: Job, body: Body) -> SendResult:
        """Send it once, and classify the answer."""
        ...


Destinations = Mapping[Destination, EventDestination]

MEDIA_BRIDGE_NAMES = Names(
    {
        "signed": "contactId",
        "usertoken": "contactId",
        "mail": "_hsenc",
        "passthrough": "contactUtk",
    },
    frozenset({"mediaBridgeId", "externalId"}),
)
CUSTOM_EVENT_NAMES = Names(
    {
        "signed": "objectId",
        "usertoken": "objectId",
        "media-bridge": "objectId",
        "passthrough": "utk",
    }
)


class MediaBridge:
    """HubSpot's Media Bridge: three kinds of events, on a contact and a media object."""

    names = MEDIA_BRIDGE_NAMES

    def __init__(self, hubspot: HubSpotClient) -> None:
        self._hubspot = hubspot

    def body(self, job: Job | OutboxEntry, identity: Identity) -> Body:
        """See `EventDestination`."""
        return body_of(job, identity)

    async def send(self, job: Job, body: Body) -> SendResult:
        """See `EventDestination`."""
        return await self._hubspot.send(job.event, body)


class CustomEvents:
    """HubSpot's custom events: one definition for all milestones, and a uuid for each event."""

    names = CUSTOM_EVENT_NAMES

    def __init__(self, hubspot: HubSpotClient, form: EventForm) -> None:
        self._hubspot = hubspot
        self._form = form

    def body(self, job: Job | OutboxEntry, identity: Identity) -> Body:
        """See `EventDestination`."""
        return custom_event_of(job, identity, self._form)

    async def send(self, job: Job, body: Body) -> SendResult:  # noqa: ARG002 - the protocol's
        """See `EventDestination`."""
        return await self._hubspot.send_custom_event(body)
