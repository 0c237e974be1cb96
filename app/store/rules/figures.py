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
    total = tuple(map(add, _unpacked(packed), more)) if packed else more
    for packing in _PACKINGS.values():
        with suppress(struct.error):  # it does not fit
            return packing.pack(*total)
    raise OverflowError("more plays than 32 bits can count")


def total(rows: Iterable[Sequence[Any]]) -> Figures:
    """The sum of rows. Each: the plain counts, seen and again (packed)."""
    counts: Counts = (0,) * COUNTS
    seen = again = NOTHING
    for *plain, packed, repeated in rows:
        counts = tuple(map(add, counts, plain))
        if packed is not None:
            seen = tuple(map(add, seen, _unpacked(packed)))
        if repeated is not None:
            again = tuple(map(add, again, _unpacked(repeated)))
    return Figures.of(counts, seen, again)


_PACKINGS = {
    width: struct.Struct(f"<{BINS}{code}") for width, code in ((1, "b"), (2, "h"), (4, "i"))
}


def _unpacked(packed: bytes | None) -> Bins:
    return _PACKINGS[len(packed) // BINS].unpack(packed) if packed else NOTHING
