"""Where a list continues: the sort value and the row of the last item shown."""

PATTERN = r"^\d{1,18}\.\d{1,18}$"


def read(text: str | None) -> tuple[int, int] | None:
    """From an address; None: from the start."""
    if text is None:
        return None
    value, _, row = text.partition(".")
    return int(value), int(row)


def write(point: tuple[int, int] | None) -> str | None:
    """For an address; None: there is no more."""
    return None if point is None else f"{point[0]}.{point[1]}"
