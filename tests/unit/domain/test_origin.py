"""Which sites may send pings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.origin import OriginPolicy

EXAMPLE = ["https://www.example.com"]
SUBDOMAINS = ["https://*.example.com"]
ANYONE = ["*"]


@pytest.mark.parametrize(
    ("entries", "origin"),
    [
        pytest.param(EXAMPLE, "https://www.example.com", id="the very site"),
        pytest.param(EXAMPLE, "https://WWW.example.com", id="case"),
        pytest.param(EXAMPLE, "https://www.example.com:443", id="default port"),
        pytest.param(["HTTPS://WWW.Example.com:443/"], "https://www.example.com", id="the list's"),
        pytest.param([*EXAMPLE, " https://b.eu "], "https://b.eu", id="a second entry"),
        pytest.param(["http://b.eu:8080"], "http://b.eu:8080", id="other port"),
        pytest.param(["https://Bücher.example"], "https://xn--bcher-kva.example", id="IDN"),
        pytest.param(["https://xn--bcher-kva.example"], "https://bücher.example", id="IDN, sent"),
        pytest.param(["http://[::1]:3000"], "http://[0:0::1]:3000", id="IPv6"),
        pytest.param(SUBDOMAINS, "https://www.example.com", id="a subdomain"),
        pytest.param(SUBDOMAINS, "https://a.b.c.example.com", id="deep below"),
        pytest.param(["https://*.bücher.eu"], "https://a.xn--bcher-kva.eu", id="wildcard, IDN"),
        pytest.param(["https://*.b.eu:8443"], "https://a.b.eu:8443", id="wildcard, port"),
        pytest.param(ANYONE, "https://anything.example", id="anyone"),
        pytest.param(ANYONE, "http://192.0.2.1:8080", id="anyone, by address"),
        pytest.param(["null"], "null", id="opaque, by name"),
    ],
)
def test_allowed(entries: list[str], origin: str) -> None:
    """A listed site may send, however its origin is spelt."""
    assert OriginPolicy.parse(entries).allows(origin)


@pytest.mark.parametrize(
    ("entries", "origin"),
    [
        pytest.param([], "https://www.example.com", id="empty list"),
        pytest.param(["", " "], "https://www.example.com", id="blank list"),
        pytest.param(EXAMPLE, "http://www.example.com", id="other scheme"),
        pytest.param(EXAMPLE, "https://www.example.com:8443", id="other port"),
        pytest.param(EXAMPLE, "https://example.com", id="the domain above"),
        pytest.param(EXAMPLE, "https://www.example.com.evil.eu", id="the name as a prefix"),
        pytest.param(EXAMPLE, "https://www.example.com@evil.eu", id="the name as a user"),
        pytest.param(EXAMPLE, "https://evil.eu/https://www.example.com", id="the name as a path"),
        pytest.param(EXAMPLE, "https://www.example.com/launch", id="a page, no origin"),
        pytest.param(EXAMPLE, "", id="nothing"),
        pytest.param(EXAMPLE, "null", id="opaque"),
        pytest.param(SUBDOMAINS, "https://example.com", id="wildcard, the domain itself"),
        pytest.param(SUBDOMAINS, "https://evilexample.com", id="wildcard, no label of its own"),
        pytest.param(SUBDOMAINS, "http://a.example.com", id="wildcard, other scheme"),
        pytest.param(SUBDOMAINS, "https://a.example.com:8443", id="wildcard, other port"),
        pytest.param(SUBDOMAINS, "https://.example.com", id="wildcard, empty label"),
        pytest.param(ANYONE, "null", id="anyone, but opaque"),
        pytest.param(ANYONE, "file://", id="anyone, but a file"),
        pytest.param(ANYONE, "chrome-extension://abc", id="anyone, but an extension"),
        pytest.param(ANYONE, "*", id="anyone, but not literally"),
        pytest.param(EXAMPLE, "http://localhost:3000", id="this machine, without being asked"),
    ],
)
def test_refused(entries: list[str], origin: str) -> None:
    """A site that is not listed may not send, however much its origin looks like one that is."""
    assert not OriginPolicy.parse(entries).allows(origin)


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("http://localhost:3000", True),
        ("https://demo.localhost", True),
        ("http://127.0.0.1", True),
        ("http://127.8.9.10:5173", True),
        ("http://[::1]:8000", True),
        ("http://10.0.0.1", False),
        ("http://[2001:db8::1]", False),
        ("http://localhost.evil.eu", False),
        ("http://127.0.0.1.evil.eu", False),
        ("null", False),
    ],
)
def test_the_sandbox_lets_this_machine_in(origin: str, *, allowed: bool) -> None:
    """With `loopback`, any port of this machine may send, and nobody else."""
    assert OriginPolicy.parse([], loopback=True).allows(origin) is allowed


@pytest.mark.parametrize(
    ("entry", "remedy"),
    [
        ("example.com", "write https://example.com"),
        ("localhost:3000", "write https://localhost:3000"),
        ("//example.com", "write https://example.com"),
        ("https://example.com/shop", "write https://example.com"),
        ("https://example.com?a=1", "write https://example.com"),
        ("https://example.com/#a", "write https://example.com"),
        ("https://jane:secret@example.com", "write https://example.com"),
        ("https://*.example.com/shop", "write https://*.example.com"),
        ("*.example.com", "write https://www.example.com, https://*.example.com or *"),
        ("https://www.*.com", "write https://www.example.com, https://*.example.com or *"),
        ("https://*", "write https://www.example.com, https://*.example.com or *"),
        ("http://localhost:*", "write https://www.example.com, https://*.example.com or *"),
        ("ftp://example.com", "write https://www.example.com, https://*.example.com or *"),
        ("https:/example.com", "write https://www.example.com, https://*.example.com or *"),
        ("https://example.com:99999", "write https://www.example.com, https://*.example.com or *"),
    ],
)
def test_a_malformed_entry_says_what_to_write(entry: str, remedy: str) -> None:
    """The fault names the entry as it stands, and ends with the remedy."""
    with pytest.raises(ValueError, match="is no origin") as caught:
        OriginPolicy.parse([*EXAMPLE, entry])
    assert str(caught.value).startswith(repr(entry))
    assert str(caught.value).endswith(remedy)


@given(st.text(st.characters(exclude_categories=())))
def test_any_header_gets_an_answer(origin: str) -> None:
    """Nonsense in an Origin header is refused, not an error."""
    assert not OriginPolicy.parse([*EXAMPLE, *SUBDOMAINS], loopback=True).allows(origin)
