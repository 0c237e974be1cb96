"""Settings of a HubSpot account, which has one store and one token."""

from collections.abc import Mapping
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, SecretStr, ValidationInfo, field_validator

from app.config.values import (
    IssuedSecret,
    IssuedText,
    NameParts,
    OptionalSecret,
    cleaned,
    is_loopback,
    secrets_of,
)
from app.domain.url import parse_url
from app.hubspot.endings import Use
from app.hubspot.seal import Seal, derived_keys
from app.hubspot.versions import (
    CUSTOM,
    EVENTS,
    MEDIA,
    NAMES,
    OAUTH,
    OBJECTS,
    PROVIDER,
    Route,
    template,
    version,
)

_ROUTES: Mapping[Use, tuple[str, str]] = {
    "events": ("hubspot_api_version", "hubspot_events_path"),
    "oauth": ("hubspot_oauth_version", "hubspot_oauth_path"),
    "media": ("hubspot_media_version", "hubspot_media_path"),
    "custom": ("hubspot_custom_events_version", "hubspot_custom_events_path"),
    "provider": ("hubspot_provider_version", "hubspot_provider_path"),
    "objects": ("hubspot_objects_version", "hubspot_objects_path"),
    "names": ("hubspot_names_version", "hubspot_names_path"),
}
"""The settings of version and path of each part of HubSpot's API that has them."""

_USES = {path: use for use, (_, path) in _ROUTES.items()}


