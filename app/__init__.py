"""playrelay: the self-hosted relay between any web player and HubSpot.

A ping walks through the rooms in this order: `collect` → `store` → `fold` → `store` → `deliver`
→ `hubspot`. What they decide is decided in `domain`, which knows no I/O.
"""

__version__ = "0.1.0"
