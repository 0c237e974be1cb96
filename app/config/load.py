"""Loads the configuration: the one place where settings are read, cleaned and checked."""

import os
from collections.abc import Mapping

import msgspec
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from app.config.accounts import accounts_of
from app.config.database import database_address
from app.config.errors import SettingsError
from app.config.messages import field_of, message_of
from app.config.network import network_faults
from app.config.sandbox import sandbox_faults, unknown_line
from app.config.settings import Settings, secret_fields
from app.config.sources import DOTENV, PREFIX, Sources, read_sources, variable_name

SECRETS = (*secret_fields(), "database_url")
"""Settings that can be read from a file: the database URL holds a password."""


class Loaded(msgspec.Struct, frozen=True):
    """The settings. `unknown`: a line for each variable, or value of one, that nothing reads.

    `dropped`: a line for each part of a setting that the relay ignores.
    """

    settings: Settings
    unknown: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()


def load_settings(env_file: str | None = DOTENV) -> Settings:
    """The settings alone. Raises SettingsError with one line for each fault."""
    return load(env_file).settings


def load(
    dotenv: str | None = DOTENV,
    variables: Mapping[str, str] = os.environ,
    *,
    sends: bool = True,
) -> Loaded:
    """Read the environment, `.env` and the files they name. Raises SettingsError.

    `sends`: whether the command may send events, so that the settings must say where.
    """
    sources = read_sources(Settings.model_fields, SECRETS, variables, dotenv)
    faults = [*sources.faults, *network_faults(variables)]
    settings = _settings(sources, faults)
    if settings is None or sources.faults:
        unknown = [unknown_line(name, sources) for name in sources.unknown]
        raise SettingsError([*faults, *unknown])
    sources = _without_secrets_of_sites(sources, settings)
    try:
        accounts_of(settings)
    except SettingsError as error:
        faults += error.faults
    else:
        faults += sandbox_faults(settings, sources) if sends else []
    if faults:
        raise SettingsError(faults)
    return Loaded(
        settings,
        (*(unknown_line(name, sources) for name in sources.unknown), *sources.repeated),
        tuple(_dropped(sources)),
    )


def unknown_variables(
    environment: Mapping[str, str] = os.environ, settings: Settings | None = None
) -> list[str]:
    """One line for each PLAYRELAY_ variable that nothing reads, with the name probably meant.

    `settings`: the variables that their file of sites names are read, too.
    """
    sources = read_sources(Settings.model_fields, SECRETS, environment, None)
    if settings is not None:
        sources = _without_secrets_of_sites(sources, settings)
    return [unknown_line(name, sources) for name in sources.unknown]


def _settings(sources: Sources, faults: list[str]) -> Settings | None:
    given = {name.removeprefix(PREFIX).lower(): value for name, value in sources.values.items()}
    try:
        return Settings.model_validate(given)
    except ValidationError as error:
        faults += [_line(fault, sources) for fault in error.errors()]
        return None


def _without_secrets_of_sites(sources: Sources, settings: Settings) -> Sources:
    """The sources, where variables from which the file of sites takes secrets are known."""
    if settings.file is None:
        return sources
    read = settings.file.variables
    unknown = tuple(name for name in sources.unknown if name not in read)
    return msgspec.structs.replace(sources, unknown=unknown, known=sources.known | read)


def _dropped(sources: Sources) -> list[str]:
    variable = variable_name("database_url")
    url = sources.values.get(variable)
    dropped = database_address(url).dropped if url else ()
    return [f"{variable}: the relay ignores {name}: remove it" for name in dropped]


def _line(fault: ErrorDetails, sources: Sources) -> str:
    field = field_of(fault)
    if not field:
        return message_of(fault)
    variable = variable_name(field)
    return f"{variable}: {message_of(fault)}{sources.places.get(variable, '')}"
