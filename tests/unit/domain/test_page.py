"""The page rules of the contract, as tables of cases and as properties over any text."""

import re
from urllib.parse import unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.domain import page as module
from app.domain.page import Page, describe_page
from app.domain.url import parse_url

MAIL = re.compile(r"[^\s@/=&?#;,:]@[\w-]+(\.[\w-]+)*\.[^\W\d_]{2}")
ANY_TEXT = st.text(st.characters(exclude_categories=()))
# Text that is nearly an address, so that the properties get past the first check.
PIECES = st.sampled_from(
    [
        *(
            "/",
            "//",
            "?",
            "&",
            "=",
            ";",
            "#",
            "#/",
            "#!",
            "@",
            ":",
            ".",
            "%",
            "+",
            "\\",
            " ",
            "[::1]",
        ),
        *("%40", "%2540", "%2F", "%C3%BC", "%3D", "%26", "\t", "ü", "\ud800", "。", "a" * 700),
        *("https://", "HTTP://", "example.com", "jane@example.com", "+4930123456789", "index.html"),
        *("_hsenc", "__hstc", "gclid", "utm_source", "amp;", "xn--", "2"),
    ]
)
NEARLY_URLS = st.lists(PIECES, max_size=12).map(lambda pieces: "https://h.eu/" + "".join(pieces))
URL_LIKE = st.one_of(ANY_TEXT, NEARLY_URLS, st.lists(PIECES, max_size=12).map("".join))


def page_of(
    url: str | None = None,
    *,
    page_id: int | None = None,
    name: str | None = None,
    context: str | None = None,
    referer: str | None = None,
) -> Page:
    """Describe a page that says only what the case at hand is about."""
    return describe_page(
        page_id=page_id, page_url=url, page_name=name, context=context, referer=referer
    )


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param(page_of(page_id=123), Page(page_id=123), id="HubSpot page, id alone"),
        pytest.param(
            page_of("https://www.example.com/launch", page_id=123, name="Launch"),
            Page(page_id=123, url="https://www.example.com/launch", name="Launch"),
            id="HubSpot page keeps address and title",
        ),
        pytest.param(
            page_of(page_id=123, context="EXTERNAL_PAGE", referer="https://www.example.com/"),
            Page(page_id=123),
            id="HubSpot page is no external one, whatever its embed and Referer say",
        ),
        pytest.param(
            page_of(page_id=123, context="EMAIL"),
            Page(page_id=123, context="EMAIL"),
            id="HubSpot page that a mail led to",
        ),
        pytest.param(
            page_of("https://www.example.com/launch", name="The launch"),
            Page(url="https://www.example.com/launch", name="The launch", context="EXTERNAL_PAGE"),
            id="external page",
        ),
        pytest.param(
            page_of("https://www.example.com/launch", page_id=0, name="The launch"),
            Page(url="https://www.example.com/launch", name="The launch", context="EXTERNAL_PAGE"),
            id="an id of 0 is none",
        ),
        pytest.param(
            page_of("https://www.example.com/launch", name="Launch", context="EMAIL"),
            Page(url="https://www.example.com/launch", name="Launch", context="EMAIL"),
            id="external page that a mail led to",
        ),
        pytest.param(
            page_of("https://www.example.com/pricing/plans-2024.html", name=" \n"),
            Page(
                url="https://www.example.com/pricing/plans-2024.html",
                name="Pricing / Plans 2024",
                context="EXTERNAL_PAGE",
            ),
            id="missing title",
        ),
        pytest.param(
            page_of(referer="https://www.example.com"),
            Page(url="https://www.example.com/", name="www.example.com", context="EXTERNAL_PAGE"),
            id="Referer only, and only an origin",
        ),
        pytest.param(
            page_of("about:srcdoc", referer="https://www.example.com/launch?_hsenc=p2AN"),
            Page(url="https://www.example.com/launch", name="Launch", context="EXTERNAL_PAGE"),
            id="an address that is none gives way to the Referer",
        ),
        pytest.param(
            page_of("https://www.example.com/a", referer="https://other.example/"),
            Page(url="https://www.example.com/a", name="A", context="EXTERNAL_PAGE"),
            id="the page's word counts before the Referer",
        ),
        pytest.param(
            page_of("file:///home/a.html", name="Slides", context="EMAIL"),
            Page(name="Slides", context="EMAIL"),
            id="nothing to point at",
        ),
        pytest.param(page_of(), Page(context="EXTERNAL_PAGE"), id="nothing known"),
    ],
)
def test_page_rules(said: Page, expected: Page) -> None:
    """A HubSpot page goes with its id, any other with address, title and context."""
    assert said == expected


