"""The way from browser to relay: pings are lost, doubled, overtaken, and kept back for days.

`Parcel.sent_at` is when the browser stamped it, `arrives_at` when the relay gets it: never more
than `LONGEST_TRANSIT` later, for what lies longer on the way says so by no clock. The exception is
a copy that somebody on the way makes: the relay has had the original by then.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from tests.simulation.visitors import DAY, HOUR, MINUTE, Ping, Truth, Visitor

LONGEST_TRANSIT = 0.8
LONGEST_HELD = 2 * DAY


@dataclass(frozen=True, slots=True)
class Network:
    """Shares of the pings, of 1. `held`: kept back by the browser, and stamped when they leave."""

    lost: float = 0.08
    held: float = 0.12
    doubled: float = 0.10


FLAWLESS = Network(lost=0, held=0, doubled=0)


@dataclass(frozen=True, slots=True)
class Parcel:
    """A ping on its way, in seconds of the run. `is_copy`: somebody on the way made it."""

    sent_at: float
    arrives_at: float
    visitor: Visitor
    ping: Ping
    is_copy: bool = False


def deliveries(seed: str, truth: Truth, network: Network) -> list[Parcel]:
    """All that reaches the relay, in order of arrival."""
    found: list[Parcel] = []
    for visitor in truth.visitors:
        rng = Random(f"{seed}/{visitor.name}/network")  # noqa: S311 - repeatable
        for ping in visitor.pings:
            found += [
                parcel
                for parcel in _ways(rng, visitor, ping, network)
                if parcel.arrives_at < visitor.gone_at
            ]
    return sorted(found, key=lambda parcel: (parcel.arrives_at, parcel.visitor.name))


def _ways(rng: Random, visitor: Visitor, ping: Ping, network: Network) -> Iterator[Parcel]:
    if rng.random() < network.lost:
        return
    sent_at = ping.at + rng.uniform(0, 0.2)
    if rng.random() < network.held:
        sent_at += rng.choice((10 * MINUTE, 6 * HOUR, LONGEST_HELD)) * rng.random()
    first = Parcel(sent_at, sent_at + rng.uniform(0.02, LONGEST_TRANSIT), visitor, ping)
    yield first
    if rng.random() < network.doubled:
        later = first.arrives_at + rng.choice((0.5, MINUTE, 3 * HOUR)) * rng.random()
        if rng.random() < 0.5:
            yield Parcel(sent_at, later, visitor, ping, is_copy=True)
        else:
            yield Parcel(later, later + rng.uniform(0.02, LONGEST_TRANSIT), visitor, ping)
