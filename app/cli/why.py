"""`playrelay why`: what became of the plays of a session, a visitor or a contact."""

import argparse
import asyncio
import sys

import msgspec

from app.bootstrap import now_ms, open_store
from app.settings import load_settings
from app.why.find import stories
from app.why.story import Story
from app.why.words import moment


def why(given: argparse.Namespace) -> int:
    """Tell each play's walk; exit status 1 if nothing is known."""
    told = asyncio.run(_stories(given.who, given.limit))
    if given.json:
        print(msgspec.json.format(msgspec.json.encode(told), indent=2).decode())
    else:
        print("\n\n".join(map(_text, told)))
    if told:
        return 0
    print(
        "playrelay: no play is known by that. It may have arrived a moment ago, may be too old "
        "(see PLAYRELAY_RETAIN_DAYS and PLAYRELAY_PARK_DAYS), or its pings never arrived: "
        "data-debug on the script tag says in the browser's console why not",
        file=sys.stderr,
    )
    return 1


async def _stories(who: str, limit: int) -> list[Story]:
    store = await open_store(load_settings())
    try:
        return await stories(store, who, now_ms(), limit)
    finally:
        await store.close()


def _text(story: Story) -> str:
    steps = (f"  {moment(step.at)}  {step.what}" for step in story.steps)
    return "\n".join((story.title, f"  → {story.verdict}", *steps))
