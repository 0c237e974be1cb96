"""The scopes that HubSpot's published specs ask for, and what the relay needs each for."""

EVENTS = "media_bridge.write"
"""Sending events, and half of registering media."""

CONTACTS = "crm.objects.contacts.read"
"""Looking up whose a usertoken is."""

MEDIA = "media_bridge.read"
"""Listing media objects."""

DEVELOPERS = ("developers-read", "developers-write")
"""Naming the media provider and showing its events, without the developer account's key."""

FILES = "files"
"""The other half of registering media."""
