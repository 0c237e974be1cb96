"""Database URLs as hosts give them: checked, and cleared of what the driver does not know.

No message repeats any part of the URL but the names of its parameters: it may hold a password.
"""

import re
from pathlib import PurePath
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit

import msgspec

EXAMPLE = "postgresql://user:password@host/database"
POOLER = "pooler"
"""The parameter that is the relay's own: a pooler in transaction mode stands before PostgreSQL."""

_POOLER_ELSEWHERE = "pgbouncer"


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_UNDERSTOOD = _names(
    "host port dbname database user password passfile sslmode sslcert sslkey sslrootcert sslcrl "
    "sslpassword sslnegotiation ssl_min_protocol_version ssl_max_protocol_version "
    "target_session_attrs krbsrvname gsslib service"
)
"""What the driver takes from a URL."""

_SETTINGS_OF_THE_SERVER = _names(
    "application_name options search_path statement_timeout lock_timeout timezone "
    "idle_in_transaction_session_timeout idle_session_timeout transaction_timeout "
    "default_transaction_isolation synchronous_commit work_mem jit"
)
_IGNORED = _names(
    "channel_binding connect_timeout keepalives keepalives_idle keepalives_interval "
    "keepalives_count tcp_user_timeout client_encoding fallback_application_name gssencmode "
    "gssdelegation hostaddr load_balance_hosts replication requirepeer requiressl require_auth "
    "sslcertmode sslcompression sslcrldir sslsni min_protocol_version max_protocol_version "
    "scram_client_key scram_server_key sslkeylogfile"
)
"""Parameters of libpq that the driver does not know. The relay goes without them, and says so."""

_VALUES = {
    "sslmode": ("disable", "allow", "prefer", "require", "verify-ca", "verify-full"),
    "target_session_attrs": ("any", "read-write", "primary", "prefer-standby"),
}
_FILES = "sqlite:///data/playrelay.db or sqlite:////absolute/path.db"
_TRUE = frozenset({"1", "true", "yes", "on", "transaction"})
_FALSE = frozenset({"0", "false", "no", "off", "session", ""})
_HOST = re.compile(r"(\[[^\]]+\]|[^:\[\]]*)(?::([0-9]{1,5}))?")
_HIGHEST_PORT = 65_535
_POOLERS_PORTS = (":6432", ":6543")  # PgBouncer's own, and that of hosted ones
_ENCODE = (
    f"can't be read: write {EXAMPLE}, and percent-encode what is special in the password (/ is "
    "%2F, @ is %40, : is %3A, ? is %3F, # is %23, % is %25)"
)


class DatabaseAddress(msgspec.Struct, frozen=True):
    """A database URL that the store can open. `dropped`: parameters it lost."""

    url: str
    dropped: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"DatabaseAddress(dropped={self.dropped})"


def is_postgresql(url: str) -> bool:
    """Whether the URL is PostgreSQL's."""
    return url.startswith(("postgresql://", "postgres://"))


def database_address(text: str) -> DatabaseAddress:
    """Read a database URL. Raises ValueError with a remedy and without the URL."""
    scheme, separator, rest = text.partition("://")
    kind, _, driver = scheme.lower().partition("+")
    if kind in {"postgres", "postgresql"} and separator:
        if driver:
            raise ValueError(f"names a driver: write postgresql:// in place of {kind}+…://")
        return _postgresql(f"{kind}://{rest}")
    if kind == "sqlite" and separator and not driver:
        _expect_file(text)
        return DatabaseAddress(text)
    raise ValueError(f"write {_FILES}, or {EXAMPLE}")


