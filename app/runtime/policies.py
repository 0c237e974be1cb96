"""Turns settings into small frozen policies for the packages."""

from app.config import Settings
from app.deliver.delays import DAY, MINUTE, DeliveryPolicy
from app.deliver.sender import LEASE_MS
from app.domain.media import Catalogue
from app.domain.milestones import MilestonePolicy
from app.domain.observation import ObservationPolicy
from app.domain.streak import REFUSED_ALL
from app.domain.timestamps import TRACKER_QUEUE_MS, longest_age
from app.domain.trust import TrustPolicy
from app.store.policy import LongestWaits, Quota, Retention, StorePolicy

RESERVED_FOR_TOKENS = 7
"""Requests of a window reserved for OAuth, which takes no permit from the store.

When a token expires early, five requests in flight are repeated and two refreshes are sent.
"""

WINDOW_MS = 10_050
"""HubSpot's ten seconds, and a margin for the resolution of two clocks."""


def quota_of(settings: Settings) -> Quota:
    """The requests allowed in a window; a few of them are reserved for OAuth."""
    reserved = RESERVED_FOR_TOKENS if settings.hubspot_client_id else 0
    return Quota(max(1, settings.hubspot_rate - reserved), WINDOW_MS)


def retention_of(settings: Settings) -> Retention:
    """How long data is kept. A play outlives its events, so that a late ping adds none again."""
    longest = max(settings.park_days, settings.retain_days)
    return Retention(
        settled_ms=int(settings.retain_days * DAY),
        plays_ms=int(longest * DAY) + TRACKER_QUEUE_MS,
        park_ms=int(settings.park_days * DAY),
    )


def store_policy_of(settings: Settings) -> StorePolicy:
    """The store's policy."""
    return StorePolicy(
        identity=settings.identity,
        quota=quota_of(settings),
        retention=retention_of(settings),
        settle_ms=settings.settle_seconds * 1000,
        longest=longest_waits(DeliveryPolicy(), LEASE_MS),
        destinations=settings.destinations,
    )


def longest_waits(policy: DeliveryPolicy, lease_ms: int) -> LongestWaits:
    """The longest waits that `deliver` may request from the store."""
    jitter = 1_000
    outage = max(policy.retry_cap, policy.strained_cap, policy.outage_cap, policy.retry_after_cap)
    for_a_person = ("bad_token", "reinstall_needed", "missing_scope", "not_connected")
    return LongestWaits(
        lease=lease_ms,
        pause=outage,
        pauses={
            "daily_limit": DAY + jitter,
            "rate_limited": policy.retry_after_cap + jitter,
            REFUSED_ALL: policy.refused_cap,
            **dict.fromkeys(for_a_person, policy.account_trouble),
        },
        retries={"unavailable": outage, REFUSED_ALL: policy.refused_cap + MINUTE},
        strangers=policy.ask_strangers,
        waiting=DAY,
    )


def milestones_of(settings: Settings) -> MilestonePolicy:
    """Which events are sent."""
    return MilestonePolicy(
        percents=settings.milestones,
        viewed_percent=settings.viewed_percent,
        send_percent="percent" in settings.events,
        send_played="played" in settings.events,
        send_attention="attention" in settings.events,
        least_percent=settings.least_percent,
        least_seconds=settings.least_seconds,
    )


def observing_of(settings: Settings, catalogue: Catalogue) -> ObservationPolicy:
    """What is needed to describe a play."""
    return ObservationPolicy(catalogue, trust_of(settings))


def trust_of(settings: Settings) -> TrustPolicy:
    """How far senders are believed."""
    return TrustPolicy(
        secrets=settings.identity_secrets,
        endless_signatures=settings.identity_legacy,
        longest_age_ms=longest_age(int(settings.park_days * DAY)),
    )
