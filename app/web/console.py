"""The console, loaded by the first request to it.

A relay that only collects never shows it. Without it the start takes a tenth less processor time,
and the process 5 MB less memory.
"""

# ruff: noqa: PLC0415 - modules of the console are loaded where they are first needed

import time

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

from app.config import Settings

_PATHS = ("/console", "/api/", "/demo")


def is_for_console(path: str) -> bool:
    """Whether the console answers there, or guards what does."""
    return path == "/" or path.startswith(_PATHS)


def load(app: FastAPI, settings: Settings) -> None:
    """Add the console's routes to the app."""
    from app.console.routes import add_console

    add_console(app, settings, time.monotonic, time.time)


async def admit(request: Request) -> None:
    """Admit whoever may see the console; else raise HTTPException."""
    from app.console.view import console_of

    await console_of(request).access.person(request)


def refusal_page(request: Request, error: HTTPException) -> Response | None:
    """The answer for a browser; None for a program, or for a path outside the console."""
    if not is_for_console(request.url.path):
        return None
    from app.console.refusals import refusal

    return refusal(request, error)
