"""Which site a page belongs to: the one whose origins match it most specifically.

`https://www.example.com` takes precedence over `https://*.example.com`, that over `https://*.com`,
and `*` comes last. If two sites match equally, no site is assumed: pings must name the site.
"""

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import NamedTuple

from app.domain.origin import OriginPolicy


class Belonging(NamedTuple):
    """The sites that an origin may send for, and the one it sends for if it names none.

    `site` is None if no site may be assumed.
    """

    allowed: frozenset[str]
    site: str | None


def belonging(origin: str, sites: Mapping[str, OriginPolicy], keyed: frozenset[str]) -> Belonging:
    """Match an Origin header. `sites`: by key; `keyed`: sites whose pings must name them."""
    near = {site: nearness for site in sites if (nearness := sites[site].nearness(origin))}
    found = {site: nearness for site, nearness in near.items() if site not in keyed}
    nearest = max(found.values(), default=0)
    best = [site for site, nearness in found.items() if nearness == nearest]
    return Belonging(frozenset(near), best[0] if len(best) == 1 else None)


def ties(sites: Mapping[str, OriginPolicy]) -> Iterator[tuple[str, str, str]]:
    """Each entry that two sites share: both keys (in the order of the file), and the entry."""
    for one, other in combinations(sites, 2):
        for entry in sites[one].shared_with(sites[other]):
            yield one, other, entry
