"""Checks for settings that are valid, but unknown, risky or unusable."""

from app.config import Settings, SettingsError, accounts_of, is_postgresql, load
from app.config.catalogue import CatalogueError, load_catalogue
from app.config.database import looks_pooled
from app.doctor.finding import Finding


def examine_settings(settings: Settings) -> Finding:
    """Check that every variable of the relay is known, and none of them is a risk."""
    faults = [*_unread(), *_risks(settings), *_unusable(settings)]
    if faults:
        return Finding("settings", "need attention", "; ".join(faults))
    return Finding("settings", "valid")


def _unread() -> tuple[str, ...]:
    try:
        return load().unknown
    except SettingsError as error:  # changed since the start
        return tuple(error.faults)


def _unusable(settings: Settings) -> list[str]:
    """The faults of the catalogues, with which the next start would fail."""
    if settings.role == "collect":  # such a process reads none
        return []
    try:
        accounts = accounts_of(settings)
    except SettingsError:  # `_unread` reports it
        return []
    read = [account.settings for account in accounts]
    read += [site.settings for account in accounts for site in account.sites]
    paths = [each.catalogue for each in read if each.catalogue]
    faults = []
    for path in dict.fromkeys(paths):
        try:
            load_catalogue(path)
        except CatalogueError as error:
            faults += error.faults
    return faults


def _risks(settings: Settings) -> list[str]:
    faults = []
    if "*" in settings.trusted_proxies:
        faults.append(
            "PLAYRELAY_TRUSTED_PROXIES is *, so anybody can claim any address: list the networks "
            "of your proxies"
        )
    if settings.lacks_definition:
        faults.append(
            "PLAYRELAY_HUBSPOT_EVENT_NAME is not set, but custom-events needs it: playrelay events "
            "define prints it"
        )
    if is_postgresql(settings.database_url) and looks_pooled(settings.database_url):
        faults.append(
            "PLAYRELAY_DATABASE_URL looks like the address of a pooler: add pooler=true to its "
            "parameters, or use the address of PostgreSQL itself"
        )
    return faults
