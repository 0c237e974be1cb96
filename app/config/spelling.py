"""Finds the known name that was probably meant."""

from collections.abc import Iterable
from difflib import SequenceMatcher, get_close_matches

_ALIKE = 0.75
"""Share of common letters from which a name counts as a misspelling of another.

Four letters with two swapped reach it.
"""


def nearest(written: str, known: Iterable[str]) -> str:
    """The known name that was probably meant, or "".

    Names are words joined by underscores. A name that has all of the written words, each perhaps
    misspelt, precedes one that only looks similar as a whole: HUBSPOT_TOKEN means
    HUBSPOT_ACCESS_TOKEN, although HUBSPOT_RATE has fewer letters that differ.
    """
    names = sorted(known)
    words = written.split("_")
    complete = [name for name in names if all(_has(word, name) for word in words)]
    if complete:
        return max(complete, key=lambda name: SequenceMatcher(None, written, name).ratio())
    return next(iter(get_close_matches(written, names, n=1, cutoff=_ALIKE)), "")


def _has(word: str, name: str) -> bool:
    return bool(get_close_matches(word, name.split("_"), n=1, cutoff=_ALIKE))
