"""A medium is described by the page, then by the catalogue, then by a good guess."""

import math
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.media import Catalogue, CatalogueEntry, Medium, describe_medium, media_key

ANY_TEXT = st.none() | st.text(st.characters(exclude_categories=()))
LAUNCH = CatalogueEntry(
    external_id="launch",
    media_url="https://cdn.example.com/launch.mp4",
    bridge_id=42,
    name="The launch",
    type="VIDEO",
    duration=93.4,
)
DEMO_EN = CatalogueEntry(media_url="https://cdn.example.com/demo.mp4?lang=en", name="Tour")
DEMO_DE = CatalogueEntry(media_url="https://cdn.example.com/demo.mp4?lang=de", name="Vorführung")
TALK = CatalogueEntry(media_url="https://video.example/watch?v=1", name="The talk", bridge_id=7)
CATALOGUE = Catalogue.of([LAUNCH, DEMO_EN, DEMO_DE, TALK])
LAUNCH_MEDIUM = Medium(
    type="VIDEO",
    bridge_id=42,
    external_id="launch",
    name="The launch",
    url="https://cdn.example.com/launch.mp4",
    duration=93.4,
)


def medium_of(
    url: str | None = None,
    *,
    kind: str | None = None,
    bridge_id: int | None = None,
    external_id: str | None = None,
    name: str | None = None,
    duration: float | None = None,
    catalogue: Catalogue = CATALOGUE,
) -> Medium:
    """Describe a medium of which the page says only what the case at hand is about."""
    return describe_medium(
        media_type=kind,
        media_bridge_id=bridge_id,
        external_id=external_id,
        media_name=name,
        media_url=url,
        duration=duration,
        catalogue=catalogue,
    )


@pytest.mark.parametrize(
    ("described", "expected"),
    [
        pytest.param(medium_of(external_id="launch"), LAUNCH_MEDIUM, id="by external id"),
        pytest.param(
            medium_of("https://cdn.example.com/launch.mp4"), LAUNCH_MEDIUM, id="by address"
        ),
        pytest.param(
            medium_of("HTTPS://CDN.example.com:443/launch.mp4?gclid=1&X-Amz-Signature=f#t=3"),
            LAUNCH_MEDIUM,
            id="by address, in another spelling",
        ),
        pytest.param(
            medium_of(
                "https://mirror.example/l.webm",
                kind="audio",
                bridge_id=42,
                external_id="launch",
                name="Our launch",
                duration=94,
            ),
            Medium(
                type="AUDIO",
                bridge_id=42,
                external_id="launch",
                name="Our launch",
                url="https://mirror.example/l.webm",
                duration=94,
            ),
            id="the page's word counts before the catalogue's",
        ),
        pytest.param(
            medium_of(external_id="unheard-of"),
            Medium(type="OTHER", external_id="unheard-of", name="unheard-of"),
            id="not in the catalogue",
        ),
        pytest.param(
            medium_of("https://video.example/watch?fbclid=2&v=1"),
            Medium(
                type="OTHER", bridge_id=7, name="The talk", url="https://video.example/watch?v=1"
            ),
            id="a parameter that names the medium",
        ),
        pytest.param(
            medium_of("http://cdn.example.com/launch.mp4?v=3"),
            Medium(
                type="VIDEO",
                bridge_id=42,
                external_id="launch",
                name="The launch",
                url="http://cdn.example.com/launch.mp4?v=3",
                duration=93.4,
            ),
            id="by address, whatever its scheme and version",
        ),
    ],
)
def test_the_catalogue_fills_what_the_page_left_unsaid(described: Medium, expected: Medium) -> None:
    """An entry is found by id or address, and never overrules the page."""
    assert described == expected


