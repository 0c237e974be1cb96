"""Reads the operator's TOML file of HubSpot accounts and sites.

    [accounts.acme]
    access_token_env = "ACME_TOKEN"

    [sites.acme-shop]
    account = "acme"
    allowed_origins = ["https://shop.acme.example"]

The values are checked elsewhere, as settings.
"""

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path

import msgspec

from app.config.sources import read_secret
from app.config.spelling import nearest
from app.config.values import cleaned

ACCOUNT_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
"""An account's name is part of the name of a file or a schema."""

SITE_KEY = re.compile(r"[A-Za-z0-9._-]{1,64}")

_BARE = re.compile(r"[A-Za-z0-9_-]+")

SANDBOX = "sandbox"
"""Name of the sandbox's store; with several accounts, a hyphen and the account's name follow."""

ACCOUNT = "account"
NEEDS_KEY = "needs_key"


class Vocabulary(msgspec.Struct, frozen=True):
    """The known keys. `secret`: those whose value a variable or a file may hold instead."""

    account: frozenset[str]
    site: frozenset[str]
    secret: frozenset[str]


class Table(msgspec.Struct, frozen=True):
    """The values of one table, including its secrets. `place` names the table in a message.

    `folder`: what its paths are relative to.
    """

    place: str
    folder: Path
    values: Mapping[str, object]


class SitesFile(msgspec.Struct, frozen=True):
    """The tables by name, and each site's account.

    `variables`: those that secrets come from. `faults`: one line each; faulty entries are
    left out of the tables.
    """

    accounts: dict[str, Table] = msgspec.field(default_factory=dict)
    sites: dict[str, Table] = msgspec.field(default_factory=dict)
    account_of: dict[str, str] = msgspec.field(default_factory=dict)
    variables: set[str] = msgspec.field(default_factory=set)
    faults: list[str] = msgspec.field(default_factory=list)

    def says(self, keys: AbstractSet[str]) -> bool:
        """Whether any account sets one of these."""
        return any(keys & table.values.keys() for table in self.accounts.values())


def read_sites(path: Path, words: Vocabulary, environment: Mapping[str, str]) -> SitesFile:
    """Read the file, and the secrets from the variables and files that it names."""
    found = SitesFile()
    document = _document(path, found.faults)
    if document is None:
        return found
    for name in sorted(document.keys() - {"accounts", "sites"}):
        found.faults.append(f"{path}: {name} is not known: write [accounts.NAME] and [sites.KEY]")
    reader = _Reader(path, words, environment, found)
    # An account may set whatever a site may: it then holds for all its sites.
    for name, values in reader.tables(document, "accounts", ACCOUNT_NAME, _ACCOUNT_RULE):
        if name == SANDBOX or name.startswith(f"{SANDBOX}-"):
            found.faults.append(
                f"{path} [accounts.{name}]: is the name of the sandbox's store: choose another"
            )
            continue
        found.accounts[name] = reader.table(f"accounts.{name}", values, words.account | words.site)
    faults = len(found.faults)
    for key, values in reader.tables(document, "sites", SITE_KEY, _SITE_RULE):
        owner = values.pop(ACCOUNT, None)
        found.sites[key] = reader.table(f"sites.{key}", values, words.site)
        if isinstance(owner, str) and owner in found.accounts:
            found.account_of[key] = owner
        else:
            known = ", ".join(found.accounts) or "one that you write above"
            found.faults.append(f"{path} [sites.{key}] account: name one of the accounts: {known}")
    # A faulty site may belong to any account: report no account as lacking origins.
    assumed = {"allowed_origins": ["*"]} if len(found.faults) > faults else {}
    if not found.accounts and not found.faults:
        found.faults.append(f"{path}: defines no account: write [accounts.NAME]")
    for name in [name for name in found.accounts if name not in found.account_of.values()]:
        # An account without sites is a site itself, under its own name.
        if name in found.sites:
            found.faults.append(
                f"{path} [sites.{name}]: is the name of an account too: rename one of them"
            )
        else:
            account = found.accounts[name]
            values = {key: assumed[key] for key in assumed.keys() - account.values.keys()}
            found.sites[name] = Table(account.place, path.parent, values)
            found.account_of[name] = name
    return found


