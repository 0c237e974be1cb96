"""Text from strangers: folded, normalised, and cut without hurting what it is made of."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.text import clean, cut, readable, tidy

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
GERMANY = "\U0001f1e9\U0001f1ea"
ANY_TEXT = st.text(st.characters(exclude_categories=()))  # lone surrogates included


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        pytest.param("launch", 6, "launch", id="fits"),
        pytest.param("launch film", 7, "launch…", id="too long"),
        pytest.param("launch film", 8, "launch…", id="no space before the ellipsis"),
        pytest.param("abc", 1, "…", id="room for nothing else"),
        pytest.param("cafe\u0301 noir", 5, "caf…", id="a letter keeps its accent or goes with it"),
        pytest.param(f"ab{FAMILY}cd", 6, "ab…", id="a family stays together"),
        pytest.param(f"ab{FAMILY}cd", 8, f"ab{FAMILY}…", id="a whole family fits"),
        pytest.param("ok \U0001f44d\U0001f3fd yes", 5, "ok…", id="a thumb keeps its skin tone"),
        pytest.param(f"{GERMANY}{GERMANY} x", 4, f"{GERMANY}…", id="a flag is not halved"),
        pytest.param(f"{GERMANY}{GERMANY} x", 5, f"{GERMANY}{GERMANY}…", id="two flags are two"),
        pytest.param("❤\ufe0f love", 2, "…", id="a variation selector stays with its sign"),
        pytest.param("\U0001f600" * 5, 3, "\U0001f600\U0001f600…", id="outside the basic plane"),
        pytest.param("a" + "\u0301" * 90, 60, "a" + "\u0301" * 58 + "…", id="endless marks"),
    ],
)
def test_cut_keeps_characters_whole(text: str, limit: int, expected: str) -> None:
    """An over-long text ends with an ellipsis, never inside what a reader sees as one sign."""
    assert cut(text, limit) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("  The\n\t launch \u00a0 film ", "The launch film", id="white space"),
        pytest.param("a\x00b\x07c\x85d\u2028e", "a b c d e", id="control characters"),
        pytest.param("Cafe\u0301", "Café", id="NFC"),
        pytest.param("a\ud800b", "a\ufffdb", id="a lone surrogate"),
        pytest.param("\ud83d\ude00", "\U0001f600", id="a pair in two halves"),
        pytest.param("exe\u202e.mp4\u200b\ufeff", "exe.mp4", id="overrides and invisible signs"),
        pytest.param(
            "\u0645\u06cc\u200c\u062e",
            "\u0645\u06cc\u200c\u062e",
            id="Persian keeps its non-joiner",
        ),
        pytest.param(FAMILY, FAMILY, id="emoji keep their joiners"),
        pytest.param("日本語の動画", "日本語の動画", id="non-ASCII"),
        pytest.param(" \n\u200b ", None, id="nothing to see"),
        pytest.param("", None, id="empty"),
        pytest.param(None, None, id="missing"),
    ],
)
def test_clean_leaves_one_line_of_plain_text(text: str | None, expected: str | None) -> None:
    """Any text becomes one line in NFC, or None if nothing of it is visible."""
    assert clean(text, 255) == expected


@pytest.mark.parametrize(
    ("slug", "expected"),
    [
        ("plans-2024", "Plans 2024"),
        ("how_it--works", "How it works"),
        ("recap-2024-05-17", "Recap 2024-05-17"),
        ("Caf%C3%A9-%C3%BCber-uns", "Café über uns"),
        ("%C3%BCber-uns", "Über uns"),
        ("Q%26A%20-%20the%20sequel", "Q&A - the sequel"),
        ("dQw4w9WgXcQ", "dQw4w9WgXcQ"),
        ("%E4", "\ufffd"),
        ("--", ""),
    ],
)
def test_a_slug_becomes_words(slug: str, expected: str) -> None:
    """A path segment is decoded, its hyphens become spaces, and dates and names survive."""
    assert readable(slug) == expected


def test_absurd_lengths_are_not_normalised() -> None:
    """Marks out of order by the thousand, which take a quadratic time to sort, stay as they are."""
    absurd = "a" + "\u0301" * 3000 + "\u0316" * 3000
    assert tidy(absurd) == absurd
    assert clean(absurd, 2) == "…"
    assert clean("a\u0301" + "b" * 9000, 3) == "\u00e1b…"


@given(ANY_TEXT, st.integers(1, 80))
def test_cut_never_exceeds_its_limit(text: str, limit: int) -> None:
    """However the text is made up, the limit holds and a second cut changes nothing."""
    once = cut(text, limit)
    assert len(once) <= limit
    assert cut(once, limit) == once
    assert once == text or once.endswith("…")


@given(ANY_TEXT, st.integers(1, 80))
def test_clean_is_final(text: str, limit: int) -> None:
    """Cleaned text is NFC, encodable and within its limit; cleaning it again changes nothing."""
    once = clean(text, limit)
    assert clean(once, limit) == once
    if once is not None:
        assert len(once) <= limit
        assert unicodedata.is_normalized("NFC", once)
        assert once.encode().decode() == once == tidy(once)
