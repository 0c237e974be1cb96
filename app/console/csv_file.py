"""A table as a CSV file that a spreadsheet opens without running anything in it."""

import csv
import io
from collections.abc import Iterable, Sequence

from fastapi import Response

from app.console.rendering import HEADERS

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_file(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """A download called `name`; UTF-8 with the mark by which spreadsheets know it."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)  # or a semicolon begins a cell, for some
    writer.writerow(head)
    writer.writerows([_cell(each) for each in row] for row in rows)
    headers = {**HEADERS, "content-disposition": f'attachment; filename="{name}"'}
    return Response(f"\ufeff{text.getvalue()}", 200, headers, "text/csv; charset=utf-8")


def _cell(value: object) -> object:
    """Mark text that a spreadsheet would take for a formula as text."""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value
