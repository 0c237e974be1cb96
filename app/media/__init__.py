"""HubSpot's media objects: listed, matched to what pages report, made where they are missing."""
