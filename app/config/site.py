"""Settings of a site; set for an account, they apply to all of its sites."""

from pathlib import Path

from pydantic import BaseModel, Field, field_validator

from app.config.values import (
    CommaSeparated,
    EventDestinations,
    EventKinds,
    Percents,
    SigningSecret,
    secrets_of,
)
from app.domain.destination import DESTINATIONS, MEDIA_BRIDGE, Destination
from app.domain.origin import OriginPolicy


class SiteFields(BaseModel):
    """The settings of a site."""

    allowed_origins: CommaSeparated = Field(
        (),
        description="Sites whose pages may send pings, comma-separated (`https://*.example.com` "
        "for subdomains, `*` for all); required with a token",
    )
    identity_secret: SigningSecret = Field(
        None,
        description="Secret with which a site's own server signs a contactId: 32 characters or "
        "more; several, comma-separated, to replace one (each is accepted)",
    )
    identity_legacy: bool = Field(
        default=False,
        description="Accept signatures of a contactId that never expire (made before 0.1.0)",
    )
    catalogue: Path | None = Field(
        None, description="TOML or CSV file with mediaBridgeId, name, type and duration of media"
    )
    milestones: Percents = Field(
        (25, 50, 75, 100), description="Percentages that are sent as `media-played-percent`"
    )
    events: EventKinds = Field(
        ("percent", "played", "attention"), description="Which HubSpot events are sent"
    )
    destinations: EventDestinations = Field(
        (MEDIA_BRIDGE,),
        description="Where events go: HubSpot's Media Bridge, its custom events "
        "(`playrelay events define`), or both",
    )
    viewed_percent: int = Field(
        50, ge=1, le=100, description="Coverage at which a play counts as VIEWED"
    )

    least_percent: int = Field(
        0, ge=0, le=100, description="Coverage below which nothing of a play is sent to HubSpot"
    )
    least_seconds: int = Field(
        0,
        ge=0,
        le=86_400,
        description="Seconds watched below which nothing of a play is sent to HubSpot, if the "
        "medium's duration is known",
    )

    @field_validator("milestones")
    @classmethod
    def _ascending(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(sorted(set(value)))

    @field_validator("destinations")
    @classmethod
    def _known_destinations(cls, value: tuple[Destination, ...]) -> tuple[Destination, ...]:
        if not value:
            raise ValueError(f"list where events go: {', '.join(DESTINATIONS)}, or both")
        return tuple(each for each in DESTINATIONS if each in value)

    @field_validator("allowed_origins")
    @classmethod
    def _origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        faults = []
        for entry in value:
            try:
                OriginPolicy.parse([entry])
            except ValueError as fault:
                faults.append(str(fault))
        if faults:
            raise ValueError("; ".join(faults))
        return value

    @property
    def identity_secrets(self) -> tuple[str, ...]:
        """The secrets that signatures may be made with, the current one first."""
        return tuple(each.get_secret_value() for each in secrets_of(self.identity_secret))
