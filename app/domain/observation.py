"""From a ping to what it says about a play: the clock set right, page and medium described."""

import msgspec

from app.domain import coverage, identity
from app.domain.media import Finder, describe_medium, media_key
from app.domain.page import describe_page
from app.domain.ping import PlayPing
from app.domain.play import Play, play_id


class Observation(msgspec.Struct, frozen=True, gc=False):
    """One ping's word on a play. `occurred_at`: ms since the epoch, by the relay's clock."""

    play_id: bytes
    occurred_at: int
    received_at: int
    play: Play


class ObservationPolicy(msgspec.Struct, frozen=True):
    """What describing needs to know: the catalogue and the secret that signs contact ids."""

    catalogue: Finder
    identity_secret: str | None = None


def observe(
    ping: PlayPing,
    *,
    received_at: int,
    referer: str | None,
    policy: ObservationPolicy,
    site: str = "",
) -> Observation:
    """What one play of a request says. `received_at`: ms since the epoch. `site`: its key."""
    occurred_at = occurred(ping, received_at)
    utk = _token(ping.contact_utk)
    hsenc = _token(ping.hsenc)
    signed = identity.is_signed(ping.contact_id, ping.contact_signature, policy.identity_secret)
    guessed = not ping.page_id and not ping.page_url
    page = describe_page(
        page_id=ping.page_id or None,
        page_url=ping.page_url,
        page_name=ping.page_name,
        context=ping.external_play_context,
        referer=referer,
    )
    medium = describe_medium(
        media_type=ping.media_type,
        media_bridge_id=ping.media_bridge_id or None,
        external_id=ping.external_id,
        media_name=ping.media_name,
        media_url=ping.media_url,
        duration=ping.duration,
        catalogue=policy.catalogue,
    )
    percent = ping.played_percent or 0.0
    spans = coverage.expand(ping.watched) if ping.watched else ()
    covered = max(percent, coverage.percent(spans))
    media = media_key(ping.media_bridge_id or None, ping.external_id, ping.media_url) or ""
    return Observation(
        play_id=play_id(ping.session_id, media, site),
        occurred_at=occurred_at,
        received_at=received_at,
        play=Play(
            session_id=ping.session_id,
            medium=medium,
            page=(int(guessed), occurred_at, page),
            started_at=occurred_at,
            percent=percent,
            maps=(spans,) if spans else (),
            ended=bool(ping.ended),
            furthest=(covered, sum(spans), occurred_at),
            utk=(occurred_at, utk) if utk else None,
            hsenc=(occurred_at, hsenc) if hsenc else None,
            contact_id=(occurred_at, ping.contact_id) if signed and ping.contact_id else None,
            site=site,
        ),
    )


def occurred(ping: PlayPing, received_at: int) -> int:
    """When the progress happened, by the relay's clock, in ms since the epoch.

    Browser clocks are wrong by anything up to years. How long ago it was when the ping left is
    told by one and the same clock, so that difference is taken from the time of arrival. Without
    `sentAt` the browser is believed, but never into the future.
    """
    if ping.occurred_timestamp is None:
        return received_at
    if ping.sent_at is None:
        return min(int(ping.occurred_timestamp), received_at)
    age = max(0, int(ping.sent_at - ping.occurred_timestamp))
    return max(0, received_at - age)


def _token(value: str | None) -> str | None:
    value = value.strip() if value else ""
    return value if value.isascii() and value.isprintable() else None