class AccountFields(BaseModel):
    """The settings of an account."""

    hubspot_access_token: IssuedSecret = Field(
        None, description="HubSpot's server-side token, or set the three below; none: the sandbox"
    )
    hubspot_client_id: IssuedText = Field(None, description="OAuth 2.0 app: client id")
    hubspot_client_secret: IssuedSecret = Field(None, description="OAuth 2.0 app: secret")
    hubspot_refresh_token: IssuedSecret = Field(
        None,
        description="OAuth 2.0 app: refresh token, with which the relay renews its access token; "
        "none: `playrelay connect` gets one",
    )
    secret_key: OptionalSecret = Field(
        None,
        description="Encrypts the tokens in the store, required by `playrelay connect`, and signs "
        "the console's shared links: 32 random bytes in base64; several, comma-separated, to "
        "replace one (the first encrypts and signs)",
    )
    hubspot_developer_key: IssuedSecret = Field(
        None,
        description="Key of the HubSpot developer account, needed only to name the media provider "
        "and to show its events",
    )
    hubspot_developer_scopes: bool = Field(
        default=False,
        description="Request `developers-read` and `developers-write` when the app is installed, "
        "so that the key is not needed",
    )
    hubspot_base_url: str = Field("https://api.hubapi.com", description="Address of HubSpot's API")
    hubspot_app_url: str = Field(
        "https://app.hubspot.com", description="Address at which people install HubSpot apps"
    )
    hubspot_api_version: str = Field(
        EVENTS.version,
        description="Version of the Media Bridge events API: `vN` or `YYYY-MM` (known: `v1`, "
        "`2026-03`)",
    )
    hubspot_oauth_version: str = Field(
        OAUTH.version, description="Version of the token endpoint (known: `v1`, `v3`, `2026-03`)"
    )
    hubspot_media_version: str = Field(
        MEDIA.version, description="Version of the media objects (known: `2026-03`, `2026-09`)"
    )
    hubspot_provider_version: str = Field(
        PROVIDER.version,
        description="Version of the app's own settings (known: `v1`, `2026-03`, `2026-09`)",
    )
    hubspot_custom_events_version: str = Field(
        CUSTOM.version,
        description="Version of the custom events (known: `2026-03`, `2026-09`; the latter with "
        "another path)",
    )
    hubspot_events_path: str = Field(
        EVENTS.template, description="Path of an event, in case a version changes it"
    )
    hubspot_oauth_path: str = Field(OAUTH.template, description="Path of the token endpoint")
    hubspot_media_path: str = Field(MEDIA.template, description="Path of the media objects")
    hubspot_custom_events_path: str = Field(
        CUSTOM.template,
        description="Path of the custom events (`2026-09`: `/events/custom/{version}/{act}`)",
    )
    hubspot_objects_version: str = Field(
        OBJECTS.version,
        description="Version of the CRM objects, which stand for media if HubSpot serves no media "
        "objects (known: `v3`, with another path, and `2026-03`)",
    )
    hubspot_objects_path: str = Field(
        OBJECTS.template,
        description="Path of the CRM objects (`v3`: `/crm/{version}/objects/{object_type}`)",
    )
    hubspot_names_version: str = Field(
        NAMES.version, description="Version of the contacts' names (known: `2026-03`)"
    )
    hubspot_names_path: str = Field(NAMES.template, description="Path of the contacts' names")
    hubspot_event_name: str | None = Field(
        None,
        pattern="^pe[0-9]+_[a-z][a-z0-9_]*$",
        description="Full name of the custom event, as `playrelay events define` prints it: "
        "required by the destination `custom-events`",
    )
    hubspot_provider_path: str = Field(
        PROVIDER.template, description="Path of the app's own settings"
    )
    hubspot_rate: int = Field(
        110, ge=1, le=10_000, description="Requests that HubSpot may receive in any 10 s"
    )
    identity: Literal["lookup", "passthrough"] = Field(
        "lookup",
        description="lookup: ask HubSpot for the contact of a usertoken before sending; "
        "passthrough: let HubSpot convert it",
    )
    settle_seconds: int = Field(
        300, ge=1, le=86_400, description="Silence after which an attention span is final"
    )
    park_days: float = Field(
        30,
        gt=0,
        le=3650,
        description="How long plays of visitors who are not yet contacts are kept",
    )
    retain_days: float = Field(
        7, gt=0, le=3650, description="How long delivered events stay in the store"
    )
    console_names: NameParts = Field(
        (),
        description="What the console's page People shows of contacts, read from HubSpot and "
        "kept for a day, encrypted with `PLAYRELAY_SECRET_KEY`: `name`, `email` or both; none: "
        "their ids",
    )
    store_limit_mb: int = Field(
        10_240,
        ge=0,
        description="Size limit of the store in MiB (0: none). Above it, and while less than 500 "
        "MiB of SQLite's disk are free, plays of visitors without any identity are refused",
    )
    media_register: bool = Field(
        default=False,
        description="Let `playrelay media sync` register media that HubSpot does not know",
    )

    @field_validator("secret_key")
    @classmethod
    def _keys(cls, value: SecretStr | None) -> SecretStr | None:
        Seal.of(secrets_of(value))
        return value

    @field_validator(*(version for version, _ in _ROUTES.values()))
    @classmethod
    def _version(cls, value: str) -> str:
        return version(cleaned(value))

    @field_validator(*_USES)
    @classmethod
    def _path(cls, value: str, info: ValidationInfo) -> str:
        return template(cleaned(value), _USES[info.field_name or ""])

    @field_validator("hubspot_base_url", "hubspot_app_url")
    @classmethod
    def _address(cls, value: str) -> str:
        value = cleaned(value)
        if parse_url(value) is None or any(mark in value for mark in "?#@\\ "):
            raise ValueError("is not a URL: write one such as https://api.hubapi.com")
        url = urlsplit(value)
        if url.scheme.lower() == "http" and not is_loopback(url.hostname or ""):
            raise ValueError("must begin with https://, so that the token is sent encrypted")
        return value.rstrip("/")

    @property
    def has_credentials(self) -> bool:
        """Whether a token or an app is set here."""
        return self.hubspot_access_token is not None or self.hubspot_client_id is not None

    @property
    def connectable(self) -> bool:
        """Whether `playrelay connect` can install the app: there is no refresh token."""
        return self.hubspot_client_id is not None and self.hubspot_refresh_token is None

    @property
    def may_set_provider(self) -> bool:
        """Whether the app's own settings can be changed: with the key, or with the scopes."""
        return self.hubspot_developer_key is not None or self.hubspot_developer_scopes

    @property
    def hubspot_versions(self) -> Mapping[Use, str]:
        """The parts of HubSpot's API that are used with these settings, each with its version."""
        wanted: dict[Use, tuple[str, bool]] = {
            "events": (self.hubspot_api_version, True),
            "custom": (self.hubspot_custom_events_version, self.hubspot_event_name is not None),
            "oauth": (self.hubspot_oauth_version, self.hubspot_client_id is not None),
            "contacts": ("v1", self.identity == "lookup"),
            "media": (self.hubspot_media_version, self.media_register),
            "provider": (self.hubspot_provider_version, self.may_set_provider),
            "objects": (
                self.hubspot_objects_version,
                self.media_register and self.may_set_provider,
            ),
            "names": (self.hubspot_names_version, bool(self.console_names)),
        }
        return {use: chosen for use, (chosen, is_used) in wanted.items() if is_used}

    @property
    def hubspot_routes(self) -> Mapping[Use, Route]:
        """Version and path of each part of HubSpot's API that has a setting."""
        return {
            use: Route(getattr(self, version), getattr(self, path))
            for use, (version, path) in _ROUTES.items()
        }

    @property
    def seal(self) -> Seal:
        """The keys that encrypt the tokens in the store."""
        return Seal.of(secrets_of(self.secret_key))

    def keys_for(self, purpose: str) -> list[bytes]:
        """Keys that are derived from `secret_key`: the first signs, each of them verifies."""
        return derived_keys(secrets_of(self.secret_key), purpose)
