"""A play: all that is known of one session's view of one medium. Progress is a semilattice.

`merge` is commutative, associative and idempotent: each field takes the best of the two sides
under a total order of its own, so pings may be lost, doubled and reordered and the end is the same.
"""

from hashlib import blake2b
from typing import TypeVar

import msgspec

from app.domain import coverage
from app.domain.coverage import Maps, Spans
from app.domain.media import Medium
from app.domain.page import Page

T = TypeVar("T", bound=str | int)

Seen = tuple[int, T]
"""When (ms since the epoch) the relay first received a value, and the value. The earliest wins."""


Held = tuple[int, int, str]
"""An event that is held back: when it was earned (ms), its place among the play's, its key."""

Progress = tuple[float, int, int]
"""How far a play has come (percent covered, times that any span was watched), and when, in ms."""


class Play(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """The merged state of one view.

    `started_at`: ms since the epoch, by the relay's clock. `percent`: the largest coverage
    reported, 0–100. `page` carries the rank under which it was chosen. `second_utk`: when another
    usertoken came with the session, and a digest of it. It changes nothing, but people are told.
    """

    session_id: str
    medium: Medium
    page: tuple[int, int, Page]
    started_at: int
    percent: float = 0.0
    maps: Maps = ()
    ended: bool = False
    furthest: Progress = (0.0, 0, 0)
    utk: Seen[str] | None = None
    hsenc: Seen[str] | None = None
    contact_id: Seen[int] | None = None
    handed_on: frozenset[str] = frozenset()
    earned_at: int = 0
    """When the latest of them was earned, in ms."""
    refused: frozenset[str] = frozenset()
    """The keys of identities (`domain.identity`) that HubSpot knows nobody by."""
    site: str = ""
    """The key of the site that it was watched on; "" where there is but one."""
    second_utk: Seen[str] | None = None
    held: tuple[Held, ...] = ()
    """Events that must not be sent yet, in order: nobody is known, or `short_of` says why."""
    short_of: str = ""
    """The bound of the least attention that the play has not reached; the fold finds it afresh."""

    @property
    def covered(self) -> float:
        """How much was watched at least once, 0–100."""
        return max(self.percent, *map(coverage.percent, self.maps), 0.0)

    @property
    def spans(self) -> Spans:
        """The finest attention map; empty where there is none."""
        return self.maps[-1] if self.maps else ()


def play_id(session_id: str, media: str, site: str = "") -> bytes:
    """Sixteen bytes that name a view: the session together with the medium, on one site.

    One session may play several media, and each is a view with milestones of its own. `site`: its
    key, 64 ASCII characters at most; what one site calls a session says nothing about another's.
    """
    return blake2b(f"{session_id}\0{media}".encode(), digest_size=16, key=site.encode()).digest()


def merge(one: Play, other: Play) -> Play:
    """Both, as if all their pings had arrived at once. Both must be of the same view."""
    utk, second_utk = _first_two(one, other)
    return Play(
        session_id=one.session_id,
        medium=_fuller(one.medium, other.medium),
        page=min(one.page, other.page, key=_page_rank),
        started_at=min(one.started_at, other.started_at),
        percent=max(one.percent, other.percent),
        maps=coverage.merge(one.maps, other.maps),
        ended=one.ended or other.ended,
        furthest=max(one.furthest, other.furthest, key=_progress_rank),
        utk=utk,
        hsenc=_earlier(one.hsenc, other.hsenc),
        contact_id=_earlier(one.contact_id, other.contact_id),
        handed_on=one.handed_on | other.handed_on,
        earned_at=max(one.earned_at, other.earned_at),
        refused=one.refused | other.refused,
        site=one.site,
        second_utk=second_utk,
        held=tuple(sorted({*one.held, *other.held})) if other.held else one.held,
    )


def _first_two(one: Play, other: Play) -> tuple[Seen[str] | None, Seen[str] | None]:
    """The usertoken that arrived first, and of the others the first, as a digest."""
    if one.utk == other.utk and one.second_utk == other.second_utk:  # all but always
        return one.utk, one.second_utk
    known = [(utk[0], _digest(utk[1]), utk) for utk in (one.utk, other.utk) if utk]
    if not known:
        return None, None
    _, first, utk = min(known)
    seen = [(at, digest) for at, digest, _ in known]
    seen += [second for second in (one.second_utk, other.second_utk) if second]
    return utk, min(((at, digest) for at, digest in seen if digest != first), default=None)


def _digest(token: str) -> str:
    """Distinguishes tokens without revealing them."""
    return blake2b(token.encode(), digest_size=8).hexdigest()


def _earlier(one: Seen[T] | None, other: Seen[T] | None) -> Seen[T] | None:
    if one is None or other is None:
        return one or other
    return min(one, other)


def _progress_rank(progress: Progress) -> tuple[float, int, int]:
    """The furthest, and of equals the earliest: a ping that comes again moves nothing."""
    covered, watched, at = progress
    return covered, watched, -at


def _page_rank(page: tuple[int, int, Page]) -> tuple[int, int, bytes]:
    """A page that the ping named before one guessed from the Referer, then the earliest."""
    guessed, seen_at, content = page
    return guessed, seen_at, msgspec.json.encode(content)


def _fuller(one: Medium, other: Medium) -> Medium:
    """The description that says more; the longer duration of a medium that is still growing."""
    return max(one, other, key=_medium_rank) if one != other else one


def _medium_rank(medium: Medium) -> tuple[int, float, bytes]:
    known = sum(value is not None for value in msgspec.structs.astuple(medium))
    return known, medium.duration or 0.0, msgspec.json.encode(medium)
