"""Warnings to a sender: a value was accepted but can't be used as intended."""

from typing import Literal, get_args

import msgspec

WarningReason = Literal[
    "not_an_identity",
    "unsigned_contact",
    "fraction",
    "replaced_by_arrival",
    "unknown_value",
    "unknown_field",
]
WARNING_REASONS: tuple[WarningReason, ...] = get_args(WarningReason)

MOST_WARNINGS = 20
"""Per answer; the sender learns of further wrong fields once these are fixed."""

_NAME_LIMIT = 64


class PingWarning(msgspec.Struct, frozen=True):
    """One field that was not used. `index`: of the first such play, counted from 0 in `plays`."""

    index: int
    field: str
    reason: WarningReason
    detail: str


class Warnings:
    """Collects warnings: each field and reason once, up to `MOST_WARNINGS`."""

    def __init__(self, known: "list[PingWarning] | None" = None) -> None:
        self.found: list[PingWarning] = [*(known or ())]
        self._keys = {(each.field, each.reason) for each in self.found} if known else set()

    @property
    def is_full(self) -> bool:
        """Whether the limit is reached."""
        return len(self.found) >= MOST_WARNINGS

    def add(self, index: int, field: str, reason: WarningReason, detail: str) -> None:
        """Add a warning, unless this field and reason already have one."""
        name = "".join(char if char.isprintable() else "?" for char in field[:_NAME_LIMIT])
        if not self.is_full and (name, reason) not in self._keys:
            self._keys.add((name, reason))
            self.found.append(PingWarning(index, name, reason, detail))
