"""The sample plays are what a tracker might have sent."""

from app.demo.sample import DAYS, PLAYS, sample_pings
from app.domain.ping_parser import parse

NOW = 1_790_000_000_000
DAY = 24 * 60 * 60 * 1000


def test_sample_plays_are_pings() -> None:
    """Each is accepted, without a warning of what can't be used."""
    for ping in sample_pings(NOW):
        read = parse(ping.body, ping.referer)
        assert len(read.plays) == 1
        assert not read.faults


def test_sample_plays_are_the_same_each_time() -> None:
    """The sample plays have the same sessions, in order, within the weeks before."""
    pings = sample_pings(NOW)
    assert pings == sample_pings(NOW)
    assert len(pings) == PLAYS
    times = [ping.received_at for ping in pings]
    assert times == sorted(times)
    assert times[0] > NOW - DAYS * DAY
    assert times[-1] < NOW
