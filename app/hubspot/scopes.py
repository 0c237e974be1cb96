"""The scopes that HubSpot's published specs require, and what the relay needs each for."""

from collections.abc import Mapping

from app.domain.destination import Destination

EVENTS = "media_bridge.write"
"""Sending events, and registering media (together with `files`)."""

CONTACTS = "crm.objects.contacts.read"
"""Looking up the contact of a usertoken, and reading contacts' names."""

MEDIA = "media_bridge.read"
"""Listing media objects."""

DEVELOPERS = ("developers-read", "developers-write")
"""Naming the media provider and showing its events, without the developer account's key."""

FILES = "files"
"""Registering media, together with `media_bridge.write`."""

CUSTOM_EVENTS = "analytics.behavioral_events.send"
"""Sending custom events."""

DEFINITIONS = "behavioral_events.event_definitions.read_write"
"""Defining the custom event (`playrelay events define`)."""

OF_DESTINATIONS: Mapping[Destination, str] = {
    "media-bridge": EVENTS,
    "custom-events": CUSTOM_EVENTS,
}
"""The scopes for sending events to each destination."""
