"""Checks database URLs, and removes parameters that the driver does not know.

Messages repeat only the names of parameters, because the URL may contain a password.
"""

import re
from pathlib import PurePath
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit

import msgspec

EXAMPLE = "postgresql://user:password@host/database"
POOLER = "pooler"
"""The relay's own parameter: PostgreSQL is behind a pooler in transaction mode."""

_POOLER_ELSEWHERE = "pgbouncer"


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_UNDERSTOOD = _names(
    "host port dbname database user password passfile sslmode sslcert sslkey sslrootcert sslcrl "
    "sslpassword sslnegotiation ssl_min_protocol_version ssl_max_protocol_version "
    "target_session_attrs krbsrvname gsslib service"
)
"""Parameters that the driver understands."""

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
"""Parameters of libpq that the driver does not know. The relay ignores them, and warns."""

_VALUES = {
    "sslmode": ("disable", "allow", "prefer", "require", "verify-ca", "verify-full"),
    "target_session_attrs": ("any", "read-write", "primary", "prefer-standby"),
}
_FILES = "sqlite:///data/playrelay.db or sqlite:////absolute/path.db"
_TRUE = frozenset({"1", "true", "yes", "on", "transaction"})
_FALSE = frozenset({"0", "false", "no", "off", "session", ""})
_HOST = re.compile(r"(\[[^\]]+\]|[^:\[\]]*)(?::([0-9]{1,5}))?")
_HIGHEST_PORT = 65_535
_POOLERS_PORTS = (":6432", ":6543")  # PgBouncer's, and that of hosted poolers
_ENCODE = (
    f"can't be read: write {EXAMPLE}, and percent-encode special characters in the password (/ "
    "is %2F, @ is %40, : is %3A, ? is %3F, # is %23, % is %25)"
)


class DatabaseAddress(msgspec.Struct, frozen=True):
    """A database URL that the store can open. `dropped`: removed parameters."""

    url: str
    dropped: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"DatabaseAddress(dropped={self.dropped})"


def is_postgresql(url: str) -> bool:
    """Whether the URL names a PostgreSQL database."""
    return url.startswith(("postgresql://", "postgres://"))


def database_address(text: str) -> DatabaseAddress:
    """Read a database URL. Raises ValueError with a remedy and without the URL."""
    scheme, separator, rest = text.partition("://")
    kind, _, driver = scheme.lower().partition("+")
    if kind in {"postgres", "postgresql"} and separator:
        if driver:
            raise ValueError(f"names a driver: write postgresql:// instead of {kind}+…://")
        return _postgresql(f"{kind}://{rest}")
    if kind == "sqlite" and separator and not driver:
        _expect_file(text)
        return DatabaseAddress(text)
    raise ValueError(f"write {_FILES}, or {EXAMPLE}")


def _expect_file(url: str) -> None:
    """Raise ValueError unless the URL names a file on disk."""
    if not url.startswith("sqlite:///") or url.endswith("/") or "?" in url:
        raise ValueError(f"write {_FILES}")
    path = unquote(url.removeprefix("sqlite:///"))
    if path == ":memory:" or path.startswith("file:"):
        raise ValueError(f"does not name a file, but pings must be stored on disk: write {_FILES}")
    if "\\" in path or re.match("/?[A-Za-z]:", path):
        raise ValueError(f"is a Windows path: write {_FILES}")
    if path[0] in "~$":
        raise ValueError(
            "begins with ~ or $, which only a shell replaces: write sqlite:////absolute/path.db"
        )
    if "#" in url or not path.isprintable() or "\ufffd" in path:
        raise ValueError("can't be read: percent-encode special characters (# is %23, % is %25)")
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
        raise ValueError(f"does not name a database: write {EXAMPLE}")
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
        raise ValueError(f"has a {name} that is not valid: write one of {', '.join(_VALUES[name])}")
    if name == "sslrootcert" and value == "system":
        raise ValueError("has sslrootcert=system: name a file, or write sslmode=require instead")
    if name == "port" and not all(port.isdecimal() for port in value.split(",")):
        raise ValueError("has a port that is not a number: write host:5432")


def _switch(name: str, value: str) -> bool:
    if value.lower() in _TRUE:
        return True
    if value.lower() in _FALSE:
        return False
    raise ValueError(f"has a {name} that is neither true nor false: write {POOLER}=true")


def _foreign(name: str) -> str:
    shown = f" {name}" if re.fullmatch(r"[A-Za-z][A-Za-z0-9_.-]{0,40}", name) else ""
    remedy = {
        "ssl": "write sslmode=require instead",
        "sslaccept": "write sslmode=require instead",
        "schema": "remove it: the relay has a schema of its own",
    }.get(name.lower(), "remove it")
    return f"has an unknown parameter{shown}: {remedy}"


def looks_pooled(url: str) -> bool:
    """Whether port or host suggest a pooler, though the parameter `pooler` is missing."""
    parts = urlsplit(url)
    hosts = parts.netloc.rpartition("@")[2].lower()
    named = "pooler" in hosts or "pgbouncer" in hosts
    usual = any(host.endswith(_POOLERS_PORTS) for host in hosts.split(","))
    return (named or usual) and POOLER not in dict(parse_qsl(parts.query))