@pytest.mark.parametrize(
    "parameter",
    [
        *("_hsenc=p2ANqtz-9", "_hsmi=28", "__hstc=1.2.3", "__hssc=1.1", "__hsfp=77", "_hsfp=7"),
        *("hsCtaTracking=a%7Cb", "hsa_cam=12", "hsutk=0f", "hubspotutk=0f", "_HSENC=p2AN"),
        *("gclid=Cj0", "GCLID=Cj0", "gclsrc=aw", "dclid=1", "gbraid=0A", "wbraid=Ck", "_ga=2.1"),
        *("_gl=1*a", "fbclid=Iw", "msclkid=ab", "ttclid=E.C", "twclid=2-9", "li_fat_id=9c"),
        *("yclid=8", "mc_eid=7a", "mc_cid=8b", "igshid=Y", "vero_id=5", "mkt_tok=eyJ", "s_cid=e"),
        *("%5Fhsenc=p2AN", "amp;_hsenc=p2AN", "amp;gclid=1", "_hsenc", "gclid"),
        *("email=jane@example.com", "email=jane%40example.com", "e=jane%2540example.com"),
        *("jane@example.com", "jane%40example.com=1", "to=Jane+Doe+%3Cjane%40b%C3%BCcher.eu%3E"),
        *("next=https%3A%2F%2Fa.eu%2F%3F_hsenc%3Dp2AN", "next=/u?mail=jane@example.com"),
        *("tel=+4930123456789", "tel=%2B49%20(30)%20123-4567"),
    ],
)
@pytest.mark.parametrize("place", ["{}", "{}&b=2", "a=1&{}", "a=1&{}&b=2"])
def test_parameters_that_name_a_person_go(parameter: str, place: str) -> None:
    """A click identifier, mail address or telephone number goes, and its neighbours stay."""
    rest = "&".join(part for part in place.split("&") if part != "{}")
    url = page_of("https://www.example.com/launch?" + place.format(parameter)).url
    assert url == "https://www.example.com/launch" + (f"?{rest}" if rest else "")


@pytest.mark.parametrize(
    "url",
    [
        "https://www.example.com/?utm_source=news&utm_medium=email&utm_campaign=a%20b",
        "https://www.example.com/?q=a+b%2Bc%2f%C3%BC&&=x&flag&q=%zz&lang=de;v=2",
        "https://www.example.com/?hsLang=en&gallery=1&signature=3&tel=112&id=4930123456789",
        "https://www.example.com/@jane/video/7?at=5pm@home&pkg=react@18.2.0",
        "https://www.example.com/a//b/../c;d=1/~e/%7Ef/100%",
    ],
)
def test_the_rest_keeps_its_bytes(url: str) -> None:
    """Parameters that identify nobody are kept as they came: same order, same encoding."""
    assert page_of(url).url == url


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        pytest.param("https://e.eu/a#b", "https://e.eu/a", id="fragment"),
        pytest.param("https://e.eu/#/a?x=1", "https://e.eu/#/a?x=1", id="route in the fragment"),
        pytest.param("https://e.eu/#!/route", "https://e.eu/#!/route", id="hash-bang"),
        pytest.param("https://e.eu/#/a?gclid=1&x=1#b", "https://e.eu/#/a?x=1", id="cleaned route"),
        pytest.param(
            "https://e.eu/#/jane@example.com/a", "https://e.eu/#/redacted/a", id="person in a route"
        ),
        pytest.param(
            "https://e.eu/#/access_token=1&scope=a",
            "https://e.eu/#/redacted",
            id="credentials in a route",
        ),
        pytest.param("https://e.eu/#!jane@e.eu", "https://e.eu/#!redacted", id="bang and person"),
        pytest.param("https://e.eu/#/?gclid=1", "https://e.eu/#/", id="click in a route"),
        pytest.param("https://e.eu/#access_token=1", "https://e.eu/", id="credentials"),
        pytest.param("https://jane:secret@e.eu/a", "https://e.eu/a", id="user and password"),
        pytest.param("https://a@b.eu:pw@e.eu/", "https://e.eu/", id="a mail address as the user"),
        pytest.param("https://e.eu/u/jane@e.eu/x", "https://e.eu/u/redacted/x", id="path"),
        pytest.param("https://e.eu/u/jane%40e.eu", "https://e.eu/u/redacted", id="path, encoded"),
        pytest.param("https://e.eu/+4930123456789", "https://e.eu/redacted", id="path, telephone"),
        pytest.param("https://e.eu/;_hsenc=p2/b", "https://e.eu/redacted/b", id="path parameter"),
        pytest.param("HTTPS://WWW.Example.COM/A", "https://www.example.com/A", id="case"),
        pytest.param("https://e.eu:443/", "https://e.eu/", id="default port of https"),
        pytest.param("http://e.eu:80", "http://e.eu/", id="default port of http"),
        pytest.param("https://e.eu:8443/a", "https://e.eu:8443/a", id="other port"),
        pytest.param("http://[2001:DB8:0::1]:8080/", "http://[2001:db8::1]:8080/", id="IPv6"),
        pytest.param("http://192.0.2.1/a", "http://192.0.2.1/a", id="IPv4"),
        pytest.param("https://Bücher.example/", "https://xn--bcher-kva.example/", id="IDN"),
        pytest.param("https://日本語。jp/動", "https://xn--wgv71a119e.jp/%E5%8B%95", id="IDN, CJK"),
        pytest.param("https://faß.de/", "https://xn--fa-hia.de/", id="IDN, sharp s"),
        pytest.param("https://xn--n3h.net/", "https://xn--n3h.net/", id="punycode idna refuses"),
        pytest.param("https://a_b.e.eu/", "https://a_b.e.eu/", id="underscore"),
        pytest.param("https://e.eu/ü b?q=é", "https://e.eu/%C3%BC%20b?q=%C3%A9", id="raw"),
        pytest.param(" https://e.eu/a\n\tb ", "https://e.eu/ab", id="line breaks"),
        pytest.param("https://e.eu\\@evil.eu/a", "https://e.eu/@evil.eu/a", id="backslash"),
        pytest.param("https://e.eu/?", "https://e.eu/", id="empty query"),
    ],
)
def test_addresses_are_normalised(url: str, expected: str) -> None:
    """One page has one address, without secrets, in plain ASCII."""
    assert page_of(url).url == expected


