"""From settings to the small frozen policies that the rooms are given instead."""

from app.deliver.policy import DAY
from app.domain.media import Catalogue
from app.domain.milestones import MilestonePolicy
from app.domain.observation import ObservationPolicy
from app.domain.timestamps import TRACKER_QUEUE_MS, longest_age
from app.domain.trust import TrustPolicy
from app.settings import Settings
from app.store.values import Quota, Retention

RESERVED_FOR_TOKENS = 7
"""Requests of a window kept for OAuth, which asks the store for no permit.

When a token ends before its time: five requests in flight that go out once more, and two refreshes.
"""

WINDOW_MS = 10_050
"""HubSpot's ten seconds, and a little for the grain of two clocks."""


def quota_of(settings: Settings) -> Quota:
    """The permits there are; a few stay with OAuth."""
    reserved = RESERVED_FOR_TOKENS if settings.hubspot_client_id else 0
    return Quota(max(1, settings.hubspot_rate - reserved), WINDOW_MS)


def retention_of(settings: Settings) -> Retention:
    """How long what is kept. A play outlives all its events, so that no repeat revives one."""
    longest = max(settings.park_days, settings.retain_days)
    return Retention(
        settled_ms=int(settings.retain_days * DAY),
        plays_ms=int(longest * DAY) + TRACKER_QUEUE_MS,
        park_ms=int(settings.park_days * DAY),
    )


def milestones_of(settings: Settings) -> MilestonePolicy:
    """Which events are wanted."""
    return MilestonePolicy(
        percents=settings.milestones,
        viewed_percent=settings.viewed_percent,
        send_percent="percent" in settings.events,
        send_played="played" in settings.events,
        send_attention="attention" in settings.events,
    )


def observing_of(settings: Settings, catalogue: Catalogue) -> ObservationPolicy:
    """What describing a play needs to know."""
    return ObservationPolicy(catalogue, trust_of(settings))


def trust_of(settings: Settings) -> TrustPolicy:
    """How far senders are believed."""
    secret = settings.identity_secret
    return TrustPolicy(
        secrets=(secret.get_secret_value(),) if secret else (),
        endless_signatures=settings.identity_legacy,
        longest_age_ms=longest_age(int(settings.park_days * DAY)),
    )
