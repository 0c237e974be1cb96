"""How a command asks for the settings, and what it is told when they are wrong."""

import difflib
import os
from collections.abc import Mapping

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from app.settings.accounts import accounts_of
from app.settings.faults import field_of, told
from app.settings.model import PREFIX, Settings, SettingsError, variable_name


def load_settings(env_file: str | None = ".env") -> Settings:
    """Read the environment, and the file of sites. Raises SettingsError, one line per fault."""
    try:
        settings = Settings(_env_file=env_file)
    except ValidationError as error:
        raise SettingsError([_line(fault) for fault in error.errors()]) from None
    accounts_of(settings)
    return settings


def unknown_variables(
    environment: Mapping[str, str] = os.environ, settings: Settings | None = None
) -> list[str]:
    """One line for each PLAYRELAY_ variable that nothing reads, with the likely meaning.

    `settings`: a variable that their file of sites names is read.
    """
    known = {variable_name(field) for field in Settings.model_fields}
    if settings is not None and settings.file is not None:
        known |= settings.file.variables
    unknown = sorted(name for name in environment if name.startswith(PREFIX) and name not in known)
    lines = []
    for name in unknown:
        near = difflib.get_close_matches(name, known, n=1)
        lines.append(f"{name} is not a setting" + (f": did you mean {near[0]}?" if near else ""))
    return lines


def _line(fault: ErrorDetails) -> str:
    field = field_of(fault)
    return f"{variable_name(field)}: {told(fault)}" if field else told(fault)
