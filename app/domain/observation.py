"""Turns a ping into an observation of a play: time corrected, page and medium described."""

import msgspec
from msgspec.structs import replace

from app.domain import coverage
from app.domain.campaign import campaign_in
from app.domain.identity import mail_token, usertoken
from app.domain.media import Finder, describe_medium, media_key
from app.domain.page import describe_page
from app.domain.ping import PlayPing
from app.domain.play import Play, play_id
from app.domain.signature import signature_fault
from app.domain.timestamps import date
from app.domain.trust import TrustPolicy


class Observation(msgspec.Struct, frozen=True, gc=False):
    """What one ping says about a play. `occurred_at`: ms since the epoch, by the relay's clock.

    `identified`: the visitor has just submitted a form, so HubSpot can know them now.
    """

    play_id: bytes
    occurred_at: int
    received_at: int
    play: Play
    identified: bool = False


class ObservationPolicy(msgspec.Struct, frozen=True):
    """What is needed to describe a play: the catalogue, and how far senders are trusted."""

    catalogue: Finder
    trust: TrustPolicy = TrustPolicy()


def observe(
    ping: PlayPing,
    *,
    received_at: int,
    referer: str | None,
    policy: ObservationPolicy,
    site: str = "",
) -> Observation:
    """Observe one play of a request. `received_at`: ms since the epoch. `site`: its key.

    Identity and page get the time of arrival: a sender with a backdated ping can therefore not
    displace values that arrived earlier.
    """
    trust = policy.trust
    occurred_at = date(
        ping.occurred_timestamp,
        ping.sent_at,
        received_at=received_at,
        longest_age_ms=trust.longest_age_ms,
    ).at
    utk = usertoken(ping.contact_utk)
    hsenc = mail_token(ping.hsenc)
    contact_id = ping.contact_id or None
    if contact_id and signature_fault(
        contact_id,
        ping.contact_signature,
        trust.secrets,
        site=site,
        occurred_at=occurred_at,
        received_at=received_at,
        endless=trust.endless_signatures,
    ):
        contact_id = None
    guessed = not ping.page_id and not ping.page_url
    page = describe_page(
        page_id=ping.page_id or None,
        page_url=ping.page_url,
        page_name=ping.page_name,
        context=ping.external_play_context,
        referer=referer,
    )
    if ping.campaign and any(campaign := campaign_in(ping.campaign)):
        page = replace(page, campaign=campaign)
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
            page=(int(guessed), received_at, page),
            started_at=occurred_at,
            percent=percent,
            maps=(spans,) if spans else (),
            ended=bool(ping.ended),
            furthest=(covered, sum(spans), occurred_at),
            utk=(received_at, utk) if utk else None,
            hsenc=(received_at, hsenc) if hsenc else None,
            contact_id=(received_at, contact_id) if contact_id else None,
            site=site,
        ),
        identified=bool(ping.identified),
    )
