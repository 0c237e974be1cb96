"""A sender learns why a ping is refused, and any ping gets an answer."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.media import Catalogue, describe_medium
from app.domain.ping import BadJsonError, InvalidPingError, Parsed
from app.domain.ping_faults import WANTED
from app.domain.ping_parser import _FIELDS, parse
from app.domain.timestamps import UNIT
from tests.unit.domain.wire import HUBSPOT_EXAMPLE, PLAY, read


def refused(play: dict[str, Any]) -> str:
    """The fault that the sender of one such play in a batch gets."""
    parsed = read({"plays": [PLAY | play]})
    assert parsed.plays == []
    (fault,) = parsed.faults
    assert (fault.index, fault.reason) == (0, "invalid")
    return fault.detail


@pytest.mark.parametrize(
    "play",
    [
        {"sessionId": ""},
        {"sessionId": "s" * 256},
        {"sessionId": None},
        {"mediaBridgeId": "x"},
        {"mediaBridgeId": -1},
        {"mediaBridgeId": 1.5},
        {"mediaBridgeId": 2**63},
        {"mediaType": 5},
        {"pageId": []},
        {"pageName": 5},
        {"pageUrl": "x" * 16_385},
        {"externalPlayContext": {}},
        {"playedPercent": 100.01},
        {"playedPercent": -0.01},
        {"playedPercent": {}},
        {"occurredTimestamp": -1},
        {"sentAt": 1e300},
        {"watched": 5},
        {"watched": [5]},
        {"watched": [[1]]},
        {"watched": [[-1, 5]]},
        {"watched": [[1, 0]]},
        {"watched": [[2**31, 1]]},
        {"watched": [[1, 1]] * 101},
        {"ended": 2},
        {"contactUtk": "u" * 1025},
        {"contactId": "7x"},
    ],
)
def test_a_wrong_value_is_named_with_its_field(play: dict[str, Any]) -> None:
    """The message names the wrong field, and what belongs there."""
    (field,) = play
    assert refused(play) == f"{field}: {WANTED[field]}"


def test_all_faults_are_named_at_once() -> None:
    """All wrong and missing fields are reported at once, so that they can be fixed together."""
    assert refused({"sessionId": 5, "playedPercent": 101, "ended": 7}) == "; ".join(
        f"{field}: {WANTED[field]}" for field in ("sessionId", "playedPercent", "ended")
    )
    (fault,) = read({"plays": [{"sessionId": "s"}]}).faults
    assert [part.split(":")[0] for part in fault.detail.split("; ")] == [
        "mediaBridgeId, externalId or mediaUrl (an http(s) address)",
        "pageUrl",
    ]


def test_every_field_says_what_it_takes() -> None:
    """A new field needs words."""
    assert set(WANTED) == {*_FIELDS}


@pytest.mark.parametrize(
    "field", ["sessionId", "externalId", "mediaName", "pageName", "pageUrl", "mediaUrl"]
)
@pytest.mark.parametrize("character", ["\x00", "\x1b", "\x7f", "\x9b"])
@pytest.mark.parametrize("ascii_", [True, False], ids=["escaped", "as it is"])
def test_control_characters_are_refused(field: str, character: str, *, ascii_: bool) -> None:
    """Whichever way they are written: no engine would keep them alike, and terminals obey them."""
    play = PLAY | {field: f"https://www.example.com/{character}"}
    (fault,) = parse(json.dumps(play, ensure_ascii=ascii_).encode(), None).faults
    assert fault.detail == f"{field}: leave out the control character U+{ord(character):04X}"


def test_white_space_in_a_title_is_no_fault() -> None:
    """Titles come from elements, with the line breaks of their source; it is folded later."""
    assert read(PLAY | {"pageName": "A\n\tfilm", "mediaName": "\r\nA film \u0085"}).faults == []
    assert read(PLAY | {"sessionId": "a\nb"}).faults


def test_a_single_play_hears_the_same() -> None:
    """A play that stands alone is told of a wrong field of any kind in the same words."""
    (fault,) = read(PLAY | {"playedPercent": {}}).faults
    assert fault.detail == f"playedPercent: {WANTED['playedPercent']}"
    with pytest.raises(InvalidPingError, match=r"^pageId: send the whole number"):
        read(PLAY | {"pageId": []})


def test_a_missing_session_is_named() -> None:
    """Without a session there is no play."""
    (fault,) = read({"mediaBridgeId": 42, "pageId": 5}).faults
    assert fault.detail == "sessionId: this field is required"


def test_too_many_spans_are_named() -> None:
    """Two runs that stand for more than a hundred spans together are refused unexpanded."""
    assert refused({"watched": [[1, 100], [0, 1]]}).startswith("watched: at most 100 spans")


@pytest.mark.parametrize(
    "medium",
    [
        {"mediaBridgeId": None},
        {"mediaBridgeId": 0},
        {"mediaBridgeId": 0, "externalId": " "},
        {"mediaBridgeId": 0, "externalId": "\u200b"},
        {"mediaBridgeId": 0, "mediaUrl": ""},
        {"mediaBridgeId": 0, "mediaUrl": "blob:https://www.example.com/8-4-4-12"},
        {"mediaBridgeId": 0, "mediaUrl": "film.mp4"},
    ],
)
def test_a_medium_that_cannot_be_told_from_others(medium: dict[str, Any]) -> None:
    """Without an id or a web address HubSpot could not say which medium was played."""
    assert refused(medium).startswith("mediaBridgeId, externalId or mediaUrl")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{",
        b'{"sessionId": "session"',
        b"not json",
        b"[]",
        b"null",
        b"7",
        b'"text"',
        b"{}{}",
        b"\xef\xbb\xbf{}",
        b"\x00",
        b'{"duration": NaN}',
        b"{'sessionId': 'session'}",
        json.dumps(PLAY).encode("utf-16"),
        json.dumps(PLAY | {"sessionId": "café"}, ensure_ascii=False).encode("latin-1"),
        b'{"plays": [{"sessionId": "\xff", "mediaBridgeId": 42, "pageId": 5}]}',
        b'{"pageName": "\xc3"}',
        b'{"sentAt": [1], "pageName": "half',
        b'{"plays": [{"sentAt": [1], "pageName": "\\u12"}]}',
        b"[" * 60_000,
        b'{"a":' * 10_000,
        b'{"plays":' + b"[" * 30_000 + b"]" * 30_000 + b"}",
        b'{"plays":' * 7_000,  # wrong first, and broken behind that
        b'{"plays": 5, nope}',
        b'{"site": 5, "sessionId": ' + b"[" * 30_000,
    ],
)
def test_what_is_no_json_object(body: bytes) -> None:
    """Anything that is no JSON object is told apart from one that doesn't fit."""
    with pytest.raises(BadJsonError):
        parse(body, None)


