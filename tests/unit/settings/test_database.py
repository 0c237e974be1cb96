"""Database URLs as hosts give them: what the driver gets, and what errors say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.config.database import database_address

BASE = "postgresql://relay:pass@db.example.com/relay"


def fault_of(url: str) -> str:
    """The fault of the URL; empty if it is valid."""
    try:
        database_address(url)
    except ValueError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("given", "kept", "dropped"),
    [
        ("sslmode=require&channel_binding=require", "sslmode=require", ("channel_binding",)),
        ("connect_timeout=10", "", ("connect_timeout",)),
        ("keepalives=1&keepalives_idle=30", "", ("keepalives", "keepalives_idle")),
        ("pgbouncer=true", "pooler=true", ()),
        ("pooler=false", "", ()),
        ("target_session_attrs=read-write", "target_session_attrs=read-write", ()),
        ("application_name=relay%20one", "application_name=relay%20one", ()),
        ("options=-c%20jit%3Doff", "options=-c%20jit%3Doff", ()),
    ],
)
def test_parameters_of_libpq(given: str, kept: str, dropped: tuple[str, ...]) -> None:
    """A parameter that the driver does not know is dropped, and reported."""
    address = database_address(f"{BASE}?{given}")
    assert address.url == (f"{BASE}?{kept}" if kept else BASE)
    assert address.dropped == dropped


@pytest.mark.parametrize("url", ["postgresql:///relay?host=%2Frun%2Fpostgresql", "sqlite:///x.db"])
def test_what_was_read_can_be_read_again(url: str) -> None:
    """An account's settings are made of those of the process."""
    assert database_address(database_address(url).url).url == url


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (":memory:", "does not name a file, but pings must be stored on disk"),
        ("file:x.db", "does not name a file"),
        ("C:\\data\\x.db", "is a Windows path"),
        ("/C:/data/x.db", "is a Windows path"),
        ("~/x.db", "begins with ~ or $, which only a shell replaces"),
        ("$HOME/x.db", "begins with ~ or $, which only a shell replaces"),
        ("x#1.db", "percent-encode special characters (# is %23"),
        ("x%00.db", "can't be read"),
        ("%ff.db", "can't be read"),
        (".", "names a folder"),
        ("/data/..", "names a folder"),
        ("/data/", "write sqlite:///data/playrelay.db or"),
        ("x.db?mode=memory", "write sqlite:///data/playrelay.db or"),
    ],
)
def test_what_is_no_file_on_disk(file: str, message: str) -> None:
    """A file of that very name would be made, or another one opened than was meant."""
    assert message in fault_of(f"sqlite:///{file}")


@pytest.mark.parametrize("file", ["x.db", "/a b/ü.db", "../x", "a%23b.db", "c/d$1~.db"])
def test_files_on_disk(file: str) -> None:
    """Any other name of a file is taken as it is."""
    assert database_address(f"sqlite:///{file}").url == f"sqlite:///{file}"


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("connection_limit=5", "has an unknown parameter connection_limit: remove it"),
        ("schema=public", "remove it: the relay has a schema of its own"),
        ("ssl=true", "write sslmode=require instead"),
        ("sslmode=no-verify", "write one of disable, allow, prefer, require"),
        ("pooler=maybe", "write pooler=true"),
    ],
)
def test_foreign_parameters(query: str, message: str) -> None:
    """The message says what to take out, or what to write."""
    with pytest.raises(ValueError, match="has ") as raised:
        database_address(f"{BASE}?{query}")
    assert message in str(raised.value)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://relay:TopSecret/x@host/db",
        "postgresql://relay:TopSecret@x@host/db",
        "postgresql://relay:TopSecret?x@host/db",
        "postgresql://relay:TopSecret#x@host/db",
        "postgresql://relay:12#TopSecret@host/db",
        "postgresql://relay:12/x?TopSecret=1@host/db",
        "postgresql://relay:Top%Secret@host/db",
        "postgresql://relay:Top:Secret@host/db",
        "postgresql://relay:[TopSecret@host/db",
    ],
)
def test_a_password_that_is_not_encoded(url: str) -> None:
    """The remedy is to percent-encode it; no part of it is repeated."""
    with pytest.raises(ValueError, match="percent-encode") as raised:
        database_address(url)
    assert not [part for part in ("Top", "Secret", "x@") if part in str(raised.value)]


@given(st.text(max_size=30))
def test_no_message_quotes_a_password(password: str) -> None:
    """No message quotes a password, whatever it contains."""
    said = fault_of(f"postgresql://relay:Xq7{password}Zk9@host/db")
    assert "Xq7" not in said
    assert "Zk9" not in said
