"""Text that strangers wrote, made fit to be stored, shown and sent on.

Limits count code points: JSON Schema's `maxLength`, PostgreSQL and Python count the same way, and
a cut between code points cannot split a surrogate pair. HubSpot publishes no limits, so every
limit in the relay is its own choice.
"""

import re
import unicodedata
from urllib.parse import unquote

# Normalising a run of marks takes quadratic time: 60,000 of them would hold the relay up for 5 s.
_LONGEST_NORMALISED = 4096

_ELLIPSIS = "…"
_JOINER = "\u200d"  # ZWJ: holds the parts of an emoji such as a family together

# Bidirectional overrides can make a title read as another one; the rest only breaks comparison.
# ZWJ and ZWNJ stay: emoji, Persian and the scripts of India need them.
_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_BLANK = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")

# Skin tones and the tags of regional flags modify what stands before them, but are no marks.
_MODIFIER = re.compile("[\u200c\u200d\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]")
_FLAG_LETTERS = re.compile("[\U0001f1e6-\U0001f1ff]+$")
_LONGEST_CLUSTER = 32  # code points; what is longer is decoration, and may be cut anywhere

# In a path, hyphens and their like stand for spaces, but not in a date.
_WORD_BREAK = re.compile(r"[_+]+|(?<!\d)-+|-+(?!\d)")


def well_formed(text: str) -> str:
    """The text with surrogate pairs joined, and each lone surrogate replaced by U+FFFD."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def tidy(text: str) -> str:
    """The text in NFC on one line: white space and control characters folded, edges stripped.

    Texts of more than 4096 code points, which nobody reads, keep their normal form.
    """
    line = _BLANK.sub(" ", _INVISIBLE.sub("", well_formed(text))).strip()
    return unicodedata.normalize("NFC", line) if len(line) <= _LONGEST_NORMALISED else line


def cut(text: str, limit: int) -> str:
    """The text, or its beginning and "…", in at most `limit` (at least 1) code points.

    Letters keep their marks, and emoji and flags stay whole, unless that costs more than 32 code
    points.
    """
    if len(text) <= limit:
        return text
    space = limit - len(_ELLIPSIS)
    ends = range(space, max(space - _LONGEST_CLUSTER, -1), -1)
    end = next((end for end in ends if _may_end_at(text, end)), space)
    return text[:end].rstrip() + _ELLIPSIS


def clean(text: str | None, limit: int) -> str | None:
    """The text tidied and cut to `limit` code points; None if nothing is left.

    Only the first 4096 code points are considered.
    """
    return cut(tidy(text[:_LONGEST_NORMALISED]), limit) or None if text else None


def readable(slug: str) -> str:
    """A segment of a URL's path (without file extension) in words: "plans-2024" → "Plans 2024"."""
    text = tidy(unquote(slug))
    if " " not in text:
        text = tidy(_WORD_BREAK.sub(" ", text))
    # Mixed case was somebody's choice (a name, an id) and stays.
    return text[:1].upper() + text[1:] if text == text.lower() else text


def _may_end_at(text: str, end: int) -> bool:
    after = text[end]
    if unicodedata.category(after).startswith("M") or _MODIFIER.match(after):
        return False
    if text[end - 1 : end] == _JOINER:
        return False
    # Flags are pairs of letters: an odd number before the cut means that it splits one.
    letters = _FLAG_LETTERS.search(text, max(end - _LONGEST_CLUSTER, 0), end)
    return not (letters and _FLAG_LETTERS.match(after) and len(letters[0]) % 2)