@pytest.mark.parametrize(
    ("envelope", "text"),
    [
        ({"plays": 5}, "plays: send a list of plays"),
        ({"plays": {}}, "plays: send a list of plays"),
        ({"plays": [PLAY], "sentAt": "now"}, f"sentAt: {UNIT}"),
        ({"plays": [PLAY], "pageId": -5}, "pageId: send the whole number of a HubSpot page"),
    ],
)
def test_an_envelope_that_does_not_fit(envelope: dict[str, Any], text: str) -> None:
    """A wrong value that all plays would inherit is refused."""
    with pytest.raises(InvalidPingError) as caught:
        read(envelope)
    assert str(caught.value) == text


@pytest.mark.parametrize(
    "number",
    ["1e400", "9" * 5000],
)
def test_huge_numbers(number: str) -> None:
    """A number beyond all bounds is a wrong value like any other."""
    body = json.dumps(PLAY)[:-1] + f', "duration": {number}}}'
    assert parse(body.encode(), None).faults[0].detail == f"duration: {WANTED['duration']}"


def parses(body: bytes) -> Parsed | None:
    """The accepted plays of a body; None if it is refused as a whole."""
    try:
        return parse(body, None)
    except (BadJsonError, InvalidPingError):
        return None


@given(st.binary(max_size=200))
def test_any_bytes_get_an_answer(body: bytes) -> None:
    """Nonsense is refused, and nothing else happens."""
    parses(body)


@given(st.data())
def test_any_damage_gets_an_answer(data: st.DataObject) -> None:
    """A ping with bytes lost, changed or added is taken or refused, and nothing else happens."""
    body = bytearray(json.dumps({"plays": [HUBSPOT_EXAMPLE, PLAY]}).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(body) - 1))
        body[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    parses(bytes(body))


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(HUBSPOT_EXAMPLE)), json_values))
def test_any_values_get_an_answer_and_what_is_taken_can_be_sent(odd: dict[str, Any]) -> None:
    """An accepted play names its medium, whatever values the known fields have."""
    parsed = parses(json.dumps(HUBSPOT_EXAMPLE | odd).encode())
    for play in parsed.plays if parsed else ():
        medium = describe_medium(
            media_type=play.media_type,
            media_bridge_id=play.media_bridge_id,
            external_id=play.external_id,
            media_name=play.media_name,
            media_url=play.media_url,
            duration=play.duration,
            catalogue=Catalogue(),
        )
        assert medium.bridge_id or medium.external_id