@pytest.mark.parametrize(
    "url",
    [
        *("javascript:alert(1)", "data:text/html,x", "about:blank", "android-app://com.example"),
        *("file:///a.html", "//example.com/a", "/launch", "example.com", "https://", "https:///a"),
        *("https://a b.eu/", "https://e.eu:99999/", "https://e.eu:8a/", "https://[::1/", "", " "),
        *("https://[fe80::1%25eth0]/", "https://a..eu/", "https://ü..eu/", "https://\ud800.eu/"),
        *("https://" + "ü" * 64 + ".eu/", "https://" + "a." * 200 + "eu/", "https://e.eu:٣/"),
    ],
)
def test_anything_but_a_web_address_is_none(url: str) -> None:
    """An address that HubSpot could not open is no address."""
    assert page_of(url).url is None
    assert page_of(url).name is None


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://www.example.com/", "www.example.com"),
        ("https://www.example.com/index.html", "www.example.com"),
        ("https://xn--bcher-kva.example/", "bücher.example"),
        ("https://xn--n3h.net/", "xn--n3h.net"),
        ("https://e.eu/pricing/plans-2024.html", "Pricing / Plans 2024"),
        ("https://e.eu/pricing/index.php?x=1#y", "Pricing"),
        ("https://e.eu/#!/webinars/autumn?x=1", "Webinars / Autumn"),
        ("https://e.eu/%C3%BCber-uns/", "Über uns"),
        ("https://e.eu/über-uns", "Über uns"),
        ("https://e.eu/ja/%E5%8B%95%E7%94%BB", "Ja / 動画"),
        ("https://e.eu/blog/v1.2-released", "Blog / V1.2 released"),
    ],
)
def test_a_missing_title_is_read_from_the_path(url: str, expected: str) -> None:
    """A page without a title is called what its path says, or its host."""
    assert page_of(url).name == expected


def test_a_title_is_cut_with_care() -> None:
    """An over-long title ends with an ellipsis, and not inside a sign."""
    name = page_of("https://e.eu/", name="\U0001f44d\U0001f3fd" * 200).name
    assert name == "\U0001f44d\U0001f3fd" * 127 + "…"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        pytest.param(
            "https://e.eu/launch?utm_term=" + "x" * 3000, "https://e.eu/launch", id="query first"
        ),
        pytest.param(
            "https://e.eu/" + "a" * 3000 + "?b=1", "https://e.eu/" + "a" * 2035, id="then path"
        ),
        pytest.param(
            "https://e.eu/a" + "%20" * 1000,
            "https://e.eu/a" + "%20" * 678,
            id="never inside an escape",
        ),
        pytest.param(
            "https://e.eu/" + "%E5%8B%95" * 400,
            "https://e.eu/" + "%E5%8B%95" * 226,
            id="never inside a character",
        ),
        pytest.param(
            "https://e.eu/" + "%80" * 1000,
            "https://e.eu/" + "%80" * 676,
            id="nor where the escapes make no characters",
        ),
        pytest.param("https://e.eu/a?q=1&gclid=" + "x" * 8192, "https://e.eu/a", id="absurd query"),
        pytest.param(
            "https://e.eu/a/" + "b" * 8185 + "jane@e.eu?" + "&" * 9000,
            "https://e.eu/a/",
            id="absurd lengths lose whole values",
        ),
    ],
)
def test_an_address_is_cut_with_care(url: str, expected: str) -> None:
    """An over-long address loses its query, then its end, and can still be decoded."""
    assert page_of(url).url == expected
    assert len(expected) <= 2048


