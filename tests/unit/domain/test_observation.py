"""An observation is what one ping says about a play, with clock, page, medium and identity."""

from typing import Any

import pytest

from app.domain.media import Catalogue, CatalogueEntry
from app.domain.observation import ObservationPolicy, observe
from app.domain.page import Page
from app.domain.play import merge, play_id
from tests.unit.domain.setting import NOW, SIGNATURES, ping, seen

UTK = "0123456789abcdef" * 2
DAY = 24 * 60 * 60 * 1000


@pytest.mark.parametrize(
    ("fields", "referer", "page", "guessed"),
    [
        pytest.param({"page_id": 5}, None, Page(page_id=5), 0, id="HubSpot page"),
        pytest.param(
            {"page_id": None, "page_url": "https://www.example.com/launch", "page_name": "Launch"},
            "https://www.example.com/",
            Page(url="https://www.example.com/launch", name="Launch", context="EXTERNAL_PAGE"),
            0,
            id="external page",
        ),
        pytest.param(
            {"page_id": 0, "page_url": "https://www.example.com/spring-sale?_hsenc=p2&x=1#top"},
            None,
            Page(
                url="https://www.example.com/spring-sale?x=1",
                name="Spring sale",
                context="EXTERNAL_PAGE",
            ),
            0,
            id="no title, an address with a token",
        ),
        pytest.param(
            {"page_id": None},
            "https://www.example.com/launch?mail=jane@example.com",
            Page(url="https://www.example.com/launch", name="Launch", context="EXTERNAL_PAGE"),
            1,
            id="Referer only",
        ),
        pytest.param(
            {"page_id": 5, "external_play_context": "EMAIL"},
            None,
            Page(page_id=5, context="EMAIL"),
            0,
            id="mail context",
        ),
    ],
)
def test_page(fields: dict[str, Any], referer: str | None, page: Page, guessed: int) -> None:
    """The page is the one that the ping names, else the Referer's, and then marked as a guess."""
    assert seen(referer=referer, **fields).play.page == (guessed, NOW, page)


@pytest.mark.parametrize(
    ("fields", "kept"),
    [
        pytest.param({"contact_utk": f" {UTK.upper()} "}, {"utk": (NOW, UTK)}, id="utk"),
        pytest.param({"contact_utk": "undefined"}, {"utk": None}, id="no utk"),
        pytest.param({"hsenc": "{{_hsenc}}"}, {"hsenc": None}, id="no mail"),
        pytest.param({"contact_utk": "  "}, {"utk": None}, id="blank utk"),
        pytest.param({"contact_utk": "späti"}, {"utk": None}, id="utk that can be none"),
        pytest.param({"contact_utk": "a\nb"}, {"utk": None}, id="utk in two lines"),
        pytest.param({"hsenc": "p2ANqtz-1"}, {"hsenc": (NOW, "p2ANqtz-1")}, id="mail"),
        pytest.param({"contact_id": 7}, {"contact_id": None}, id="unsigned"),
        pytest.param(
            {"contact_id": 7, "contact_signature": SIGNATURES[7]},
            {"contact_id": (NOW, 7)},
            id="signed",
        ),
        pytest.param(
            {"contact_id": 8, "contact_signature": SIGNATURES[7], "contact_utk": UTK},
            {"contact_id": None, "utk": (NOW, UTK)},
            id="wrong signature, other identities stay",
        ),
    ],
)
def test_identity(fields: dict[str, Any], kept: dict[str, object]) -> None:
    """A token that can't be one is dropped, and a contactId counts only with its signature."""
    observed = seen(**fields).play
    assert {field: getattr(observed, field) for field in kept} == kept


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param({}, {"played_percent": 60, "page_id": 6}, True, id="progress"),
        pytest.param({}, {"media_name": "Film", "external_id": "f"}, True, id="described more"),
        pytest.param({}, {"media_bridge_id": 43}, False, id="another medium"),
        pytest.param({}, {"session_id": "other"}, False, id="another session"),
        pytest.param(
            {"media_bridge_id": None, "media_url": "https://cdn.example.com/a.mp4"},
            {"media_bridge_id": None, "media_url": "https://cdn.example.com/b.mp4"},
            False,
            id="another file",
        ),
        pytest.param(
            {"media_bridge_id": 0, "external_id": "film"},
            {"media_bridge_id": None, "external_id": "film"},
            True,
            id="0 is no mediaBridgeId",
        ),
    ],
)
def test_which_pings_belong_together(
    one: dict[str, Any], other: dict[str, Any], *, same: bool
) -> None:
    """Pings of one session about one medium are one view; several media stay apart."""
    assert (seen(**one).play_id == seen(**other).play_id) is same


@pytest.mark.parametrize(
    "back",
    [pytest.param(DAY, id="a day"), pytest.param(NOW, id="to 1970"), pytest.param(0, id="not")],
)
def test_a_ping_that_is_dated_back_displaces_nobody(back: int) -> None:
    """The first reported visitor and page stay, whatever times a later ping claims."""
    first = seen(contact_utk="a" * 32, hsenc="p2ANqtz-1", page_id=5)
    forged = seen(
        NOW + 5000,
        contact_utk="b" * 32,
        hsenc="p2ANqtz-2",
        contact_id=7,
        contact_signature=SIGNATURES[7],
        page_id=6,
        occurred_timestamp=NOW - back,
    )
    for merged in (merge(first.play, forged.play), merge(forged.play, first.play)):
        assert merged.utk == (NOW, "a" * 32)
        assert merged.hsenc == (NOW, "p2ANqtz-1")
        assert merged.page == first.play.page
        assert merged.second_utk is not None
        assert merged.second_utk[0] == NOW + 5000


def test_progress_is_taken_as_it_was_sent() -> None:
    """Percentage, map and end go into the play; what was not sent is nothing yet."""
    play = seen(played_percent=40, watched=[(1, 1), (0, 3)], ended=True).play
    assert (play.percent, play.spans, play.ended) == (40, (1, 0, 0, 0), True)
    silent = seen().play
    assert (silent.percent, silent.spans, silent.ended) == (0, (), False)
    assert seen(watched=[]).play == silent


def test_the_catalogue_fills_what_the_page_left_unsaid() -> None:
    """An operator's entry, found by address, adds id, name, type and duration."""
    url = "https://cdn.example.com/l.mp4"
    entry = CatalogueEntry(
        media_url=url, bridge_id=42, name="The launch", type="AUDIO", duration=93.4
    )
    observation = observe(
        ping(media_bridge_id=None, media_url=url, media_name="Our launch"),
        received_at=NOW,
        referer=None,
        policy=ObservationPolicy(Catalogue.of([entry])),
    )
    medium = observation.play.medium
    assert (medium.bridge_id, medium.name, medium.type) == (42, "Our launch", "AUDIO")
    assert medium.duration == 93.4
    # What names the view is what the page said: an edit of the catalogue must not split plays.
    assert observation.play_id != play_id("session", "bridge:42")
