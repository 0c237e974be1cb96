"""Figures of media as they are stored, and what their rows come to."""

import struct
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from app.domain.figures import BINS, COUNTS, Figures
from app.domain.media import Medium
from app.domain.page import Page
from app.store.reports import MediumReport, PageFigures

encode_medium = msgspec.json.Encoder().encode
decode_medium = msgspec.json.Decoder(Medium).decode

_packing = struct.Struct(f"<{BINS}i")
_NOTHING = (0,) * BINS


def page_name(page: Page) -> str:
    """A page's name, for people."""
    return f"page {page.page_id}" if page.page_id else page.url or "an unknown page"


def add_seen(packed: bytes | None, more: Iterable[int]) -> bytes:
    """How many plays saw each percent of a medium, with so many more of them.

    Packed as 32-bit integers, the lowest byte first.
    """
    return _packing.pack(*map(sum, zip(_unpacked(packed), more, strict=True)))


def report_of(
    row: int,
    about: bytes | str,
    since: int,
    days: Sequence[Sequence[Any]],
    pages: Iterable[Iterable[Any]],
) -> MediumReport:
    """All about one medium. `days`: day, plain counts, seen (packed); `pages`: page, plays.

    The days before `since` are those to compare with.
    """
    here = [each for each in days if each[0] >= since]
    return MediumReport(
        id=row,
        medium=decode_medium(about),
        figures=_sum(here),
        days=[(day, Figures.of(plain)) for day, *plain, _ in here],
        pages=[PageFigures(*each) for each in pages],
        before=_sum(each for each in days if each[0] < since),
    )


def _sum(days: Iterable[Iterable[Any]]) -> Figures:
    counts, seen = [0] * COUNTS, [*_NOTHING]
    for _, *plain, packed in days:
        counts = [one + two for one, two in zip(counts, plain, strict=True)]
        seen = [one + two for one, two in zip(seen, _unpacked(packed), strict=True)]
    return Figures.of(counts, seen)


def _unpacked(packed: bytes | None) -> tuple[int, ...]:
    return _packing.unpack(packed) if packed else _NOTHING
