"""The wire format: what can be taken, and how it is understood."""

import json
from typing import Any

import msgspec
import pytest

from app.domain.ping import MAX_PLAYS, Parsed, PlayPing
from app.domain.ping_faults import WANTED
from app.domain.ping_parser import parse
from tests.unit.domain.wire import HUBSPOT_EXAMPLE, PLAY, read


def test_hubspots_example_is_a_ping() -> None:
    """The published body of HubSpot's own event is taken as it stands, field by field."""
    (play,) = read(HUBSPOT_EXAMPLE).plays
    sent = {k: v for k, v in msgspec.to_builtins(play).items() if v is not None}
    assert sent == HUBSPOT_EXAMPLE


def test_the_least() -> None:
    """A session, a medium and a page are enough."""
    parsed = read(PLAY)
    assert parsed == Parsed(
        [PlayPing(session_id="session", media_bridge_id=42, page_id=5)], [], batch=False
    )


def test_a_batch_shares_its_envelope() -> None:
    """Each play takes from the envelope what it doesn't say itself."""
    shared = {
        "sentAt": 9.5,
        "contactUtk": "utk",
        "_hsenc": "p2",
        "contactId": 7,
        "contactSignature": "sig",
        "pageUrl": "https://www.example.com/",
        "pageName": "Home",
        "pageId": 5,
        "externalPlayContext": "EMAIL",
    }
    own = shared | {"sentAt": 8.5, "contactUtk": "other", "pageId": 6, "pageName": "Own"}
    bare = {"sessionId": "session", "mediaBridgeId": 42}
    inheriting, independent = read(shared | {"plays": [bare, bare | own]}).plays
    assert inheriting == msgspec.convert(bare | shared, PlayPing)
    assert independent == msgspec.convert(bare | own, PlayPing)


def test_one_bad_play_leaves_the_others_alone() -> None:
    """Faults are told by their place in the batch; the rest is taken."""
    parsed = read({"plays": [PLAY, {"sessionId": 5}, 7, None, PLAY | {"ended": "no"}, PLAY]})
    assert len(parsed.plays) == 2
    assert [(fault.index, fault.detail) for fault in parsed.faults] == [
        (1, f"sessionId: {WANTED['sessionId']}"),
        (2, "expected `object`, got `int`: send an object"),
        (3, "expected `object`, got `null`: send an object"),
        (4, f"ended: {WANTED['ended']}"),
    ]


def test_an_empty_batch_is_nothing_wrong() -> None:
    """A batch without plays is taken, and holds nothing."""
    assert read({"plays": []}) == Parsed([], [], batch=True)


def test_a_batch_has_an_end() -> None:
    """The hundred-and-first play is named as one too many; those before it are taken."""
    parsed = read({"plays": [PLAY] * (MAX_PLAYS + 2)})
    assert len(parsed.plays) == MAX_PLAYS
    assert [fault.index for fault in parsed.faults] == [MAX_PLAYS, MAX_PLAYS + 1]
    assert "at most 100" in parsed.faults[0].detail


def test_unknown_fields_are_ignored() -> None:
    """A newer script may say more than this relay understands, wherever it likes."""
    more = {"brandNew": {"deep": [1e300, None]}, "constructor": 1}
    plain = read({"plays": [PLAY]})
    assert read(more | {"plays": [PLAY | more]}).plays == plain.plays
    assert read(PLAY | more).plays == plain.plays


@pytest.mark.parametrize(
    ("said", "type_", "context"),
    [
        pytest.param(("video", "email"), "VIDEO", "EMAIL", id="small letters"),
        pytest.param((" Audio ", "External_Page"), "AUDIO", "EXTERNAL_PAGE", id="mixed"),
        pytest.param(("video/mp4", "MAIL"), None, None, id="unknown"),
        pytest.param(("", ""), None, None, id="blank"),
        pytest.param(("x" * 9000, "x" * 9000), None, None, id="long"),
    ],
)
def test_an_unknown_word_costs_the_field(
    said: tuple[str, str], type_: str | None, context: str | None
) -> None:
    """Players set attributes of the same names: a play is not lost by a value that is not ours."""
    (play,) = read(PLAY | {"mediaType": said[0], "externalPlayContext": said[1]}).plays
    assert (play.media_type, play.external_play_context) == (type_, context)


@pytest.mark.parametrize(
    ("page", "referer", "taken"),
    [
        pytest.param({}, None, False, id="nothing"),
        pytest.param({"pageId": 0}, None, False, id="template without an id"),
        pytest.param({"pageUrl": "/launch"}, None, False, id="relative"),
        pytest.param({"pageUrl": "about:srcdoc"}, None, False, id="no web address"),
        pytest.param({"pageUrl": "HTTPS://www.example.com"}, None, True, id="address"),
        pytest.param({"pageUrl": "/launch"}, "https://www.example.com/", True, id="Referer"),
        pytest.param({}, "android-app://com.example", False, id="Referer of an app"),
        pytest.param({"pageId": 5}, None, True, id="HubSpot page"),
    ],
)
def test_a_page_is_needed(page: dict[str, Any], referer: str | None, *, taken: bool) -> None:
    """Some page has to be known: by id, by address, or by the Referer."""
    parsed = read({"sessionId": "session", "mediaBridgeId": 42, **page}, referer)
    assert bool(parsed.plays) is taken
    assert taken or parsed.faults[0].detail.startswith("pageUrl: ")


@pytest.mark.parametrize("text", ["42", "5e1"])
def test_figures_may_come_as_text(text: str) -> None:
    """Data attributes are text, and the players that read them forget to convert it."""
    (play,) = read(PLAY | {"playedPercent": text}).plays
    assert play.played_percent == float(text)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (r"\ud83d", "\ufffd"),
        (r"Caf\u00e9 \ud83d", "Café \ufffd"),
        (r"\ud83d\ude00 \ude00", "😀 \ufffd"),
        (r"\uD83D\uD83D\uDE00", "\ufffd😀"),
        (r"\\ud83d", r"\ud83d"),
    ],
)
def test_half_an_emoji_is_replaced(sent: str, kept: str) -> None:
    """A title that a script cut in the middle of an emoji costs that emoji, not the ping."""
    batch = json.dumps({"plays": [PLAY | {"pageName": "@"}]}).replace("@", sent)
    assert parse(batch.encode(), None).plays[0].page_name == kept
