"""Plays are grouped by their traits."""

import pytest

from app.domain.campaign import VALUE_LIMIT, campaign_in
from app.domain.media import Medium
from app.domain.page import Page
from app.domain.play import Play
from app.domain.traits import Traits, traits_of

LAUNCH = "https://www.example.com/launch"


def traits(url: str | None, site: str = "", **page: object) -> Traits:
    """The traits of a play on that page."""
    described = Page(url=url, **page)  # type: ignore[arg-type]
    return traits_of(Play("s", Medium(), (0, 1, described), 0, site=site))


@pytest.mark.parametrize(
    ("query", "campaign"),
    [
        ("", ("", "", "")),
        ("?utm_source=a&utm_medium=b&utm_campaign=Spring%20sale", ("a", "b", "Spring sale")),
        ("?utm_campaign=%20a+b%20", ("", "", "a b")),
        ("?utm_source=first&utm_source=second", ("first", "", "")),
        ("?utm_source=" + "x" * 200, ("x" * VALUE_LIMIT, "", "")),
        ("?utm_source=&x=1", ("", "", "")),
    ],
)
def test_the_campaign_is_what_the_address_says(query: str, campaign: tuple[str, ...]) -> None:
    """The first of each parameter, not longer than anybody reads."""
    found = traits(f"{LAUNCH}{query}")
    assert (found.utm_source, found.utm_medium, found.utm_campaign) == campaign
    assert found.page == f"{LAUNCH}{query}"


def test_the_campaign_of_the_arrival_goes_first() -> None:
    """The arrival's campaign counts as a whole, because a canonical address may have another."""
    arrived = campaign_in("utm_source=news&utm_campaign=may")
    found = traits(f"{LAUNCH}?utm_medium=mail&utm_campaign=june", campaign=arrived)
    assert found[3:] == ("news", "", "may")
    assert found.page == f"{LAUNCH}?utm_medium=mail&utm_campaign=june"


@pytest.mark.parametrize(
    ("query", "campaign"),
    [
        (None, ("", "", "")),
        ("?a=b&utm_term=c", ("", "", "")),
        ("?utm_source=a&UTM_MEDIUM=b&utm_campaign=c%2Bd", ("a", "", "c+d")),
        ("utm_source=ann@example.com&utm_medium=ann%2540example.com&utm_campaign=x", ("", "", "x")),
        ("utm_source=a%00%0Ab&utm_campaign=%ED%A0%BD", ("a b", "", "\ufffd\ufffd\ufffd")),
        ("utm_source=" + "a" * 300, ("a" * VALUE_LIMIT, "", "")),
        ("x=" + "y" * 20_000 + "&utm_source=a", ("", "", "")),
        ("utm_source=a" + "&utm_source=b" * 500, ("a", "", "")),
    ],
)
def test_a_query_is_read(query: str | None, campaign: tuple[str, ...]) -> None:
    """Any query is read; values that identify a person are dropped."""
    assert campaign_in(query) == campaign


def test_a_page_is_led_to_by_a_mail_or_not() -> None:
    """A mail is what the embed says; all else are pages."""
    assert traits(LAUNCH, context="EMAIL").context == "mail"
    assert traits(LAUNCH, context="EXTERNAL_PAGE").context == "page"
    assert traits(None, page_id=5, site="shop") == Traits("shop", "page 5", "page")
    assert traits("https://[broken?utm_source=x").utm_source == ""


def test_what_is_asked_for() -> None:
    """Each trait that is named has to be so; what is not named may be anything."""
    found = Traits("shop", LAUNCH, "mail", "news")
    assert Traits().allow(found)
    assert Traits(site="shop", context="mail").allow(found)
    assert not Traits(site="shop", context="page").allow(found)
