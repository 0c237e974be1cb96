"""Turns an error that ends a command into one line and an exit status.

Messages of libraries are not repeated: they may quote a password or a token.
"""

import traceback
from pathlib import Path

from app.config import SettingsError
from app.config.catalogue import CatalogueError
from app.hubspot.tokens import SealError
from app.store.errors import StoreError

FAILED = 1
WRONG_SETTINGS = 2
INTERRUPTED = 130


def line_and_status(error: BaseException) -> tuple[str, int]:
    """The message for the terminal, and the exit status."""
    if isinstance(error, KeyboardInterrupt):
        return "", INTERRUPTED
    if isinstance(error, SettingsError | CatalogueError | SealError):
        return str(error), WRONG_SETTINGS
    if isinstance(error, StoreError):
        return f"playrelay: {error}", FAILED
    if isinstance(error, BrokenPipeError):  # the reader of the output has closed it
        return "", FAILED
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if isinstance(error.filename, str) else ""
        return f"playrelay: {where}{error.strerror}: check it and start again", FAILED
    return (
        f"playrelay: failed with {type(error).__name__} ({_place(error)}): this is a bug, please "
        "report this line"
    ), FAILED


def _place(error: BaseException) -> str:
    """The last line of the relay's code in the traceback, and the last line of all."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "app" in Path(frame.filename).parts]
    places = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in (*ours[-1:], *frames[-1:])]
    return ", ".join(dict.fromkeys(places)) or "nowhere"
