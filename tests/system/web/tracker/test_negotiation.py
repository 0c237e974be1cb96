"""A request gets the encoding that it accepts, and nothing if it already has the file."""

import pytest

from app.web.tracker.negotiation import choose_coding, has_already


@pytest.mark.parametrize(
    ("accepted", "chosen"),
    [
        (None, "identity"),
        ("", "identity"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("deflate", "identity"),
        ("BR", "br"),
        ("x-gzip", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0,gzip;q=0", "identity"),
        ("br; q=0.000, gzip; q=0.001", "gzip"),
        ("br;q=0.5, gzip;q=0.8", "gzip"),
        ("br;q=0.8, gzip;q=0.8", "br"),
        ("*", "br"),
        ("*;q=0", "identity"),
        ("br;q=0, *", "gzip"),
        ("gzip, *;q=0", "gzip"),
        ("br;q=0.2, identity", "identity"),
        ("br;q=0.2, identity;q=0.1", "br"),
        ("identity;q=0", "identity"),
        ("br;q=much, gzip;q=0.1", "gzip"),
        ("br;q=1.5, gzip", "gzip"),
        ("br;v=1;q=0", "identity"),
        (",;,", "identity"),
        ("broccoli, gzipped", "identity"),
    ],
)
def test_the_best_coding_that_is_acceptable(accepted: str | None, chosen: str) -> None:
    """Weights count, 0 means no, a star stands for the rest, nonsense weighs nothing."""
    assert choose_coding(accepted) == chosen


def test_a_coding_that_is_not_on_offer_is_not_chosen() -> None:
    """A file without a brotli form is sent as gzip."""
    assert choose_coding("br, gzip;q=0.1", {"identity", "gzip"}) == "gzip"


@pytest.mark.parametrize(
    ("known", "has"),
    [
        (None, False),
        ("", False),
        ('"abc"', True),
        ('W/"abc"', True),
        ('"xyz"', False),
        ('"xyz", "abc"', True),
        ('"xyz",W/"abc","other"', True),
        ("*", True),
        (" * ", True),
        ('"*"', False),
        ("abc", False),
        ('"abcd"', False),
        ('"a", "bc"', False),
    ],
)
def test_entity_tags(known: str | None, *, has: bool) -> None:
    """Any of several tags, weak or strong, or a star; never a part of one."""
    assert has_already('"abc"', known) is has
