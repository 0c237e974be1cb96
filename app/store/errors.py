"""The store's one error, and the race that a transaction survives by running again."""


class StoreError(Exception):
    """The store can't do what was asked; the text is one line that says what to do about it.

    `fault` is a stable word for metrics and logs: full, read_only, locked, corrupt, missing,
    closed, busy, unreachable, schema or failed.
    """

    def __init__(self, message: str, fault: str = "failed") -> None:
        super().__init__(message)
        self.fault = fault


class Raced(Exception):  # noqa: N818 - no error: the transaction runs again
    """Another replica wrote the same rows first; the transaction runs again."""
