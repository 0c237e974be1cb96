"""The result of a check."""

import msgspec


class Finding(msgspec.Struct, frozen=True):
    """One line. `advice`: empty if all is well. `is_warning`: the advice can wait."""

    subject: str
    says: str
    advice: str = ""
    is_warning: bool = False

    @property
    def is_fault(self) -> bool:
        """Whether something is wrong now."""
        return bool(self.advice) and not self.is_warning

    def __str__(self) -> str:
        mark = "FAIL" if self.is_fault else "warn" if self.advice else "ok"
        return f"{mark:<5}{self.subject:<10} {self.says}" + (
            f": {self.advice}" if self.advice else ""
        )
