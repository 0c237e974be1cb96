"""Gives each HubSpot account and each site the settings that apply to it.

In a file of sites, a site's settings take precedence over its account's, and those over the
variables.
Without a file there is one account with one site, neither with a name.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from pydantic import ValidationError

from app.config.errors import SettingsError
from app.config.messages import field_of, message_of
from app.config.settings import ACCOUNT_FIELDS, SITE_FIELDS, Settings, key_name
from app.config.sitesfile import NEEDS_KEY, SitesFile, Table
from app.config.sources import PREFIX
from app.domain.destination import DESTINATIONS
from app.domain.origin import OriginPolicy
from app.domain.sites import ties

_FIELDS = {key_name(field): field for field in (*ACCOUNT_FIELDS, *SITE_FIELDS)}
_VARIABLE = re.compile(rf"{PREFIX}([A-Z_]+)")
_APP = frozenset({"hubspot_client_id", "hubspot_client_secret"})


class SiteSettings(msgspec.Struct, frozen=True):
    """Pages with the same settings. `key`: how their pings name the site; "" for the only one."""

    key: str
    settings: Settings
    needs_key: bool = False


class AccountSettings(msgspec.Struct, frozen=True):
    """A HubSpot account with its sites, at least one. `name`: "" for the only one.

    The origins in its own settings are those of all its sites.
    """

    name: str
    settings: Settings
    sites: tuple[SiteSettings, ...]


def accounts_of(settings: Settings) -> tuple[AccountSettings, ...]:
    """All accounts, in the order of the file. Raises SettingsError with every fault of the file."""
    file = settings.file
    if file is None:
        return (AccountSettings("", settings, (SiteSettings("", settings),)),)
    common = {field: getattr(settings, field) for field in settings.model_fields_set - {"sites"}}
    faults = list(file.faults)
    accounts = []
    for name, table in file.accounts.items():
        sites = {key: file.sites[key] for key, owner in file.account_of.items() if owner == name}
        account = _account(name, table, sites, common, faults)
        if account is not None:
            accounts.append(account)
    if not faults:
        faults += [*_without_token(file, accounts), *_ambiguous(file, accounts)]
    if faults:
        raise SettingsError(faults)
    return tuple(accounts)


def _account(
    name: str,
    table: Table,
    tables: Mapping[str, Table],
    common: Mapping[str, Any],
    faults: list[str],
) -> AccountSettings | None:
    given = _fields(table)
    if "hubspot_access_token" in given:  # it does not use the OAuth app that the others share
        common = {field: value for field, value in common.items() if field not in _APP}
    sites = [
        _site(key, Table(each.place, each.folder, {**table.values, **each.values}), common, faults)
        for key, each in tables.items()
    ]
    known = [site for site in sites if site is not None]
    origins = tuple(origin for site in known for origin in site.settings.allowed_origins)
    if len(known) < len(sites):  # don't report missing origins because of a faulty site
        origins = origins or ("*",)
    of_sites: dict[str, Any] = {"allowed_origins": origins}
    if known:
        of_sites["destinations"] = [
            each
            for each in DESTINATIONS
            if any(each in site.settings.destinations for site in known)
        ]
    checked = _checked(table, {**common, **given, **of_sites}, ACCOUNT_FIELDS, faults)
    if checked is None or len(known) < len(sites):
        return None
    return AccountSettings(name, checked, tuple(known))


def _site(
    key: str, table: Table, common: Mapping[str, Any], faults: list[str]
) -> SiteSettings | None:
    """`table`: what the site sets, and below it what its account sets."""
    checked = _checked(table, {**common, **_fields(table)}, SITE_FIELDS, faults)
    needs_key = table.values.get(NEEDS_KEY, False)
    if not isinstance(needs_key, bool):
        faults.append(f"{table.place} {NEEDS_KEY}: write true or false")
    return None if checked is None else SiteSettings(key, checked, needs_key is True)


def _fields(table: Table) -> dict[str, Any]:
    """The values of a table, by the fields of Settings; its paths are relative to the file."""
    given = {_FIELDS[key]: value for key, value in table.values.items() if key in _FIELDS}
    if isinstance(catalogue := given.get("catalogue"), str):
        given["catalogue"] = table.folder / catalogue
    return given


def _checked(
    table: Table, values: Mapping[str, Any], fields: Sequence[str], faults: list[str]
) -> Settings | None:
    """Check the settings; if they are wrong, add the faults of these fields and return None."""
    try:
        return Settings(**values)
    except ValidationError as error:
        for fault in error.errors():
            field, message = field_of(fault), message_of(fault)
            if not field:  # the message begins with the variable
                variable, _, message = message.partition(": ")
                field = variable.removeprefix(PREFIX).lower()
            if field in fields:
                faults.append(f"{table.place} {key_name(field)}: {_as_keys(message)}")
        return None


def _as_keys(message: str) -> str:
    """The message with the file's keys in place of variables."""
    return _VARIABLE.sub(lambda variable: key_name(variable[1].lower()), message)


def _without_token(file: SitesFile, accounts: Sequence[AccountSettings]) -> Iterator[str]:
    """All accounts use the sandbox or none does, so that no account's events are lost in it."""
    bare = [each.name for each in accounts if not each.settings.has_credentials]
    if len(bare) < len(accounts):
        for name in bare:
            place = file.accounts[name].place
            yield f"{place} access_token: is missing: set it for all accounts or none"


def _ambiguous(file: SitesFile, accounts: Sequence[AccountSettings]) -> Iterator[str]:
    policies = {
        site.key: OriginPolicy.parse(site.settings.allowed_origins)
        for account in accounts
        for site in account.sites
        if not site.needs_key
    }
    for one, other, entry in ties(policies):
        yield (
            f"{file.sites[other].place} allowed_origins: {entry} belongs to site {one} too: remove "
            f"it from one of them, or set {NEEDS_KEY} = true and data-site in the pages"
        )