@pytest.mark.parametrize(
    ("described", "name"),
    [
        pytest.param(
            medium_of("https://cdn.example.com/demo.mp4?lang=de"), "Vorführung", id="exact address"
        ),
        pytest.param(
            medium_of("https://cdn.example.com/demo.mp4?lang=fr"), "Demo", id="between two entries"
        ),
        pytest.param(
            medium_of("https://cdn.example.com/launch.mp4", external_id="x", name=None),
            "Launch",
            id="another external id",
        ),
        pytest.param(
            medium_of("https://cdn.example.com/launch.mp4", bridge_id=43), "Launch", id="another id"
        ),
        pytest.param(medium_of("https://video.example/watch?v=2"), None, id="another parameter"),
    ],
)
def test_an_entry_about_another_medium_is_left_alone(described: Medium, name: str | None) -> None:
    """If several entries match, or one contradicts the page, none of them fills anything in."""
    assert described.name == (name or described.external_id)
    assert described.bridge_id in (None, 43)


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        *((f"https://e.eu/a.{end}", "VIDEO") for end in ("mp4", "WEBM", "m3u8?x=1", "mpd#t=1")),
        *((f"https://e.eu/a.{end}", "AUDIO") for end in ("mp3", "m4a", "opus")),
        *((f"https://e.eu/a.{end}", "DOCUMENT") for end in ("pdf", "pptx")),
        *((f"https://e.eu/a.{end}", "IMAGE") for end in ("png", "jpeg")),
        *((f"https://e.eu/{path}", "OTHER") for path in ("a.xyz", "mp4", "a.mp4/b", "")),
        (None, "OTHER"),
    ],
)
def test_the_type_falls_back_to_the_file(url: str | None, kind: str) -> None:
    """A type that nobody told, or that HubSpot does not know, is read from the file's ending."""
    assert medium_of(url).type == kind
    assert medium_of(url, kind="MOVIE").type == kind
    assert medium_of(url, kind=" video ").type == "VIDEO"


@pytest.mark.parametrize(
    "secret",
    [
        *("X-Amz-Signature=f0", "X-Amz-Credential=A%2Fb", "x-goog-signature=1", "Signature=a~b_"),
        *("Expires=1790000000", "Policy=eyJ", "Key-Pair-Id=K1", "AWSAccessKeyId=A", "sig=a%2B"),
        *("token=t", "access_token=t", "hdnts=exp=1~hmac=2", "api_key=k", "auth_key=1", "jwt=e.e"),
        *("_hsenc=p2", "gclid=1", "viewer=jane%40example.com"),
    ],
)
def test_credentials_stay_out_of_the_address(secret: str) -> None:
    """A signed address goes without what signs it: that would let others in."""
    url = f"https://cdn.e.eu/film.mp4?{secret}&q=hd"
    medium = medium_of(url)
    assert medium.url == "https://cdn.e.eu/film.mp4?q=hd"
    assert medium.external_id == "https://cdn.e.eu/film.mp4"
    assert secret not in (media_key(None, None, url) or "")


@pytest.mark.parametrize(
    "url", ["blob:https://e.eu/0f-1", "data:video/mp4;base64,AA", "/film.mp4", "", "film.mp4", None]
)
def test_an_address_only_the_page_can_open_is_none(url: str | None) -> None:
    """Blobs, data and relative paths mean nothing elsewhere, so they neither name nor locate."""
    assert medium_of(url) == Medium(type="OTHER")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        pytest.param("https://e.eu/a.mp4?v=1", "https://e.eu/a.mp4", id="a file without version"),
        pytest.param("//e.eu/a.mp4", "https://e.eu/a.mp4", id="without scheme"),
        pytest.param("https://e.eu/watch?v=1", "https://e.eu/watch?v=1", id="a player's parameter"),
        pytest.param(
            f"https://e.eu/{'a' * 238}.mp4", f"https://e.eu/{'a' * 238}.mp4", id="just short enough"
        ),
        pytest.param(
            f"https://e.eu/{'a' * 239}.mp4",
            "sha256:" + sha256(f"https://e.eu/{'a' * 239}.mp4".encode()).hexdigest(),
            id="too long",
        ),
    ],
)
def test_the_address_stands_in_for_a_missing_id(url: str, expected: str) -> None:
    """A medium without any id is named by its address, the same at every play."""
    assert medium_of(url).external_id == expected
    assert medium_of(url, bridge_id=5).external_id is None


