"""Rejections of one kind."""

import pytest

from app.domain.families import LIMIT, family_of


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("media 17 is unknown", "media 18 is unknown"),
        ("Property 'a' is bad", "Property 'b c' is bad"),
        ('no object "x"', 'no object "y"'),
        ("see https://a.example/1", "see https://a.example/2?x=y"),
        ("id 0f8a-99 of 7", "id ff3b-1c of 8"),
        ("two  words", "two words"),
    ],
)
def test_what_differs_from_event_to_event_is_left_out(one: str, other: str) -> None:
    """Numbers, ids, quoted words and addresses tell events apart, not kinds."""
    assert family_of("refused", "VALIDATION", one) == family_of("refused", "VALIDATION", other)


def test_kinds_stay_apart() -> None:
    """Families differ by HubSpot's category and words; without a category by our own reason."""
    assert family_of("refused", "A", "x") != family_of("refused", "B", "x")
    assert family_of("refused", "A", "x") != family_of("refused", "A", "y")
    assert family_of("retries_exhausted", "", "unavailable") == "retries_exhausted unavailable"


def test_a_family_is_short() -> None:
    """However much HubSpot says."""
    assert len(family_of("refused", "A", "word " * 1000)) == LIMIT
