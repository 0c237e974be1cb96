"""The scopes that HubSpot's published specs ask for, and what the relay needs each for."""

from collections.abc import Mapping

from app.domain.destination import Destination

EVENTS = "media_bridge.write"
"""Sending events, and half of registering media."""

CONTACTS = "crm.objects.contacts.read"
"""Looking up whose a usertoken is, and reading contacts' names."""

MEDIA = "media_bridge.read"
"""Listing media objects."""

DEVELOPERS = ("developers-read", "developers-write")
"""Naming the media provider and showing its events, without the developer account's key."""

FILES = "files"
"""The other half of registering media."""

CUSTOM_EVENTS = "analytics.behavioral_events.send"
"""Sending custom events."""

DEFINITIONS = "behavioral_events.event_definitions.read_write"
"""Defining the custom event (`playrelay events define`)."""

OF_DESTINATIONS: Mapping[Destination, str] = {
    "media-bridge": EVENTS,
    "custom-events": CUSTOM_EVENTS,
}
"""What sending events to each destination needs."""
