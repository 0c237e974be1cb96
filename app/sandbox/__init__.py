"""A strict HubSpot stand-in for demos, dry runs and tests, with faults on demand."""
