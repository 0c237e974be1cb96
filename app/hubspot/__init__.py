"""The only room that speaks HubSpot: client, request bodies, tokens, error classes."""
