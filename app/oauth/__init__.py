"""Leads through installing the OAuth app, and keeps what HubSpot grants."""
