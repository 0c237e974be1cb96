"""Installs the OAuth app in a HubSpot account and keeps the tokens that HubSpot grants."""
