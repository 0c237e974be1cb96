"""Which sites may send pings: the operator's list, held against the Origin header.

An entry is an origin as browsers write it, `https://www.example.com`; or one with a wildcard,
`https://*.example.com`, for subdomains of any depth but not the domain itself; or `*` for every
http(s) site. The opaque origin `null` (sandboxed frames, local files) can be claimed by any site,
so even `*` leaves it out: it has to be named.
"""

import ipaddress
import re
from collections.abc import Iterable
from typing import Self

import msgspec
from msgspec.structs import replace

from app.domain.url import Url, parse_url

_ANY = "*"
_OPAQUE = "null"
_WILDCARD = "*."
_SEPARATORS = re.compile(r"[;\s]")
_WILD = 1
_EXACT = 1 << 20  # longer than any host name


class OriginPolicy(msgspec.Struct, frozen=True):
    """The sites that may send. Origins are normalised; wildcards without their "*.".

    `loopback` adds any http(s) origin on this machine, whatever its port: for the sandbox's demo.
    """

    exact: frozenset[str] = frozenset()
    parents: frozenset[str] = frozenset()
    anyone: bool = False
    loopback: bool = False

    @classmethod
    def parse(cls, entries: Iterable[str], *, loopback: bool = False) -> Self:
        """Parse the operator's entries; blank ones are skipped.

        Raises ValueError for the first malformed entry; its text names the entry and says what to
        write.
        """
        exact: set[str] = set()
        parents: set[str] = set()
        anyone = False
        for entry in filter(None, map(str.strip, entries)):
            if entry == _ANY:
                anyone = True
            elif entry == _OPAQUE:
                exact.add(entry)
            elif (parent := entry.replace(f"//{_WILDCARD}", "//", 1)) != entry:
                parents.add(_understood(parent, entry).origin)
            else:
                exact.add(_understood(entry, entry).origin)
        return cls(frozenset(exact), frozenset(parents), anyone, loopback)

    def allows(self, origin: str) -> bool:
        """Whether pings from this Origin header are allowed; any text may be passed."""
        return self.nearness(origin) > 0

    def nearness(self, origin: str) -> int:
        """How specific the best matching entry is; 0: no entry matches, so it is not allowed.

        An exact name counts more than a wildcard, a longer wildcard more than a shorter; `*` least.
        """
        if origin in self.exact:  # browsers send the normal form: the usual case ends here
            return _EXACT
        url = _parse_origin(origin)
        if url is None:
            return 0
        if url.origin in self.exact:
            return _EXACT
        wildcards = self.parents.intersection(_parents(url)) if self.parents else ()
        if wildcards:
            return _WILD + max(map(len, wildcards))
        return int(self.anyone or (self.loopback and _is_loopback(url.host)))

    def shared_with(self, other: Self) -> list[str]:
        """The entries that both have, as an operator writes them."""
        parents = (
            parent.replace("//", f"//{_WILDCARD}", 1) for parent in self.parents & other.parents
        )
        anyone = [_ANY] if self.anyone and other.anyone else []
        return [*sorted(self.exact & other.exact), *sorted(parents), *anyone]


def entry_for(origin: str) -> str | None:
    """The entry that would allow exactly this Origin header; None: no entry can."""
    if origin == _OPAQUE:
        return origin
    url = _parse_origin(origin)
    return url.origin if url else None


def _parse_origin(text: str) -> Url | None:
    url = parse_url(text)
    is_bare = url is not None and url.path == "/" and not any(mark in text for mark in "?#@\\")
    return url if is_bare else None


def _understood(origin: str, entry: str) -> Url:
    if url := _parse_origin(origin):
        return url
    if _SEPARATORS.search(entry):
        raise ValueError(f"{entry!r} is several in one: put commas between them")
    meant = parse_url(origin if ":/" in origin else f"https://{origin.lstrip('/')}")
    if meant is None:
        remedy = "https://www.example.com, https://*.example.com or *"
    else:
        wildcard = _WILDCARD if origin != entry else ""
        remedy = f"{meant.scheme}://{wildcard}{meant.authority}"
    raise ValueError(f"{entry!r} is no origin (scheme, host and port, no more): write {remedy}")


def _parents(url: Url) -> set[str]:
    labels = url.host.split(".")
    return {replace(url, host=".".join(labels[depth:])).origin for depth in range(1, len(labels))}


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
