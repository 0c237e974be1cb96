"""Figures of media as they are stored, and what their rows come to."""

import struct
from collections.abc import Iterable, Sequence
from contextlib import suppress
from operator import add
from typing import Any

import msgspec

from app.domain.figures import BINS, COUNTS, NOTHING, Bins, Counts, Figures
from app.domain.media import Medium

encode_medium = msgspec.json.Encoder().encode
decode_medium = msgspec.json.Decoder(Medium).decode


def add_bins(packed: bytes | None, more: Bins) -> bytes | None:
    """A number for each percent of a medium, with so much more of each; None: there is none yet.

    Packed as integers of 8, 16 or 32 bits, the lowest byte first: how many shows in the length.
    They are signed: an earlier release has put plays elsewhere than they are taken out.
    """
    if more is NOTHING:
        return packed
    if packed is not None and len(packed) == BINS:
        with suppress(struct.error, OverflowError):
            return _add_bytes(packed, more)
    total = tuple(map(add, _unpacked(packed), more)) if packed else more
    for packing in _PACKINGS.values():
        with suppress(struct.error):  # it does not fit
            return packing.pack(*total)
    raise OverflowError("more plays than 32 bits can count")


def _add_bytes(packed: bytes, more: Bins) -> bytes:
    """All numbers of 8 bits at once, as this is done all the time; OverflowError if one is larger.

    The lower seven bits of each are added as parts of one integer: none reaches the next number.
    """
    one = int.from_bytes(packed, "little")
    two = int.from_bytes(_PACKINGS[1].pack(*more), "little")
    total = ((one & _LOWER) + (two & _LOWER)) ^ ((one ^ two) & _SIGNS)
    if (one ^ total) & (two ^ total) & _SIGNS:  # both have one sign, and their sum the other
        raise OverflowError
    return total.to_bytes(BINS, "little")


def total(rows: Iterable[Sequence[Any]]) -> Figures:
    """The sum of rows. Each: the plain counts, seen and again (packed)."""
    plain: list[Counts] = []
    seen: list[Bins] = []
    again: list[Bins] = []
    for *counts, packed, repeated in rows:
        plain.append(tuple(counts))
        if packed is not None:
            seen.append(_unpacked(packed))
        if repeated is not None:
            again.append(_unpacked(repeated))
    return Figures.of(_sums(plain, (0,) * COUNTS), _sums(seen, NOTHING), _sums(again, NOTHING))


def _sums(rows: Sequence[tuple[int, ...]], nothing: tuple[int, ...]) -> tuple[int, ...]:
    """Column by column; quicker than row by row."""
    return tuple(map(sum, zip(*rows, strict=True))) if rows else nothing


def plus(one: Figures, other: Figures) -> Figures:
    """Both together."""
    return Figures.of(
        map(add, one.counts, other.counts),
        tuple(map(add, one.seen, other.seen)),
        tuple(map(add, one.again, other.again)),
    )


_PACKINGS = {
    width: struct.Struct(f"<{BINS}{code}") for width, code in ((1, "b"), (2, "h"), (4, "i"))
}
_LOWER = int.from_bytes(b"\x7f" * BINS, "little")
_SIGNS = int.from_bytes(b"\x80" * BINS, "little")


def _unpacked(packed: bytes | None) -> Bins:
    return _PACKINGS[len(packed) // BINS].unpack(packed) if packed else NOTHING