@given(
    page_id=st.none() | st.integers(),
    page_url=st.none() | URL_LIKE,
    page_name=st.none() | ANY_TEXT,
    context=st.sampled_from([None, "EMAIL", "EXTERNAL_PAGE", "?"]),
    referer=st.none() | URL_LIKE,
)
@example(None, "https://h.eu/x?a=1&amp;_hsenc=p&mail=a%252540b.eu", None, None, None)
@example(None, "https://h.eu/" + "a" * 2030 + "@b.eu", None, None, None)
@example(None, "https://h.eu/+" + "4" * 2040, None, None, None)
def test_describing_any_page(
    page_id: int | None,
    page_url: str | None,
    page_name: str | None,
    context: str | None,
    referer: str | None,
) -> None:
    """The description of any page can be sent, identifies nobody, and does not change again."""
    page = describe_page(
        page_id=page_id, page_url=page_url, page_name=page_name, context=context, referer=referer
    )
    again = describe_page(
        page_id=page.page_id,
        page_url=page.url,
        page_name=page.name,
        context=page.context,
        referer=None,
    )
    assert again == page
    if page.url is not None:
        assert len(page.url) <= 2048
        assert page.url.isascii()
        assert page.url.isprintable()
        assert str(parse_url(page.url, routes=True)) == page.url
        for decoded in (page.url, unquote(page.url), unquote(unquote(page.url))):
            assert "_hsenc=" not in decoded.lower()
            assert not MAIL.search(decoded)
    if page.name is not None:
        assert 0 < len(page.name) <= 255


def test_an_address_is_taken_apart_once_for_all_plays_of_a_page() -> None:
    """However many plays of a ping differ in other words, their page's address is cleaned once."""
    url = "https://www.example.com/" + "a/" * 80 + "?" + "b=1&" * 80 + "once"
    before = module._short_address.cache_info().misses
    pages = {
        describe_page(page_id=None, page_url=url, page_name=str(n), context=None, referer=None)
        for n in range(100)
    }
    assert len(pages) == 100
    assert module._short_address.cache_info().misses == before + 1


@pytest.mark.parametrize("many", [101, 4000])
def test_an_absurd_address_is_cut_at_a_hundred_parts(many: int) -> None:
    """Each part is looked at by itself, so their number is bounded; what stays, stays whole."""
    url = parse_url(f"https://www.example.com/{'a/' * many}?{'b&' * (many - 1)}b")
    assert url is not None
    assert url.segments == ["a"] * 100
    assert url.query.split("&") == ["b"] * 100


def test_only_what_is_short_is_remembered() -> None:
    """Strangers' longest words are not kept: a cache holds so many entries, whatever their size."""
    before = module._describe.cache_info().currsize
    for number in range(3):
        describe_page(
            page_id=None,
            page_url=f"https://www.example.com/{number}" + "x" * 2048,
            page_name="n" * 16_384,
            context="c" * 16_384,
            referer=None,
        )
    assert module._describe.cache_info().currsize == before
    assert module._long_address.cache_info().maxsize == 8


def test_a_long_address_is_put_into_words_once() -> None:
    """However many plays of a request share it: neither its parts nor its name are found again."""
    url = "https://www.example.com/" + "a%C3%A4/" * 400
    before = module._long_address.cache_info().misses
    pages = [
        describe_page(page_id=None, page_url=url, page_name=None, context=None, referer=str(n))
        for n in range(100)
    ]
    assert {page.name for page in pages} == {pages[0].name}
    assert module._long_address.cache_info().misses == before + 1


def test_a_name_from_many_segments_is_the_beginning_of_all() -> None:
    """A name that is too long is cut between words, and the cut is visible."""
    url = "https://www.example.com/" + "/".join(f"part-{number:03}" for number in range(90))
    page = describe_page(page_id=None, page_url=url, page_name=None, context=None, referer=None)
    assert page.name is not None
    assert page.name.startswith("Part 000 / Part 001")
    assert len(page.name) == module.NAME_LIMIT
    assert page.name.endswith("…")
