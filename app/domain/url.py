"""Web addresses: taken apart, normalised, put together again, and cut.

Only what identifies the same address is normalised (case and punycode of the host, default port,
an empty path); path and query keep their bytes. Characters that no URL may hold raw are
percent-encoded as a browser does. The fragment and any user name and password are left out: they
concern the browser alone. A fragment that is a route, by which single-page sites
address their views, is kept where it is asked for.
"""

import ipaddress
import re
from itertools import takewhile
from urllib.parse import quote

import idna
import msgspec

from app.domain.text import well_formed

_DEFAULT_PORTS = {"http": 80, "https": 443}
_MAX_PORT = 65_535
_MAX_PART = 8192  # characters of a path or query; servers accept no more, so no page has more
_MOST_PARTS = 100  # segments of a path, parameters of a query: each is looked at by itself
_MAX_HOST = 253  # RFC 1035; also keeps idna's work small

_SHAPE = re.compile(
    r"(https?)://([^/\\?#]*)([^?#]*)(?:\?([^#]*))?(?:\#([/!][^#]*))?", re.IGNORECASE
)
_AUTHORITY = re.compile(r"(\[[^\]]*\]|[^:]*)(?::([0-9]{0,5}))?")
_HOST = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.?")
_EDGES = "".join(map(chr, range(0x21)))  # browsers strip C0 controls and spaces around a URL …
_BREAKS = re.compile(r"[\t\r\n]")  # … and drop these anywhere in it
_RAW = re.compile(r"[^\x21-\x7e]+")

# A character of a path as it is written: several escapes, if UTF-8 takes several bytes for it.
_WRITTEN_CHARACTER = re.compile(r"%[0-9a-f]{2}(?:%[89ab][0-9a-f]){0,3}|.", re.IGNORECASE)


class Url(msgspec.Struct, frozen=True):
    """An absolute http(s) address in normal form; `str()` of it is what may be sent.

    `host` is lower-case ASCII (IPv6 in brackets), `port` None if it is the scheme's own, `path`
    begins with a slash, `query` stands without its question mark, `route` without its "#".
    """

    scheme: str
    host: str
    port: int | None
    path: str
    query: str
    route: str = ""

    @property
    def authority(self) -> str:
        """The host, with the port if it is not the scheme's default."""
        return self.host if self.port is None else f"{self.host}:{self.port}"

    @property
    def origin(self) -> str:
        """Scheme, host and port, as browsers write an Origin header."""
        return f"{self.scheme}://{self.authority}"

    @property
    def segments(self) -> list[str]:
        """The parts of path and route that are not empty, still percent-encoded."""
        route = self.route.lstrip("!").partition("?")[0]
        return [segment for segment in f"{self.path}/{route}".split("/") if segment]

    def __str__(self) -> str:
        query = f"?{self.query}" if self.query else ""
        return self.origin + self.path + query + (f"#{self.route}" if self.route else "")

    def fit(self, limit: int) -> str:
        """The address in at most `limit` (longer than an origin) characters.

        A longer address loses its query and route, then the end of its path, but never part of a
        character.
        """
        if len(whole := str(self)) <= limit:
            return whole
        space = limit - len(self.origin)
        ends = (character.end() for character in _WRITTEN_CHARACTER.finditer(self.path))
        end = max(takewhile(lambda end: end <= space, ends), default=0)
        return self.origin + self.path[:end]


def public_url(text: str) -> Url | None:
    """Parse a server's public address, which may have a path and nothing more; None otherwise."""
    return None if any(mark in text for mark in "?#@\\<>\"'") else parse_url(text)


def parse_url(text: str, *, routes: bool = False) -> Url | None:
    """Parse an absolute http(s) address; None for anything else, however malformed.

    With `routes` a fragment that begins like a route ("#/", "#!") is kept. A query of more than
    8192 characters is dropped, and so are path segments beyond that length, and segments and
    parameters beyond a hundred. So an absurd address costs no more than a long one. They are
    dropped whole: a truncated value might not be recognised as personal.
    """
    shape = _SHAPE.match(_BREAKS.sub("", well_formed(text).strip(_EDGES)))
    if shape is None:
        return None
    scheme, login_and_authority, path, query, route = shape.groups(default="")
    authority = _AUTHORITY.fullmatch(login_and_authority.rpartition("@")[2])
    if authority is None:
        return None
    host = _host(authority[1])
    port = int(authority[2]) if authority[2] else None
    if host is None or (port is not None and port > _MAX_PORT):
        return None
    scheme = scheme.lower()
    path = path.replace("\\", "/")
    if len(path) > _MAX_PART:
        path = path[: path.rindex("/", 0, _MAX_PART) + 1]
    query = query if len(query) <= _MAX_PART else ""
    route = route if routes and len(route) <= _MAX_PART else ""
    return Url(
        scheme=scheme,
        host=host,
        port=None if port == _DEFAULT_PORTS[scheme] else port,
        path=_encoded(_first_parts(path, "/", _MOST_PARTS + 1)) or "/",
        query=_encoded(_first_parts(query, "&", _MOST_PARTS)),
        route=_encoded(_first_parts(route, "/", _MOST_PARTS + 1)),
    )


def _first_parts(text: str, separator: str, most: int) -> str:
    if text.count(separator) < most:
        return text
    return separator.join(text.split(separator, most)[:most])


def readable_host(host: str) -> str:
    """The host as people write it: punycode decoded where it can be."""
    try:
        return idna.decode(host)
    except UnicodeError:  # an IPv6 address, an underscore, an emoji: idna knows no other form
        return host


def _host(text: str) -> str | None:
    if text.startswith("["):
        return _ipv6(text[1:-1])
    name = text.lower()
    if not name.isascii():
        try:
            name = idna.encode(text[: _MAX_HOST + 1], uts46=True).decode("ascii")
        except UnicodeError:  # idna's errors derive from it
            return None
    # ASCII names are taken as they stand: browsers know hosts (emoji, r3---sn-…) that idna refuses.
    return name if len(name) <= _MAX_HOST and _HOST.fullmatch(name) else None


def _ipv6(text: str) -> str | None:
    try:
        address = ipaddress.IPv6Address(text)
    except ValueError:
        return None
    return None if address.scope_id else f"[{address.compressed}]"


def _encoded(text: str) -> str:
    return _RAW.sub(lambda raw: quote(raw[0], safe=""), text)
