"""`playrelay embed`: the snippet for the pages, from the settings at hand."""

import argparse

from app.settings import load_settings


def embed(given: argparse.Namespace) -> int:
    """Print the one line that a page needs."""
    settings = load_settings()
    address = given.url or f"http://{settings.host}:{settings.port}"
    print(f'<script async src="{address.rstrip("/")}/playrelay.js"></script>')
    return 0
