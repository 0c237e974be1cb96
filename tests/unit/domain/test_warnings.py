"""A sender is warned of accepted fields that can't be used as they were meant."""

from typing import Any

import pytest

from app.domain.notices import MOST_WARNINGS, PingWarning
from app.domain.trust import TrustPolicy
from app.domain.warnings import warnings_of
from tests.unit.domain.setting import NOW, SIGNATURES, TRUST
from tests.unit.domain.wire import PLAY, read

UTK = "0123456789abcdef0123456789abcdef"


def warned(request: object, *, trust: TrustPolicy = TRUST, site: str = "") -> list[PingWarning]:
    """The warnings for an accepted request."""
    parsed = read(request)
    assert not parsed.faults
    return warnings_of(parsed, received_at=NOW, trust=trust, site=site)


def of(**fields: Any) -> list[tuple[str, str]]:
    """Field and reason of each warning about one play."""
    return [(each.field, each.reason) for each in warned(PLAY | fields)]


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({}, id="the least"),
        pytest.param({"contactUtk": UTK, "_hsenc": "p2ANqtz-9x"}, id="identities"),
        pytest.param({"contactUtk": "", "_hsenc": " "}, id="no identities"),
        pytest.param({"contactId": 7, "contactSignature": SIGNATURES[7]}, id="signed"),
        pytest.param({"playedPercent": 0}, id="nothing watched"),
        pytest.param({"playedPercent": 1}, id="one percent"),
        pytest.param(
            {"playedPercent": 0.5, "watched": [[1, 1], [0, 99]]}, id="half a percent by the map"
        ),
        pytest.param({"occurredTimestamp": NOW - 5000, "sentAt": NOW}, id="times"),
        pytest.param({"mediaType": "Video", "externalPlayContext": "email"}, id="in small letters"),
        pytest.param({"mediaType": ""}, id="no type"),
        pytest.param({"site": "academy"}, id="a site"),
    ],
)
def test_what_can_be_used_is_no_warning(fields: dict[str, Any]) -> None:
    """An answer to a sound ping holds none."""
    assert of(**fields) == []


@pytest.mark.parametrize(
    ("fields", "field", "reason"),
    [
        ({"contactUtk": "undefined"}, "contactUtk", "not_an_identity"),
        ({"contactUtk": "{{utk}}"}, "contactUtk", "not_an_identity"),
        ({"_hsenc": "null"}, "_hsenc", "not_an_identity"),
        ({"contactId": 7}, "contactId", "unsigned_contact"),
        ({"contactId": 8, "contactSignature": SIGNATURES[7]}, "contactId", "unsigned_contact"),
        ({"contactSignature": SIGNATURES[7]}, "contactSignature", "unsigned_contact"),
        ({"playedPercent": 0.5}, "playedPercent", "fraction"),
        ({"playedPercent": 0.5, "watched": [[1, 50], [0, 50]]}, "playedPercent", "fraction"),
        ({"occurredTimestamp": 12.5}, "occurredTimestamp", "replaced_by_arrival"),
        ({"occurredTimestamp": NOW * 1.5}, "occurredTimestamp", "replaced_by_arrival"),
        ({"mediaType": "html5"}, "mediaType", "unknown_value"),
        ({"externalPlayContext": "MAIL"}, "externalPlayContext", "unknown_value"),
        ({"percent": 40}, "percent", "unknown_field"),
    ],
)
def test_what_can_not_be_used_is_named(fields: dict[str, Any], field: str, reason: str) -> None:
    """The play is taken, and the sender learns which field counts for nothing."""
    assert of(**fields) == [(field, reason)]


@pytest.mark.parametrize(
    ("name", "meant"),
    [("mediatype", "mediaType"), ("hsenc", "_hsenc"), ("duraton", "duration"), ("zzz", None)],
)
def test_a_misspelt_field_is_told_what_was_meant(name: str, meant: str | None) -> None:
    """The nearest of the known names, if any is near."""
    (warning,) = warned(PLAY | {name: 1})
    assert ("did you mean" in warning.detail) is (meant is not None)
    assert meant is None or f"did you mean {meant}?" in warning.detail


@pytest.mark.parametrize(
    ("body", "field", "says"),
    [
        ({"plays": [PLAY], "playedPercent": 60}, "playedPercent", "send it in each of the plays"),
        ({"plays": [PLAY | {"site": "shop"}]}, "site", "send it beside plays"),
        (PLAY | {"plays": None}, "plays", "send a list, beside what the plays have in common"),
    ],
)
def test_a_field_in_a_wrong_place_is_told_the_right_one(
    body: dict[str, Any], field: str, says: str
) -> None:
    """It is not told that itself was meant."""
    (warning,) = warned(body)
    assert (warning.field, warning.detail.partition(": ")[2]) == (field, says)


def test_an_envelopes_fields_are_looked_at_too() -> None:
    """A field that stands around the plays is none of theirs unless it is inherited."""
    request = {"pageURL": "https://www.example.com/", "duration": 5, "plays": [PLAY]}
    assert [(each.field, each.reason) for each in warned(request)] == [
        ("pageURL", "unknown_field"),
        ("duration", "unknown_field"),
    ]


def test_a_warning_stands_once_with_the_first_play_that_earned_it() -> None:
    """A warning about a shared field is given once; refused plays keep their place in the count."""
    bad = PLAY | {"contactUtk": "null"}
    parsed = read({"plays": [{"sessionId": ""}, PLAY, bad, bad]})
    (warning,) = warnings_of(parsed, received_at=NOW, trust=TRUST)
    assert (warning.index, warning.field) == (2, "contactUtk")


def test_an_answer_is_bounded() -> None:
    """However many fields are wrong, twenty are named, and long names are cut."""
    odd = {f"field{number}": None for number in range(500)} | {"x" * 5000: 1}
    found = warned({"plays": [PLAY | odd] * 20, **odd})
    assert len(found) == MOST_WARNINGS
    (long,) = warned(PLAY | {"y\n" * 5000: 1})
    assert long.field == "y?" * 32


def test_the_site_is_part_of_what_is_signed() -> None:
    """A signature of another site counts for nothing here, and the sender is told."""
    signed = PLAY | {"contactId": 7, "contactSignature": SIGNATURES[7]}
    assert warned(signed) == []
    assert [each.field for each in warned(signed, site="academy")] == ["contactId"]
    (warning,) = warned(signed, trust=TrustPolicy())
    assert "PLAYRELAY_IDENTITY_SECRET" in warning.detail


def test_no_warning_repeats_what_was_sent() -> None:
    """Values may be personal: a warning names the field alone."""
    secret = "jane@example.com"
    request = PLAY | {
        "contactUtk": secret,
        "_hsenc": secret,
        "contactSignature": secret,
        "contactId": 7,
        "mediaType": secret,
        "odd": secret,
    }
    assert secret not in repr(warned(request))
