"""What the operator says: environment variables, and a file where there are several accounts.

`model` has every variable, `sitesfile` reads the file, `accounts` puts the two together, and
`loading` is how a command asks for all of it.
"""

from app.settings.accounts import AccountSettings, SiteSettings, accounts_of
from app.settings.loading import load_settings, unknown_variables
from app.settings.model import PREFIX, Settings, SettingsError, is_postgresql, variable_name

__all__ = [
    "PREFIX",
    "AccountSettings",
    "Settings",
    "SettingsError",
    "SiteSettings",
    "accounts_of",
    "is_postgresql",
    "load_settings",
    "unknown_variables",
    "variable_name",
]
