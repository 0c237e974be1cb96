"""Reads what the operator wrote: the environment, a `.env` file, and files that hold secrets.

Every value is cleaned in the same way. The environment takes precedence over `.env`.
"""

import os
import re
from collections.abc import Collection, Mapping
from pathlib import Path

import msgspec

from app.config.dotenv import read_dotenv
from app.config.values import cleaned

PREFIX = "PLAYRELAY_"
DOTENV = ".env"
_FILE = "_FILE"
_PLATFORMS_PORT = "PORT"
_LARGEST_SECRET = 65_536


def variable_name(setting: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + setting.upper()


class Sources(msgspec.Struct, frozen=True):
    """The values, by variable. `blank`: set to nothing. `unknown`: variables that nothing reads.

    `known`: every variable that is read. `places`: where each is set, for messages. `repeated`: a
    line for each that is set twice in `.env`. `faults`: what could not be read.
    """

    values: Mapping[str, str] = msgspec.field(default_factory=dict)
    blank: frozenset[str] = frozenset()
    unknown: tuple[str, ...] = ()
    known: frozenset[str] = frozenset()
    places: Mapping[str, str] = msgspec.field(default_factory=dict)
    repeated: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


def read_sources(
    settings: Collection[str],
    secrets: Collection[str],
    variables: Mapping[str, str],
    dotenv: str | None = DOTENV,
) -> Sources:
    """Read the variables of these settings, and `…_FILE` for those that hold secrets."""
    file = read_dotenv(dotenv, PREFIX)
    faults = list(file.faults)
    from_file = {**_misspelt(file.variables), **_ours(file.variables)}
    from_environment = _ours(variables)
    written = {**from_file, **from_environment}
    places = {name: "" if name in from_environment else f" (in {dotenv})" for name in written}
    known = {variable_name(name) for name in settings}
    for variable in (variable_name(name) for name in secrets):
        if path := _fetch(variable, written, known, faults):
            places[variable] = f" (in {path})"
    if not written.get(variable_name("port")) and cleaned(variables.get(_PLATFORMS_PORT, "")):
        written[variable_name("port")] = cleaned(variables[_PLATFORMS_PORT])
        places[variable_name("port")] = f" (in {_PLATFORMS_PORT})"
    return Sources(
        values={name: value for name, value in written.items() if value and name in known},
        blank=frozenset(name for name, value in written.items() if not value and name in known),
        unknown=tuple(sorted(written.keys() - known)),
        known=frozenset(known),
        places=places,
        repeated=file.repeated,
        faults=tuple(faults),
    )


def environment(dotenv: str = DOTENV) -> Mapping[str, str]:
    """All variables of the environment and of `.env`, including those of others."""
    return {**read_dotenv(dotenv, PREFIX).variables, **os.environ}


def _ours(variables: Mapping[str, str]) -> dict[str, str]:
    """The relay's variables, cleaned, in upper case; one that is written so takes precedence."""
    found: dict[str, str] = {}
    for name in sorted(variables):  # upper case sorts first
        if name.upper().startswith(PREFIX):
            found.setdefault(name.upper(), cleaned(variables[name]))
    return found


def _misspelt(variables: Mapping[str, str]) -> dict[str, str]:
    """Variables that look like the relay's, but have quotes around the name or other separators."""
    letters = {name: re.sub(r"[\W_]", "", name.upper()) for name in variables}
    ours = [name for name, text in letters.items() if text.startswith(PREFIX.rstrip("_"))]
    return {name: variables[name] for name in ours if not name.upper().startswith(PREFIX)}


def _fetch(variable: str, written: dict[str, str], known: set[str], faults: list[str]) -> str:
    """Replace `…_FILE` by the content of the file. Returns its path if it was read."""
    name = variable + _FILE
    known.add(name)
    path = written.pop(name, "")
    if not path:
        return ""
    if written.get(variable):
        faults.append(f"{name}: {variable} is set too: remove one of them")
        return ""
    text = read_secret(Path(path), faults, f"{name}: ")
    if text is None:
        return ""
    written[variable] = text
    return path


def read_secret(path: Path, faults: list[str], place: str) -> str | None:
    """The cleaned text of a file that holds a secret; None, and a fault, if there is none."""
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST_SECRET + 1)
        text = cleaned(data.decode("utf-8-sig"))
    except OSError as error:
        faults.append(f"{place}{path} can't be read ({error.strerror}): check the path")
        return None
    except ValueError:
        faults.append(f"{place}{path} is not text in UTF-8: save it in that encoding")
        return None
    if not text or len(data) > _LARGEST_SECRET:
        what = (
            "too large for a secret: check the path" if text else "empty: write the secret into it"
        )
        faults.append(f"{place}{path} is {what}")
        return None
    return text