def test_an_id_is_never_cut_short() -> None:
    """Two over-long ids that begin alike stay two."""
    one, other = (medium_of(external_id="x" * 300 + end).external_id or "" for end in "ab")
    assert one != other
    assert max(len(one), len(other)) <= 255


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://e.eu/videos/launch-film_2024.mp4", "Launch film 2024"),
        ("https://e.eu/%C3%9Cber%20uns.webm", "Über uns"),
        ("https://e.eu/launch-film/master.m3u8", "Launch film"),
        ("https://e.eu/launch-film/video/index_1.m3u8", "Launch film"),
        ("https://e.eu/embed/dQw4w9WgXcQ", "dQw4w9WgXcQ"),
        ("https://e.eu/watch?v=1", "https://e.eu/watch?v=1"),
    ],
)
def test_a_missing_name_is_read_from_the_file(url: str, expected: str) -> None:
    """A medium without a name is called like its file or folder, at last like its id."""
    assert medium_of(url).name == expected


@pytest.mark.parametrize("said", [None, math.nan, math.inf, -math.inf, 0, -3.5])
def test_a_duration_is_finite_and_positive(said: float | None) -> None:
    """A live stream or an unloaded player has no duration; the catalogue may know it."""
    assert medium_of(duration=said).duration is None
    assert medium_of(external_id="launch", duration=said).duration == 93.4


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param((42, "a", "https://e.eu/a"), (42, "b", None), True, id="bridge id first"),
        pytest.param((None, "a", "https://e.eu/a"), (0, " a ", None), True, id="then external id"),
        pytest.param((None, "", "/a#t=1"), (None, None, "/a#t=2"), True, id="then the address"),
        pytest.param((42, None, None), (None, "42", None), False, id="kinds don't mix"),
        pytest.param((None, "/a", None), (None, None, "/a"), False, id="id and address neither"),
        pytest.param((None, None, "/a?v=1"), (None, None, "/a?v=2"), False, id="other address"),
        pytest.param((None, None, None), (0, " ", "#t=1"), True, id="nothing said is no key"),
    ],
)
def test_the_key_tells_media_apart(
    one: tuple[int | None, str | None, str | None],
    other: tuple[int | None, str | None, str | None],
    *,
    same: bool,
) -> None:
    """Pings about one medium share a key, the first thing they say of it."""
    assert (media_key(*one) == media_key(*other)) is same


def test_no_word_about_the_medium_is_no_key() -> None:
    """A ping that does not say what is playing has no key."""
    assert media_key(None, "\x00", "") is None


def test_of_two_entries_with_one_id_the_first_counts() -> None:
    """A catalogue made in code is as predictable as one from a file, which refuses doubles."""
    catalogue = Catalogue.of([LAUNCH, CatalogueEntry(external_id="launch", name="Second")])
    assert medium_of(external_id="launch", catalogue=catalogue).name == "The launch"


@given(
    kind=ANY_TEXT,
    bridge_id=st.none() | st.integers(),
    external_id=ANY_TEXT,
    name=ANY_TEXT,
    url=ANY_TEXT | ANY_TEXT.map(lambda text: f"https://e.eu/{text}"),
    duration=st.none() | st.floats(),
)
def test_describing_any_medium(
    *,
    kind: str | None,
    bridge_id: int | None,
    external_id: str | None,
    name: str | None,
    url: str | None,
    duration: float | None,
) -> None:
    """Any medium has typed values within their limits, is encodable, and has a key if any."""
    medium = medium_of(
        url, kind=kind, bridge_id=bridge_id, external_id=external_id, name=name, duration=duration
    )
    assert medium.type in {"AUDIO", "DOCUMENT", "IMAGE", "OTHER", "VIDEO"}
    for text, limit in ((medium.external_id, 255), (medium.name, 255), (medium.url, 2048)):
        assert text is None or 0 < len(text.encode().decode()) <= limit
    assert medium.duration is None or 0 < medium.duration < math.inf
    if medium.bridge_id or medium.external_id:
        key = media_key(bridge_id, external_id, url)
        assert key is not None
        assert len(key) <= 258
