"""What a check found."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One line. `advice` is empty where all is well."""

    subject: str
    says: str
    advice: str = ""

    def __str__(self) -> str:
        mark = "FAIL" if self.advice else "ok"
        return f"{mark:<5}{self.subject:<10} {self.says}" + (
            f": {self.advice}" if self.advice else ""
        )
