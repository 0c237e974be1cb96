"""A session's pings and what they say: built by hand, and drawn by hypothesis."""

from typing import Any

from hypothesis import strategies as st

from app.domain import coverage
from app.domain.figures import Change, Figures
from app.domain.media import Catalogue, Medium
from app.domain.milestones import MilestonePolicy
from app.domain.observation import Observation, ObservationPolicy, observe
from app.domain.page import Page
from app.domain.ping import PlayPing
from app.domain.play import Play
from app.domain.trust import TrustPolicy

NOW = 1_790_000_000_000
"""When the tests take place, ms since the epoch."""

SECRET = "the site's and the relay's"
EXPIRES = NOW // 1000 + 24 * 60 * 60
SIGNATURES = {
    # printf %s 7.1790086400 | openssl dgst -sha256 -hmac "the site's and the relay's"
    7: f"{EXPIRES}.f02b53f396454bf36fb5431f0800772be6edfa0db5148c596548a74be913550b",
    8: f"{EXPIRES}.fbb64c83e4c9ead4bb39b4a72f2cd3ab9820c4852b10cfc6f36bd7789ddadfc4",
    2**63 - 1: f"{EXPIRES}.01d4e9032f185efb256580a7a572fb83df8704ecb78e5db8b3364353508c2351",
}
TRUST = TrustPolicy(secrets=(SECRET,))
DESCRIBING = ObservationPolicy(Catalogue(), TRUST)
ALL = MilestonePolicy()


def ping(**fields: Any) -> PlayPing:
    """A ping of one and the same view, with the least that makes it valid."""
    return PlayPing(**{"session_id": "session", "media_bridge_id": 42, "page_id": 5, **fields})


def figures_of(play: Play, *, attributed: bool = False) -> Figures:
    """The figures of one play. `attributed`: HubSpot has put an event of it on a contact."""
    change = Change()
    change.move(play, 1, attributed=attributed)
    return change.figures()


def seen(at: int = NOW, *, referer: str | None = None, **fields: Any) -> Observation:
    """The observation of a ping that arrives at `at`."""
    return observe(ping(**fields), received_at=at, referer=referer, policy=DESCRIBING)


def play(percent: float = 0, *spans: int, **fields: Any) -> Play:
    """A play that has come so far."""
    return Play(
        **{
            "session_id": "session",
            "medium": Medium(type="VIDEO", bridge_id=42),
            "page": (0, NOW, Page(page_id=5)),
            "started_at": NOW,
            "percent": percent,
            "maps": (spans,) if spans else (),
            **fields,
        }
    )


def attention(sizes: tuple[int, ...] = (4, 10)) -> st.SearchStrategy[coverage.Spans]:
    """An attention map of one of these resolutions."""
    return st.sampled_from(sizes).flatmap(
        lambda size: st.lists(st.integers(0, 3), min_size=size, max_size=size).map(tuple)
    )


def maybe(*values: Any) -> st.SearchStrategy[Any]:
    """One of these, or nothing."""
    return st.sampled_from((None, *values))


@st.composite
def observations(draw: st.DrawFn) -> Observation:
    """A ping of one session: any progress, any of a few words on who, where and what."""
    return seen(
        NOW + draw(st.integers(0, 5)) * 1000,
        played_percent=draw(st.none() | st.floats(0, 100)),
        watched=draw(st.none() | attention().map(coverage.compress)),
        ended=draw(st.none() | st.booleans()),
        contact_utk=draw(maybe("a" * 32, "b" * 32)),
        hsenc=draw(maybe("p2ANqtz-1", "p2ANqtz-2")),
        contact_id=draw(maybe(7, 8)),
        contact_signature=draw(maybe(SIGNATURES[7], SIGNATURES[8])),
        page_id=draw(maybe(5, 6)),
        page_url=draw(maybe("https://www.example.com/a", "https://www.example.com/b")),
        page_name=draw(maybe("A", "B")),
        media_name=draw(maybe("Film", "The film")),
        duration=draw(maybe(20.0, 41.0, 60.0)),
        occurred_timestamp=draw(maybe(NOW - 9000.0, NOW - 4000.0)),
        sent_at=draw(maybe(NOW - 3000.0, NOW + 90_000.0)),
        referer=draw(maybe("https://www.example.com/from")),
    )
