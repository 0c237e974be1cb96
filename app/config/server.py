"""Settings of the process: address, role, store, console, log."""

import re
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, field_validator

from app.config.database import database_address
from app.config.values import (
    CommaSeparated,
    LowerCase,
    Password,
    SigningSecret,
    host_of,
    is_network,
)
from app.documents import see
from app.domain.period import zone_of
from app.domain.url import public_url

_HEADER = re.compile(r"[A-Za-z0-9-]+")
_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)*", re.ASCII)
_OWN = frozenset({"v1", "playrelay.js", "adapters", "builds", "console", "demo", "api"})
"""First segments of the relay's own paths. A public path below one of them would be ambiguous."""


class ServerFields(BaseModel):
    """The settings of the process."""

    sandbox: bool | None = Field(
        None,
        description="true: send to the built-in HubSpot sandbox, which has a store of its own; "
        "false: never; none: only if no setting of production is set",
    )
    sites: Path | None = Field(
        None,
        description=f"TOML file of several HubSpot accounts and sites (`{see('sites')}`); none: "
        "one site, configured by these variables",
    )
    database_url: str = Field(
        "sqlite:///data/playrelay.db",
        repr=False,  # it may hold a password
        description="Where data is stored: a file, or `postgresql://user:password@host/database`",
    )
    role: Annotated[Literal["all", "collect", "deliver"], LowerCase] = Field(
        "all", description="Whether this process collects pings, delivers events, or does all"
    )
    host: str = Field("127.0.0.1", description="Address to listen on (0.0.0.0 in the image)")
    port: int = Field(8000, ge=0, le=65_535, description="Port to listen on; `PORT` works too")
    internal_port: int | None = Field(
        None,
        ge=1,
        le=65_535,
        description="Port for `/metrics`, `/readyz` and `/healthz`, which the public port then "
        "does not answer; none: the public port answers them",
    )
    public_url: str | None = Field(
        None,
        description="Where browsers find the relay, such as `https://www.example.com/video`: for "
        "the snippet, the console's links, and the way back from HubSpot. A proxy may keep or "
        "strip the path",
    )
    play_links: bool = Field(
        default=False,
        description="Custom events contain a link to the play's page in the console (`play_url`), "
        "which asks for a password; needs `PLAYRELAY_PUBLIC_URL`",
    )
    keepalive_seconds: int = Field(
        80,
        ge=1,
        le=3_600,
        description="How long an idle connection stays open; set it higher than in the proxy in "
        "front",
    )
    pings_per_minute: int = Field(
        600,
        ge=0,
        description="Limit for each address; 0: none (for a benchmark, or if a proxy limits)",
    )
    trusted_proxies: CommaSeparated = Field(
        (), description="Addresses or networks whose X-Forwarded-For and -Proto are trusted"
    )
    console_password: Password = Field(
        None,
        description="Password of `/console`: 12 characters or more; none: the console is off (in "
        "sandbox mode it is open to this machine only)",
    )
    console_viewer_password: Password = Field(
        None,
        description=f"Password of `/console` for viewing only (`{see('console')}`): 12 "
        "characters or more",
    )
    api_token: SigningSecret = Field(
        None,
        description=f"Token of `/api/v1`, the console's figures for programs (`{see('api')}`): 32 "
        "characters or more; several, comma-separated, to replace one",
    )
    console_user_header: str | None = Field(
        None,
        description="Header in which a proxy of `PLAYRELAY_TRUSTED_PROXIES` names the signed-in "
        "user (single sign-on), who may then use `/console`",
    )
    console_groups_header: str | None = Field(
        None,
        description="Header in which that proxy lists the user's groups; none: every user is an "
        "operator",
    )
    console_operator_groups: CommaSeparated = Field(
        (), description="Groups of that header whose members may do everything in `/console`"
    )
    console_viewer_groups: CommaSeparated = Field(
        (),
        description="Groups of that header whose members may only view; none: every user who is "
        "not an operator",
    )
    time_zone: str = Field(
        "UTC",
        description="Time zone of the console's days, such as `Europe/Berlin`; a page's address "
        "may name another",
    )
    log_level: Annotated[Literal["debug", "info", "warning", "error"], LowerCase] = Field(
        "info", description="Log level"
    )
    log_format: Annotated[Literal["console", "json"] | None, LowerCase] = Field(
        None, description="Log format; none: console on a terminal, json elsewhere"
    )

    @field_validator("time_zone")
    @classmethod
    def _zone(cls, value: str) -> str:
        zone_of(value)
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for each in value:
            if each != "*" and not is_network(each):
                raise ValueError(f"{each!r} is not an address: write 10.0.0.1, 10.0.0.0/8 or *")
        return value

    @field_validator("console_user_header", "console_groups_header")
    @classmethod
    def _header(cls, value: str | None) -> str | None:
        if value is not None and not _HEADER.fullmatch(value):
            raise ValueError(
                f"{value!r} is not a valid header name: use letters, digits and hyphens, "
                "such as X-Forwarded-User"
            )
        return value

    @field_validator("host")
    @classmethod
    def _listens(cls, value: str) -> str:
        host = host_of(value)
        if host is not None and not host.isdecimal():
            return host
        raise ValueError(
            f"{value!r} is not an address to listen on: write only 127.0.0.1, 0.0.0.0 or ::, and "
            "the port in PLAYRELAY_PORT"
        )

    @field_validator("public_url")
    @classmethod
    def _public(cls, value: str | None) -> str | None:
        if value is None:
            return None
        url = public_url(value)
        if url is None:
            raise ValueError("is not a URL: write one such as https://relay.example.com")
        path = url.path.rstrip("/")
        if not _PATH.fullmatch(path):
            raise ValueError(f"{path} is not valid: use letters, digits and ._~-, such as /video")
        if path.split("/")[1:2] and path.split("/")[1] in _OWN:
            raise ValueError(f"{path} is one of the relay's own: choose another, such as /video")
        return url.origin + path

    @field_validator("database_url")
    @classmethod
    def _engine(cls, value: str) -> str:
        return database_address(value).url

    @property
    def base_path(self) -> str:
        """The path of the relay's public address, without a slash at its end; or ""."""
        return "" if self.public_url is None else urlsplit(self.public_url).path
