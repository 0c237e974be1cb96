"""Decides whether a start may use the sandbox: a mistake must not turn production into a demo."""

import re
from collections.abc import Iterator

from app.config import spelling
from app.config.database import is_postgresql
from app.config.settings import Settings
from app.config.sources import PREFIX, Sources, variable_name

_CREDENTIALS = (
    "hubspot_access_token",
    "hubspot_client_id",
    "hubspot_client_secret",
    "hubspot_refresh_token",
)
_OF_PRODUCTION = (
    "allowed_origins",
    "sites",
    "secret_key",
    "identity_secret",
    "hubspot_developer_key",
    "hubspot_base_url",
    "console_password",
    "console_viewer_password",
    "api_token",
    "console_user_header",
    "console_groups_header",
    "console_operator_groups",
    "console_viewer_groups",
    "trusted_proxies",
    "public_url",
)
"""Settings that nobody needs for a demo."""

_TELLING = re.compile(
    "TOKEN|SECRET|KEY|CLIENT|PASSWORD|REFRESH|CREDENTIAL|ACCESS|OAUTH|ORIGIN|SITES"
)
"""Parts of an unknown variable's name which suggest that it was meant for production."""

_ASK = f"or ask for the sandbox with {variable_name('sandbox')}=true"
_NEEDED = f"set {variable_name('hubspot_access_token')} or an OAuth app, {_ASK}"

_NEEDED_IN_FILE = (
    f"write access_token_env, access_token_file or client_id for each account of the file, {_ASK}"
)


def sandbox_faults(settings: Settings, sources: Sources) -> list[str]:
    """Why the start is refused, one line for each variable."""
    if settings.sandbox:
        return list(_contradictions(settings))
    if settings.reaches_hubspot or settings.role == "collect":
        return []
    if settings.sandbox is False:
        variable = variable_name("hubspot_access_token")
        return [f"{variable}: is missing: set it, or an OAuth app"]
    return list(_signs(settings, sources))


def _contradictions(settings: Settings) -> Iterator[str]:
    given = [variable_name(name) for name in _CREDENTIALS if getattr(settings, name) is not None]
    if settings.reaches_hubspot and not given:
        given = [variable_name("sites")]
    for name in given:
        yield (
            f"{name}: has credentials, but {variable_name('sandbox')} is true: remove one of "
            "them (make run sets the latter, playrelay serve does not)"
        )


def _signs(settings: Settings, sources: Sources) -> Iterator[str]:
    """Variables that mean production, while there are no credentials."""
    for name in _CREDENTIALS:
        if variable_name(name) in sources.blank:
            yield f"{variable_name(name)}: is empty: give it a value, {_ASK}"
    for name in sources.unknown:
        near = nearest(name, sources)
        if _TELLING.search(name) or (near and _TELLING.search(near)):
            yield f"{unknown_line(name, sources)}; without credentials {_NEEDED}"
    for name in _OF_PRODUCTION:
        if getattr(settings, name) != type(settings).model_fields[name].default:
            needed = _NEEDED_IN_FILE if name == "sites" else _NEEDED
            yield f"{variable_name(name)}: is set, but there are no credentials: {needed}"
    if is_postgresql(settings.database_url):
        name = variable_name("database_url")
        yield f"{name}: names PostgreSQL, but there are no credentials: {_NEEDED}"
    if settings.role != "all":
        name = variable_name("role")
        yield f"{name}: is {settings.role}, but there are no credentials: {_NEEDED}"


def unknown_line(name: str, sources: Sources) -> str:
    """The message about a variable that nothing reads."""
    near = nearest(name, sources)
    hint = f": did you mean {near}?" if near else ""
    return f"{name}{sources.places.get(name, '')} is not a setting{hint}"


def nearest(name: str, sources: Sources) -> str:
    """The known variable that was probably meant, or ""."""
    written = re.sub(r"\W+", "_", re.sub(r"^\W*PLAY[\W_]*RELAY[\W_]*", "", name.upper())).strip("_")
    found = spelling.nearest(written, (each.removeprefix(PREFIX) for each in sources.known))
    return f"{PREFIX}{found}" if found else ""
