"""The pure half of the fold, as the store's engines call it inside their transactions."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Self

from msgspec.structs import replace

from app.domain import folding
from app.domain.destination import MEDIA_BRIDGE, Destination
from app.domain.folding import Folded
from app.domain.known import KnownMedia, LayeredCatalogue
from app.domain.media import NOTHING_KNOWN, Medium, Wanted
from app.domain.media_url import media_address
from app.domain.milestones import MilestonePolicy
from app.domain.observation import Observation, ObservationPolicy, observe
from app.domain.ping_parser import parse
from app.domain.play import Play
from app.store.records import InboxPing, Unfoldable


class SitePolicy(NamedTuple):
    """How a site's plays are described, which milestones they can reach, and where events go."""

    observing: ObservationPolicy
    milestones: MilestonePolicy
    destinations: tuple[Destination, ...] = (MEDIA_BRIDGE,)

    def milestones_of(self, medium: Medium) -> MilestonePolicy:
        """The milestones that a play of the medium can reach."""
        if not self.observing.catalogue.bounds_attention:
            return self.milestones
        wanted = Wanted(medium.bridge_id, medium.external_id, media_address(medium.url))
        entry = self.observing.catalogue.find(wanted) or NOTHING_KNOWN
        least = {"least_percent": entry.least_percent, "least_seconds": entry.least_seconds}
        own = {name: value for name, value in least.items() if value is not None}
        return replace(self.milestones, **own)

    def with_media(self, media: KnownMedia) -> Self:
        """The same policy, with these media filling the gaps of the catalogue."""
        layered = LayeredCatalogue(self.observing.catalogue, media)
        return self._replace(observing=replace(self.observing, catalogue=layered))


class PureFolding:
    """Holds the policies; everything else is an argument.

    `sites`: the policies of sites that have their own, by key. The other arguments apply to all
    other plays: those of the only site, which has no key, and of sites that are no longer in the
    operator's file.
    """

    def __init__(
        self,
        observing: ObservationPolicy,
        milestones: MilestonePolicy,
        sites: Mapping[str, SitePolicy] | None = None,
        destinations: tuple[Destination, ...] = (MEDIA_BRIDGE,),
    ) -> None:
        self._given = SitePolicy(observing, milestones, destinations), sites or {}
        self._others, self._sites = self._given

    def use_media(self, media: KnownMedia) -> None:
        """From now on, let these media fill the gaps of the operator's catalogues."""
        others, sites = self._given
        self._others = others.with_media(media)
        self._sites = {site: policy.with_media(media) for site, policy in sites.items()}

    def observe(self, ping: InboxPing) -> list[Observation] | Unfoldable:
        """Decode an inbox row; one that can't be read is set aside and does not stop the others."""
        observing = self._of(ping.site).observing
        try:
            return [
                observe(
                    play,
                    received_at=ping.received_at,
                    referer=ping.referer,
                    policy=observing,
                    site=ping.site,
                )
                for play in parse(ping.body, ping.referer).plays
            ]
        except Exception as error:  # noqa: BLE001 - an acknowledged ping must not be lost
            return Unfoldable.because(error)

    def fold(self, known: Play | None, seen: Sequence[Observation]) -> Folded:
        """See `domain.folding.fold`."""
        first = known or seen[0].play
        site = self._of(first.site)
        return _sent_to(
            site.destinations, folding.fold(known, seen, site.milestones_of(first.medium))
        )

    def close(self, play: Play, quiet_since: int) -> Folded:
        """See `domain.folding.close`."""
        site = self._of(play.site)
        return _sent_to(site.destinations, folding.close(play, quiet_since, site.milestones))

    def _of(self, site: str) -> SitePolicy:
        return self._sites.get(site, self._others)


def _sent_to(destinations: tuple[Destination, ...], folded: Folded) -> Folded:
    if destinations == folded.destinations:
        return folded
    return replace(folded, destinations=destinations)
