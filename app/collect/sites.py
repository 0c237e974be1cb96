"""Finds the site of a ping: by its key, or by the origin of its page."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from app.collect.admission import Admission
from app.collect.problem import Refusal
from app.domain.origin import OriginPolicy, entry_for
from app.domain.sites import Belonging, belonging
from app.domain.trust import TrustPolicy
from app.store.pipeline import Inbox
from app.telemetry.metrics import Metrics

ORIGIN_LIMIT = 300
"""Bytes of an Origin: a host name has at most 253. Longer ones are refused and not cached."""

ORIGINS_CACHED = 1024
"""Origins whose result is cached: the same pages send again and again."""

_SHOWN = 200


class SiteEntry(NamedTuple):
    """A site, as collect uses it: who may send, and where its pings go.

    `site`: its key; "" if there is only one, whatever a ping calls it. `needs_key`: no ping belongs
    to this site by its origin alone. `account`: for the log. `wake`: notifies the account's fold of
    new pings. `admission`: whether the store has space. `trust`: how far its senders are trusted.
    """

    site: str
    origins: OriginPolicy
    needs_key: bool
    account: str
    inbox: Inbox
    wake: Callable[[], None]
    metrics: Metrics
    admission: Admission
    trust: TrustPolicy = TrustPolicy()


class SiteResolver:
    """Finds the site of a ping, and caches which sites an origin may send for."""

    def __init__(self, entries: Sequence[SiteEntry]) -> None:
        self._entries = {entry.site: entry for entry in entries}
        self._only = entries[0] if len(entries) == 1 and not entries[0].needs_key else None
        policies = {entry.site: entry.origins for entry in entries}
        keyed = frozenset(entry.site for entry in entries if entry.needs_key)
        self._belonging: Callable[[bytes], Belonging] = lru_cache(ORIGINS_CACHED)(
            lambda origin: belonging(origin.decode("latin-1"), policies, keyed)
        )

    def allows(self, origin: bytes) -> bool:
        """Whether the origin may send for any site."""
        return len(origin) <= ORIGIN_LIMIT and bool(self._belonging(origin).allowed)

    def require_allowed(self, origin: bytes | None) -> None:
        """Raise Refusal where the origin may send for no site at all."""
        if origin is not None and not self.allows(origin):
            sole = "" in self._entries
            where = "PLAYRELAY_ALLOWED_ORIGINS" if sole else "allowed_origins of one of its sites"
            raise _not_allowed(origin, where)

    def resolve(self, key: str | None, origin: bytes | None) -> SiteEntry:
        """Return the site of a ping. Raises Refusal: no such site, or not from that origin.

        The origin is one that `require_allowed` let pass.
        """
        if self._only is not None and (not key or not self._only.site):
            return self._only
        if not key:
            site = None if origin is None else self._belonging(origin).site
            if site is None:
                detail = "site: this relay serves several sites: send the key of one (data-site)"
                raise Refusal("invalid", detail)
            return self._entries[site]
        entry = self._entries.get(key)
        if entry is None:
            detail = (
                f"site: {key[:_SHOWN]!r} is not a site of this relay: "
                "send the key of another (data-site)"
            )
            raise Refusal("invalid", detail)
        if origin is not None and key not in self._belonging(origin).allowed:
            raise _not_allowed(origin, f"allowed_origins of site {key}")
        return entry


def _not_allowed(origin: bytes, where: str) -> Refusal:
    if len(origin) > ORIGIN_LIMIT:
        return Refusal("origin_not_allowed", f"the Origin is longer than {ORIGIN_LIMIT} bytes")
    text = origin.decode("latin-1")
    entry = entry_for(text)
    if entry is None:
        advice = "can't be allowed: send from a page on http(s), or from a server without Origin"
        return Refusal("origin_not_allowed", f"the Origin {text[:_SHOWN]!a} {advice}")
    return Refusal("origin_not_allowed", f"add {entry} to {where} to let its pages send pings")
