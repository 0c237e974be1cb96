"""The pure half of the fold, as the store's engines call it inside their transactions."""

from collections.abc import Sequence

import msgspec

from app.domain import folding
from app.domain.folding import Folded
from app.domain.known import KnownMedia, Shelves
from app.domain.milestones import MilestonePolicy
from app.domain.observation import Observation, ObservationPolicy, observe
from app.domain.ping import parse
from app.domain.play import Play
from app.store.values import InboxPing, Observed, Unfoldable


class PureFolding:
    """Policies in hand, everything else is an argument."""

    def __init__(self, observing: ObservationPolicy, milestones: MilestonePolicy) -> None:
        self._told = observing
        self._observing = observing
        self._milestones = milestones

    def know(self, media: KnownMedia) -> None:
        """From now on, let these fill what the operator's catalogue leaves open."""
        shelves = Shelves(self._told.catalogue, media)
        self._observing = msgspec.structs.replace(self._told, catalogue=shelves)

    def observe(self, rows: Sequence[tuple[int, InboxPing]]) -> Observed:
        """Decode rows; one that can't be read is set aside and holds up no other."""
        observations: list[Observation] = []
        unfoldable: list[Unfoldable] = []
        for row, ping in rows:
            try:
                observations += [
                    observe(
                        play,
                        received_at=ping.received_at,
                        referer=ping.referer,
                        policy=self._observing,
                        site=ping.site,
                    )
                    for play in parse(ping.body, ping.referer).plays
                ]
            except Exception as error:  # noqa: BLE001 - an acknowledged ping must not be lost
                unfoldable.append(Unfoldable(row, f"{type(error).__name__}: {error}"[:500]))
        return Observed(observations, unfoldable)

    def fold(self, known: Play | None, seen: Sequence[Observation]) -> Folded:
        """See `domain.folding.fold`."""
        return folding.fold(known, seen, self._milestones)

    def close(self, play: Play, quiet_since: int) -> Folded:
        """See `domain.folding.close`."""
        return folding.close(play, quiet_since, self._milestones)
