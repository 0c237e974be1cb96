"""HubSpot's API: client, request bodies, tokens, classes of answers."""