def _expect_file(url: str) -> None:
    """ValueError unless the URL names a file on disk as this machine names files."""
    if not url.startswith("sqlite:///") or url.endswith("/") or "?" in url:
        raise ValueError(f"write {_FILES}")
    path = unquote(url.removeprefix("sqlite:///"))
    if path == ":memory:" or path.startswith("file:"):
        raise ValueError(f"names no file, and what is taken has to be on disk: write {_FILES}")
    if "\\" in path or re.match("/?[A-Za-z]:", path):
        raise ValueError(f"is a path of Windows: where the relay runs they are as in {_FILES}")
    if path[0] in "~$":
        raise ValueError(
            "begins with what a shell would replace: write sqlite:////absolute/path.db"
        )
    if "#" in url or not path.isprintable() or "\ufffd" in path:
        raise ValueError("can't be read: percent-encode what is special in it (# is %23, % is %25)")
    if PurePath(path).name in {"", ".."}:
        raise ValueError(f"names a folder: write {_FILES}")


def _postgresql(url: str) -> DatabaseAddress:
    try:
        parts = urlsplit(url)
        given = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError:
        raise ValueError(_ENCODE) from None
    _expect_authority(parts)
    names = dict(given)
    if not parts.path.strip("/") and not names.keys() & {"dbname", "database", "service"}:
        raise ValueError(f"names no database: write {EXAMPLE}")
    kept: list[tuple[str, str]] = []
    dropped: list[str] = []
    for name, value in given:
        if name in {POOLER, _POOLER_ELSEWHERE}:
            if _switch(name, value):
                kept.append((POOLER, "true"))
        elif name in _IGNORED:
            dropped.append(name)
        elif name in _UNDERSTOOD or name in _SETTINGS_OF_THE_SERVER:
            _expect_value(name, value)
            kept.append((name, value))
        else:
            raise ValueError(_foreign(name))
    query = urlencode(list(dict(kept).items()), quote_via=quote)
    address = f"{parts.scheme}://{parts.netloc}{parts.path}" + (f"?{query}" if query else "")
    return DatabaseAddress(address, tuple(dict.fromkeys(dropped)))


def _expect_authority(parts: SplitResult) -> None:
    user, at, hosts = parts.netloc.rpartition("@")
    if "@" in user + parts.path + parts.query or parts.fragment or (at and not user):
        raise ValueError(_ENCODE)
    if user.count(":") > 1 or re.search(r"%(?![0-9A-Fa-f]{2})", user + parts.path):
        raise ValueError(_ENCODE)
    for host in hosts.split(",") if hosts else []:
        found = _HOST.fullmatch(unquote(host))
        if found is None or not 0 < int(found[2] or 1) <= _HIGHEST_PORT:
            raise ValueError(_ENCODE)


def _expect_value(name: str, value: str) -> None:
    if name in _VALUES and value not in _VALUES[name]:
        raise ValueError(f"has a {name} that will not do: write one of {', '.join(_VALUES[name])}")
    if name == "sslrootcert" and value == "system":
        raise ValueError("says sslrootcert=system: name a file, or write sslmode=require instead")
    if name == "port" and not all(port.isdecimal() for port in value.split(",")):
        raise ValueError("has a port that is not a number: write host:5432")


def _switch(name: str, value: str) -> bool:
    if value.lower() in _TRUE:
        return True
    if value.lower() in _FALSE:
        return False
    raise ValueError(f"has a {name} that is neither true nor false: write {POOLER}=true")


def _foreign(name: str) -> str:
    shown = name if re.fullmatch(r"[A-Za-z][A-Za-z0-9_.-]{0,40}", name) else "a parameter"
    remedy = {
        "ssl": "write sslmode=require in its place",
        "sslaccept": "write sslmode=require in its place",
        "schema": "take it out: the relay has a schema of its own",
    }.get(name.lower(), "take it out")
    return f"has {shown}, which is not one of PostgreSQL's: {remedy}"


def looks_pooled(url: str) -> bool:
    """Whether a PostgreSQL URL leads to a pooler, by port or name, and does not say so."""
    parts = urlsplit(url)
    hosts = parts.netloc.rpartition("@")[2].lower()
    named = "pooler" in hosts or "pgbouncer" in hosts
    usual = any(host.endswith(_POOLERS_PORTS) for host in hosts.split(","))
    return (named or usual) and POOLER not in dict(parse_qsl(parts.query))
