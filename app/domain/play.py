"""A play: all that is known of one session's view of one medium.

Merging plays is a semilattice: `merge` is commutative, associative and idempotent. Each field takes
the larger of the two sides under a total order of its own, so pings may be lost, repeated and
reordered without changing the result.
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
"""A held-back event: when it was reached (ms), its position among the play's events, its key."""

Progress = tuple[float, int, int]
"""Progress (percent covered, times that any span was watched), and when it was reached, in ms."""


class Play(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """The merged state of one view.

    `started_at`: ms since the epoch, by the relay's clock. `percent`: the largest coverage
    reported, 0–100. `page` contains the rank under which it was chosen. `second_utk`: when another
    usertoken arrived for the session, and its digest. It has no effect, but explanations mention
    it.
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
    """When the latest of them was reached, in ms."""
    refused: frozenset[str] = frozenset()
    """Keys of identities (`domain.identity`) for which HubSpot knows no contact."""
    site: str = ""
    """The key of the site on which it was watched; "" if there is only one."""
    second_utk: Seen[str] | None = None
    held: tuple[Held, ...] = ()
    """Events that must not be sent yet, in order: no identity is known, or `short_of` says why."""
    short_of: str = ""
    """The minimum attention that the play has not reached; each fold determines it again."""

    @property
    def covered(self) -> float:
        """The share that was watched at least once, 0–100."""
        return max(self.percent, *map(coverage.percent, self.maps), 0.0)

    @property
    def spans(self) -> Spans:
        """The finest attention map; empty if there is none."""
        return self.maps[-1] if self.maps else ()


def play_id(session_id: str, media: str, site: str = "") -> bytes:
    """Sixteen bytes that identify a view: the session together with the medium, on one site.

    A session may play several media; each is a view with its own milestones. `site`: its key, at
    most 64 ASCII characters; two sites may use the same session id for different sessions.
    """
    return blake2b(f"{session_id}\0{media}".encode(), digest_size=16, key=site.encode()).digest()


def merge(one: Play, other: Play) -> Play:
    """Merge two states of the same view, as if all their pings had arrived together."""
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
    """The usertoken that arrived first, and a digest of the first different one."""
    if one.utk == other.utk and one.second_utk == other.second_utk:  # nearly always
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
    """The furthest progress, and the earliest of equals: a repeated ping changes nothing."""
    covered, watched, at = progress
    return covered, watched, -at


def _page_rank(page: tuple[int, int, Page]) -> tuple[int, int, bytes]:
    """A page that the ping named before one taken from the Referer, then the earliest."""
    guessed, seen_at, content = page
    return guessed, seen_at, msgspec.json.encode(content)


def _fuller(one: Medium, other: Medium) -> Medium:
    """The description with more fields; the longer duration of a medium that still grows."""
    return max(one, other, key=_medium_rank) if one != other else one


def _medium_rank(medium: Medium) -> tuple[int, float, bytes]:
    known = sum(value is not None for value in msgspec.structs.astuple(medium))
    return known, medium.duration or 0.0, msgspec.json.encode(medium)
