"""What the sandbox's HubSpot account holds and how it answers where HubSpot's answer is unknown.

Everything here is a value: `PUT /sandbox/world` makes a new `SandboxConfig`, it never edits one.
"""

from collections.abc import Mapping
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from app.sandbox.names import PORTAL

EVENTS_SCOPE = "media_bridge.write"
CONTACTS_SCOPE = "crm.objects.contacts.read"
MEDIA_SCOPE = "media_bridge.read"
FILES_SCOPE = "files"
CUSTOM_EVENTS_SCOPE = "analytics.behavioral_events.send"
DEFINITIONS_SCOPE = "behavioral_events.event_definitions.read_write"

ALL_SCOPES = frozenset(
    {
        *(EVENTS_SCOPE, CONTACTS_SCOPE, MEDIA_SCOPE, FILES_SCOPE),
        *(CUSTOM_EVENTS_SCOPE, DEFINITIONS_SCOPE),
    }
)

IdentityField = Literal["contactId", "contactUtk", "_hsenc"]


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError("no such time zone") from None
    return name


class Credentials(BaseModel):
    """The one app installed in the account. They open nothing but a sandbox, so they have defaults.

    `access_token` is a static token that never expires, as a private app has one; None: OAuth only.
    `refresh_token` and `authorization_code` are the first ones: the code is good once, the refresh
    token until it is rotated or revoked. `redirect_uri` None: any. `developer_key`: the developer
    account's, for the app's own settings.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    client_id: str = "sandbox-client"
    client_secret: str = Field(default="sandbox-client-secret", repr=False)
    access_token: str | None = Field(default="sandbox-access-token", repr=False)
    refresh_token: str = Field(default="sandbox-refresh-token", repr=False)
    authorization_code: str = Field(default="sandbox-authorization-code", repr=False)
    redirect_uri: str | None = None
    developer_key: str = Field(default="sandbox-developer-key", repr=False)


class SandboxConfig(BaseModel):
    """The account: who is a contact, which media exist, what the app may do, and how often.

    The app. `provider_id` is its id too, `scopes` what it is granted, `install` what a person says
    who is asked to. `provider_auth`: what the app's own settings are changed with, in v1 and
    2026-03: the developer account's key, a token with the scopes for it, or either (2026-09: the
    key alone).

    Contacts. `contacts`: the ids that exist (None: any id does). `utks`: usertoken → contact.
    `anonymous`: usertoken → id of a visitor HubSpot knows who is no contact. `merged`: old contact
    id → the one it was merged into. `hsencs`: `_hsenc` → contact (None: each belongs to somebody).
    `merged_contact`: whether an event that names a merged contact by its old id still finds it.
    `demo_visitors`: a usertoken of 32 hex digits that is in neither table belongs to a contact when
    its last digit is even, so that a demo needs no set-up.

    Unknowns. `identity_order`: the first of these that an event carries decides, alone.
    `unknown_utk`, also for an unknown `_hsenc`: 400, or a 200 without contactId that keeps nothing.
    `repeated_uuid`: a custom event whose uuid is known is answered 400, 409 or 204, never kept.
    `definitions`: the properties of the custom events that are defined from the start, by name.
    `media`: externalId → mediaBridgeId, the media that exist. `unknown_media`: create what is
    missing, 400, or a 200 without mediaBridgeId that keeps nothing. `ids`: whether a success writes
    its ids as numbers or as decimal text. `unknown_batch`: a look-up of which nobody is known is
    answered with an empty object, or 404. `lookup`: whether the look-up of usertokens is served, or
    has ended, with HubSpot's own 404 or 410 or a page; `lookup_sunset`: the Sunset header in which
    it announces its end. `refuses_all`: a category with which every request for the account is
    answered 403, whatever it says.

    Limits. `rate`: requests per rolling 10 s. `daily_limit`: requests per day of `time_zone` (None:
    no limit). `retry_after`: whether a 429 says when. `token_lifetime`: seconds.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    portal_id: int = PORTAL
    portal_domain: str = "sandbox.example"
    provider_id: int = 4242002
    credentials: Credentials = Credentials()
    scopes: frozenset[str] = ALL_SCOPES
    install: Literal["grant", "deny"] = "grant"
    provider_auth: Literal["key", "oauth", "either"] = "either"

    contacts: frozenset[int] | None = None
    utks: Mapping[str, int] = {}
    anonymous: Mapping[str, int] = {}
    merged: Mapping[int, int] = {}
    merged_contact: Literal["accept", "refuse"] = "accept"
    hsencs: Mapping[str, int] | None = None
    demo_visitors: bool = True

    identity_order: tuple[IdentityField, ...] = ("contactId", "contactUtk", "_hsenc")
    unknown_utk: Literal["refuse", "silent"] = "refuse"
    media: Mapping[str, int] = {}
    repeated_uuid: Literal["refuse", "conflict", "silent"] = "refuse"
    definitions: Mapping[str, frozenset[str]] = {}
    unknown_media: Literal["accept", "refuse", "silent"] = "accept"

    ids: Literal["number", "text"] = "number"
    unknown_batch: Literal["empty", "not_found"] = "empty"
    lookup: Literal["served", "not_found", "gone", "page"] = "served"
    lookup_sunset: str | None = None
    refuses_all: Annotated[str, Field(pattern="^[A-Z][A-Z_]*$")] | None = None

    rate: int = Field(default=110, ge=0)
    daily_limit: int | None = Field(default=None, ge=0)
    time_zone: Annotated[str, AfterValidator(_known_zone)] = "UTC"
    retry_after: bool = False
    token_lifetime: int = Field(default=1800, ge=1)
    rotates_refresh_token: bool = True

    @model_validator(mode="after")
    def _merges_end(self) -> Self:
        chained = self.merged.keys() & set(self.merged.values())
        if chained:
            raise ValueError(f"merged contacts cannot be merged into: {sorted(chained)}")
        return self

    def changed(self, changes: Mapping[str, object]) -> "SandboxConfig":
        """This config with the named fields replaced; a wrong one raises pydantic's error."""
        return SandboxConfig.model_validate({**dict(self), **changes})
