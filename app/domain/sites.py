"""Which site a page belongs to: the one whose origins describe it most closely.

`https://www.example.com` comes before `https://*.example.com`, that before `https://*.com`, and
`*` comes last. Where two sites describe it alike, it is nobody's: its pings have to name the site.
"""

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import NamedTuple

from app.domain.origin import OriginPolicy


class Belonging(NamedTuple):
    """What an origin may do: the sites it may send for, and the one it sends for if it names none.

    `site` is None where no site may be assumed.
    """

    allowed: frozenset[str]
    site: str | None


def belonging(origin: str, sites: Mapping[str, OriginPolicy], keyed: frozenset[str]) -> Belonging:
    """Of an Origin header. `sites`: by key; `keyed`: those whose pings have to name them."""
    near = {site: nearness for site in sites if (nearness := sites[site].nearness(origin))}
    found = {site: nearness for site, nearness in near.items() if site not in keyed}
    nearest = max(found.values(), default=0)
    best = [site for site, nearness in found.items() if nearness == nearest]
    return Belonging(frozenset(near), best[0] if len(best) == 1 else None)


def ties(sites: Mapping[str, OriginPolicy]) -> Iterator[tuple[str, str, str]]:
    """Each entry that two sites have: both keys (the first as they are listed), and the entry."""
    for one, other in combinations(sites, 2):
        for entry in sites[one].shared_with(sites[other]):
            yield one, other, entry
