"""Every variable the relay reads: type, default, meaning. The README's table is made from this."""

import ipaddress
import os
import re
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args
from urllib.parse import parse_qsl, urlsplit

from dotenv import dotenv_values
from pydantic import (
    AliasChoices,
    BeforeValidator,
    Field,
    SecretStr,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app.domain.origin import OriginPolicy
from app.domain.url import parse_url
from app.hubspot.seal import Seal
from app.settings.sitesfile import NEEDS_KEY, SitesFile, Vocabulary, read_sites

PREFIX = "PLAYRELAY_"


def _split(value: Any) -> Any:
    """Comma-separated text → list; blanks are dropped."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


CommaSeparated = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
Percents = Annotated[
    tuple[Annotated[int, Field(ge=1, le=100)], ...], NoDecode, BeforeValidator(_split)
]
EventKinds = Annotated[
    tuple[Literal["percent", "played", "attention"], ...], NoDecode, BeforeValidator(_split)
]


class SettingsError(Exception):
    """What is wrong with the settings: one line per fault, each naming its variable."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


ACCOUNT_FIELDS = (
    "hubspot_access_token",
    "hubspot_client_id",
    "hubspot_client_secret",
    "hubspot_refresh_token",
    "hubspot_developer_key",
    "secret_key",
    "hubspot_base_url",
    "hubspot_app_url",
    "hubspot_api_version",
    "hubspot_oauth_version",
    "hubspot_rate",
    "identity",
    "settle_seconds",
    "park_days",
    "retain_days",
    "media_register",
)
"""What the file of sites may say of an account: what has one store, and one token."""

SITE_FIELDS = (
    "allowed_origins",
    "identity_secret",
    "identity_legacy",
    "catalogue",
    "milestones",
    "events",
    "viewed_percent",
)
"""What it may say of a site; or of an account, for all of its sites."""

_HEADER = re.compile(r"[A-Za-z0-9-]+")
_CREDENTIALS = frozenset({"access_token", "client_id", "refresh_token"})


class Settings(BaseSettings):
    """The environment (and a `.env` file), checked. Blank variables count as not set."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        validate_default=False,
        populate_by_name=True,
    )

    hubspot_access_token: SecretStr | None = Field(
        None, description="HubSpot's server-side token; or the three below. None: the sandbox"
    )
    hubspot_client_id: str | None = Field(None, description="OAuth 2.0 app: client id")
    hubspot_client_secret: SecretStr | None = Field(None, description="OAuth 2.0 app: secret")
    hubspot_refresh_token: SecretStr | None = Field(
        None,
        description="OAuth 2.0 app: the relay keeps a fresh access token with it; "
        "none: `playrelay connect` gets one",
    )
    secret_key: SecretStr | None = Field(
        None,
        description="Seals the tokens in the store, required by `playrelay connect`: 32 random "
        "bytes in base64; several, comma-separated, to replace one (the first seals)",
    )
    hubspot_developer_key: SecretStr | None = Field(
        None,
        description="Key of the HubSpot developer account, only to name the media provider and to "
        "show its events",
    )
    hubspot_base_url: str = Field("https://api.hubapi.com", description="Where HubSpot's API is")
    hubspot_app_url: str = Field(
        "https://app.hubspot.com", description="Where people install HubSpot apps"
    )
    hubspot_api_version: Literal["v1", "2026-03"] = Field(
        "v1", description="Version of the Media Bridge events API"
    )
    hubspot_oauth_version: Literal["v3", "2026-03"] = Field(
        "v3", description="Version of the token endpoint"
    )
    hubspot_rate: int = Field(
        110, ge=1, le=10_000, description="Requests per any 10 s that HubSpot may receive"
    )
    allowed_origins: CommaSeparated = Field(
        (),
        description="Sites whose pages may send pings, comma-separated (`https://*.example.com` "
        "for subdomains, `*` for all); required with a token",
    )
    sites: Path | None = Field(
        None,
        description="TOML file of several HubSpot accounts and sites (docs/SITES.md); none: one "
        "site, of which these variables tell",
    )
    database_url: str = Field(
        "sqlite:///data/playrelay.db",
        repr=False,  # it may hold a password
        description="Where everything is kept: a file, or `postgresql://user:password@host/database`",
    )
    role: Literal["all", "collect", "deliver"] = Field("all", description="What this process does")
    host: str = Field("127.0.0.1", description="Address to listen on (0.0.0.0 in the image)")
    port: int = Field(
        8000,
        ge=0,
        le=65_535,
        validation_alias=AliasChoices(f"{PREFIX}PORT", "PORT", "port"),
        description="Port to listen on; `PORT` works too",
    )
    internal_port: int | None = Field(
        None,
        ge=1,
        le=65_535,
        description="Port for `/metrics`, `/readyz` and `/healthz`, which the public one then does "
        "not answer; none: the public one answers them",
    )
    public_url: str | None = Field(
        None,
        description="Where browsers find the relay: scheme, host and, if a proxy puts it there, "
        "path, such as `https://www.example.com/relay`",
    )
    keepalive_seconds: int = Field(
        80,
        ge=1,
        le=3_600,
        description="How long an idle connection stays open; longer than the proxy in front "
        "keeps its own",
    )
    identity: Literal["lookup", "passthrough"] = Field(
        "lookup",
        description="lookup: ask HubSpot whose usertoken it is before sending; "
        "passthrough: let HubSpot convert it",
    )
    identity_secret: SecretStr | None = Field(
        None, description="Signs a contactId that a site's own server puts into the page"
    )
    identity_legacy: bool = Field(
        default=False,
        description="Believe signatures of a contactId that never end (made before 0.1.0)",
    )
    catalogue: Path | None = Field(
        None, description="TOML or CSV file that tells mediaBridgeId, name, type and duration"
    )
    media_register: bool = Field(
        default=False,
        description="Let `playrelay media sync` register media that HubSpot does not know",
    )
    milestones: Percents = Field(
        (25, 50, 75, 100), description="Percentages that become `media-played-percent`"
    )
    events: EventKinds = Field(
        ("percent", "played", "attention"), description="Which HubSpot events are sent"
    )
    viewed_percent: int = Field(
        50, ge=1, le=100, description="Coverage at which a play counts as VIEWED"
    )
    settle_seconds: int = Field(
        300, ge=1, le=86_400, description="Silence after which an attention span is final"
    )
    park_days: float = Field(
        30, gt=0, le=3650, description="How long plays of visitors who are no contact yet are kept"
    )
    retain_days: float = Field(
        7, gt=0, le=3650, description="How long delivered events stay in the store"
    )
    pings_per_minute: int = Field(
        600, ge=0, description="Per address; 0: no limit (a proxy does it, or a benchmark)"
    )
    trusted_proxies: CommaSeparated = Field(
        (), description="Addresses or networks whose X-Forwarded-For and -Proto are believed"
    )
    console_password: SecretStr | None = Field(
        None,
        description="Opens `/console`; without it the console is off (in sandbox mode it is open "
        "to this machine alone)",
    )
    console_user_header: str | None = Field(
        None,
        description="Header in which a proxy of `PLAYRELAY_TRUSTED_PROXIES` names who is signed "
        "in (single sign-on); opens `/console` to them",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Log level")
    log_format: Literal["console", "json"] | None = Field(
        None, description="console on a terminal, json elsewhere"
    )

    @field_validator("log_level", mode="before")
    @classmethod
    def _lower(cls, value: Any) -> Any:
        return value.lower() if isinstance(value, str) else value

    @field_validator(
        "hubspot_access_token",
        "hubspot_client_id",
        "hubspot_client_secret",
        "hubspot_refresh_token",
        "hubspot_developer_key",
        mode="before",
    )
    @classmethod
    def _pasted(cls, value: Any) -> Any:
        """Credentials come from files and clipboards, with a line break or a space around them."""
        if not isinstance(value, str):
            return value
        value = value.strip()
        if not (value.isascii() and value.isprintable()) or " " in value:
            raise ValueError("holds characters that none of HubSpot's has: copy it again")
        return value or None

    @field_validator("milestones")
    @classmethod
    def _ascending(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(sorted(set(value)))

    @field_validator("allowed_origins")
    @classmethod
    def _origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        OriginPolicy.parse(value)
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for each in value:
            if each != "*" and not _is_network(each):
                raise ValueError(f"{each!r} is no address: write 10.0.0.1, 10.0.0.0/8 or *")
        return value

    @field_validator("console_user_header")
    @classmethod
    def _header(cls, value: str | None) -> str | None:
        if value is not None and not _HEADER.fullmatch(value):
            raise ValueError(
                f"{value!r} is no header's name: write letters, digits and dashes, "
                "such as X-Forwarded-User"
            )
        return value

    @field_validator("public_url")
    @classmethod
    def _public(cls, value: str | None) -> str | None:
        if value is None:
            return None
        url = parse_url(value)
        if url is None or any(mark in value for mark in "?#@\\<>\"'"):
            raise ValueError("is not an address such as https://relay.example.com")
        return str(url).rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _engine(cls, value: str) -> str:
        if is_postgresql(value):
            _expect_database(value)
        elif not value.startswith("sqlite:///") or value.endswith("/"):
            raise ValueError(
                "write sqlite:///data/playrelay.db, sqlite:////absolute/path.db or "
                "postgresql://user:password@host/database"
            )
        return value

    @field_validator("secret_key")
    @classmethod
    def _keys(cls, value: SecretStr | None) -> SecretStr | None:
        Seal.of(_secrets(value))
        return value

    @field_validator("hubspot_base_url", "hubspot_app_url")
    @classmethod
    def _address(cls, value: str) -> str:
        url = urlsplit(value)
        if url.scheme not in {"http", "https"} or not url.hostname:
            raise ValueError("write an address such as https://api.hubapi.com")
        if url.scheme == "http" and not _is_loopback(url.hostname):
            raise ValueError("must be https, or the token would travel in the clear")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _credentials(self) -> Self:
        if self.sites is not None:
            return self._leaves_it_to_the_file()
        app = {
            "CLIENT_ID": self.hubspot_client_id,
            "CLIENT_SECRET": self.hubspot_client_secret,
        }
        missing = [f"{PREFIX}HUBSPOT_{name}" for name, value in app.items() if not value]
        oauth = len(missing) < len(app) or self.hubspot_refresh_token is not None
        if oauth and missing:
            raise ValueError(f"{missing[0]}: OAuth needs both the client id and the client secret")
        if self.hubspot_access_token and oauth:
            raise ValueError(
                f"{PREFIX}HUBSPOT_ACCESS_TOKEN: set either a token or an OAuth app, not both"
            )
        if self.connectable and self.secret_key is None and self.role != "collect":
            raise ValueError(
                f"{PREFIX}SECRET_KEY: seals the tokens that playrelay connect gets: make one with "
                f"openssl rand -base64 32 (or set {PREFIX}HUBSPOT_REFRESH_TOKEN)"
            )
        if not self.sandboxed and not self.allowed_origins and self.role != "deliver":
            raise ValueError(
                f"{PREFIX}ALLOWED_ORIGINS: name the sites that embed the player, for example "
                "https://www.example.com (or * to let every site in)"
            )
        return self

    @model_validator(mode="after")
    def _single_sign_on(self) -> Self:
        known = bool(self.trusted_proxies) and "*" not in self.trusted_proxies
        if self.console_user_header and not known:
            raise ValueError(
                f"{PREFIX}CONSOLE_USER_HEADER: name the proxies that set it in "
                f"{PREFIX}TRUSTED_PROXIES (not *), or anybody could"
            )
        return self

    def _leaves_it_to_the_file(self) -> Self:
        for field in ("hubspot_access_token", "hubspot_refresh_token", "allowed_origins"):
            if getattr(self, field):
                raise ValueError(
                    f"{variable_name(field)}: belongs to one account: with {PREFIX}SITES write it "
                    "into that file"
                )
        return self

    @property
    def sandboxed(self) -> bool:
        """No credentials, here or in the file: events go to the built-in HubSpot sandbox."""
        if self.file is not None and self.file.says(_CREDENTIALS):
            return False
        return self.hubspot_access_token is None and self.hubspot_client_id is None

    @property
    def connectable(self) -> bool:
        """An OAuth app without a refresh token: `playrelay connect` installs it."""
        return self.hubspot_client_id is not None and self.hubspot_refresh_token is None

    @property
    def seal(self) -> Seal:
        """What the tokens in the store are sealed with."""
        return Seal.of(_secrets(self.secret_key))

    @cached_property
    def file(self) -> SitesFile | None:
        """The file of accounts and sites, as far as it can be read. Nothing in it is checked."""
        if self.sites is None:
            return None
        # A secret may also stand in .env, which is read but is no part of the environment.
        return read_sites(self.sites, vocabulary(), {**_dotenv(), **os.environ})


def variable_name(field: str) -> str:
    """The environment variable of a field of Settings."""
    return PREFIX + field.upper()


def key_name(field: str) -> str:
    """The key of a field of Settings in the file of sites."""
    return field.removeprefix("hubspot_")


def vocabulary() -> Vocabulary:
    """What may be written in the file of sites."""
    fields = Settings.model_fields
    secret = (name for name in fields if SecretStr in get_args(fields[name].annotation))
    return Vocabulary(
        account=frozenset(map(key_name, ACCOUNT_FIELDS)),
        site=frozenset({*map(key_name, SITE_FIELDS), NEEDS_KEY}),
        secret=frozenset(map(key_name, secret)),
    )


def _secrets(value: SecretStr | None) -> list[SecretStr]:
    """Comma-separated secrets."""
    parts = value.get_secret_value().split(",") if value else []
    return [SecretStr(part.strip()) for part in parts if part.strip()]


def _dotenv() -> dict[str, str]:
    return {name: value for name, value in dotenv_values(".env").items() if value is not None}


def is_postgresql(database_url: str) -> bool:
    """Whether it is the shared engine's."""
    return database_url.startswith(("postgresql://", "postgres://"))


def _expect_database(url: str) -> None:
    """Say what is missing, without repeating what is there."""
    try:
        parts = urlsplit(url)
        parse_qsl(parts.query, strict_parsing=bool(parts.query))
    except ValueError:
        raise ValueError(
            "can't be read: write postgresql://user:password@host/database, with what is special "
            "in the password percent-encoded"
        ) from None
    if not parts.path.strip("/"):
        raise ValueError("names no database: write postgresql://user:password@host/database")


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