_ACCOUNT_RULE = "use at most 32 lower-case letters, digits, hyphens and underscores"
_SITE_RULE = "use at most 64 letters, digits, dots, hyphens and underscores"


def _document(path: Path, faults: list[str]) -> dict[str, object] | None:
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        faults.append(f"PLAYRELAY_SITES: {path} can't be read ({error.strerror}): check the path")
    except UnicodeDecodeError:
        faults.append(f"{path}: is not in UTF-8: save it in that encoding")
    except tomllib.TOMLDecodeError as error:
        faults.append(f"{path}: is not valid TOML: {error}")
    except ValueError:  # the path holds NUL
        faults.append("PLAYRELAY_SITES: is not a path: write that of a TOML file")
    return None


class _Reader:
    def __init__(
        self, path: Path, words: Vocabulary, environment: Mapping[str, str], found: SitesFile
    ) -> None:
        self._path = path
        self._words = words
        self._keys = {ACCOUNT, *words.account, *words.site}
        self._environment = environment
        self._variables = found.variables
        self._faults = found.faults

    def tables(
        self, document: Mapping[str, object], kind: str, pattern: re.Pattern[str], rule: str
    ) -> Iterator[tuple[str, dict[str, object]]]:
        """The valid tables of a kind, by name, in the order of the file."""
        tables = document.get(kind, {})
        if not isinstance(tables, dict):
            self._faults.append(f"{self._path}: {kind} is not a table: write [{kind}.NAME]")
            return
        for name, values in tables.items():
            if not isinstance(values, dict) and name in self._keys:
                self._faults.append(
                    f"{self._path} [{kind}] {name}: belongs under a name: write [{kind}.NAME] above"
                )
            elif not pattern.fullmatch(name):
                self._faults.append(
                    f"{self._path} [{kind}.{_written(name)}]: is not a valid name: {rule}"
                )
            elif not isinstance(values, dict):
                self._faults.append(
                    f"{self._path} {kind}.{name}: is not a table: write [{kind}.{name}]"
                )
            else:
                yield name, dict(values)

    def table(self, name: str, values: Mapping[str, object], known: Iterable[str]) -> Table:
        """Read the values by key; secrets come from the variables and files that are named."""
        place = f"{self._path} [{name}]"
        values_by_key: dict[str, object] = {}
        for written, value in values.items():
            key, source = self._key_and_source(written)
            if key not in known:
                self._faults.append(f"{place} {written}: is not known{_near(written, known)}")
            elif key in values_by_key:
                self._faults.append(f"{place} {written}: {key} is set twice: remove one")
            elif source is None:
                values_by_key[key] = value
            elif (secret := self._fetched(f"{place} {written}", source, value)) is not None:
                values_by_key[key] = secret
        return Table(place, self._path.parent, values_by_key)

    def _key_and_source(self, written: str) -> tuple[str, str | None]:
        """The key, and `env` or `file` if the value only names where the secret is."""
        key, _, source = written.rpartition("_")
        if source in {"env", "file"} and key in self._words.secret:
            return key, source
        return written, None

    def _fetched(self, place: str, source: str, value: object) -> str | None:
        if not isinstance(value, str) or not value:
            what = "an environment variable" if source == "env" else "a file"
            self._faults.append(f"{place}: write the name of {what}")
            return None
        if source == "env":
            self._variables.add(value)
            if secret := cleaned(self._environment.get(value, "")):
                return secret
            self._faults.append(f"{place}: the environment variable {value} is not set")
            return None
        return read_secret(self._path.parent / value, self._faults, f"{place}: ")


def _written(name: str) -> str:
    """The name as TOML writes it."""
    return name if _BARE.fullmatch(name) else json.dumps(name, ensure_ascii=False)


def _near(written: str, known: Iterable[str]) -> str:
    near = nearest(written, known)
    return f": did you mean {near}?" if near else f": the keys are {', '.join(sorted(known))}"
