"""The operator's configuration: environment variables, `.env`, files of secrets and of sites.

`settings` combines the settings of the process (`server`), of an account and of a site; `load`
reads and checks them; `accounts` gives each account and site its own.
"""

from app.config.accounts import AccountSettings, SiteSettings, accounts_of
from app.config.database import is_postgresql
from app.config.errors import SettingsError
from app.config.load import Loaded, load, load_settings, unknown_variables
from app.config.settings import Settings
from app.config.sources import PREFIX, variable_name

__all__ = [
    "PREFIX",
    "AccountSettings",
    "Loaded",
    "Settings",
    "SettingsError",
    "SiteSettings",
    "accounts_of",
    "is_postgresql",
    "load",
    "load_settings",
    "unknown_variables",
    "variable_name",
]
