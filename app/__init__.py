"""playrelay: the self-hosted relay between any web player and HubSpot.

A ping passes through the packages in this order: `collect` → `store` → `fold` → `store` →
`deliver` → `hubspot`. All decisions are pure functions in `domain`, which does no I/O.
"""

__version__ = "0.1.0"
