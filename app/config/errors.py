"""The error for a wrong configuration."""


class SettingsError(Exception):
    """The settings cannot be used. `faults`: one line each, which names the variable."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults
