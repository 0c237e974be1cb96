"""All of the console's routes."""

from collections.abc import Callable

from fastapi import FastAPI

from app.config import Settings
from app.console import api
from app.console.access import Access
from app.console.files import Files
from app.console.pages import (
    audit,
    compare,
    connect,
    doctor,
    embed,
    links,
    live,
    media,
    medium,
    now,
    play,
    rejected,
    sample,
    shared,
    sign_in,
    watchers,
    why,
)
from app.console.rendering import Renderer
from app.console.view import Console

PAGES = (
    *(sign_in, now, live, media, compare, medium, watchers, play),
    *(rejected, embed, links, shared, connect, doctor, audit, sample),
)
"""The page modules, each with its `routes()`."""


def add_console(
    app: FastAPI, settings: Settings, clock: Callable[[], float], wall: Callable[[], float]
) -> None:
    """Add the console to the app. `clock`: monotonic seconds; `wall`: seconds since the epoch."""
    base = settings.base_path
    files = Files(base)
    app.state.console = Console(Access(settings, clock, wall), Renderer(files, base))
    app.include_router(files.routes())
    app.include_router(why.routes())
    app.include_router(api.routes())
    for page in PAGES:
        app.include_router(page.routes(), include_in_schema=False)
