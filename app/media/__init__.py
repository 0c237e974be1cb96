"""HubSpot's media objects: fetched, matched to reported media, created where they are missing."""
