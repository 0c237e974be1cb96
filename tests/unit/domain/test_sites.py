"""Which site a page belongs to: by its origin, without guessing."""

import pytest

from app.domain.origin import OriginPolicy
from app.domain.sites import belonging, ties

SITES = {
    "shop": OriginPolicy.parse(["https://shop.example.com"]),
    "main": OriginPolicy.parse(["https://example.com", "https://*.example.com"]),
    "asia": OriginPolicy.parse(["https://*.asia.example.com"]),
    "rest": OriginPolicy.parse(["*"]),
    "mails": OriginPolicy.parse(["https://shop.example.com", "https://mails.example.com"]),
}
KEYED = frozenset({"mails"})


@pytest.mark.parametrize(
    ("origin", "site"),
    [
        ("https://shop.example.com", "shop"),
        ("https://SHOP.example.com:443", "shop"),
        ("https://example.com", "main"),
        ("https://blog.example.com", "main"),
        ("https://kyoto.asia.example.com", "asia"),
        ("https://asia.example.com", "main"),
        ("http://shop.example.com", "rest"),
        ("https://mails.example.com", "main"),
        ("https://elsewhere.example", "rest"),
        ("null", None),
        ("no origin", None),
    ],
)
def test_the_nearest_description_decides(origin: str, site: str | None) -> None:
    """A name before a wildcard, the longer wildcard first, `*` last; a keyed site never."""
    assert belonging(origin, SITES, KEYED).site == site


def test_an_origin_may_send_for_each_site_that_lists_it() -> None:
    """However far; that decides only whom it sends for when it does not say."""
    allowed = belonging("https://shop.example.com", SITES, KEYED).allowed
    assert allowed == {"shop", "main", "rest", "mails"}
    assert belonging("null", SITES, KEYED).allowed == frozenset()


def test_alike_is_nobodys() -> None:
    """On this machine, in sandbox mode, every site may be played: none is assumed."""
    here = {key: OriginPolicy.parse([], loopback=True) for key in ("one", "two")}
    found = belonging("http://localhost:5173", here, frozenset())
    assert found.allowed == {"one", "two"}
    assert found.site is None
    assert belonging("http://localhost:5173", here, frozenset({"two"})).site == "one"


def test_ties() -> None:
    """Each entry that two sites have, however it was written; overlaps are none."""
    sites = {
        "a": OriginPolicy.parse(["https://www.example.com", "https://*.example.com", "*"]),
        "b": OriginPolicy.parse(["https://WWW.example.com:443", "https://a.example.com"]),
        "c": OriginPolicy.parse(["https://*.example.com", "*", "https://*.a.example.com"]),
    }
    assert list(ties(sites)) == [
        ("a", "b", "https://www.example.com"),
        ("a", "c", "https://*.example.com"),
        ("a", "c", "*"),
    ]
