"""The paths of the repository's files that tests read."""

from pathlib import Path

ROOT = Path(__file__).parent.parent
"""The checkout."""

MEDIA_ADDRESSES = ROOT / "tests" / "media_addresses.json"
"""Addresses of vendors' players and what the tracker and the relay both make of them."""
