"""A table as a CSV file that a spreadsheet opens without running anything in it."""

import csv
import io
from collections.abc import AsyncIterator, Iterable, Sequence

from fastapi import Response
from fastapi.responses import StreamingResponse

from app.console.rendering import HEADERS

_TYPE = "text/csv; charset=utf-8"
_MARK = "\ufeff"
"""Tells spreadsheets that a file is UTF-8."""

_FORMULA = (*"=+-@＝＋－＠", "\t", "\r", "\n")
"""The wide ones of East Asian keyboards, too: spreadsheets set up for them take these alike."""


def csv_file(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """A download called `name`."""
    return Response(f"{_MARK}{_lines([head, *rows])}", 200, _headers(name), _TYPE)


def csv_stream(
    name: str, head: Sequence[str], rows: AsyncIterator[Iterable[Sequence[object]]]
) -> Response:
    """The same for a file of any length, some rows at a time."""

    async def parts() -> AsyncIterator[str]:
        yield f"{_MARK}{_lines([head])}"
        async for some in rows:
            yield _lines(some)

    return StreamingResponse(parts(), 200, _headers(name), _TYPE)


def _headers(name: str) -> dict[str, str]:
    return {**HEADERS, "content-disposition": f'attachment; filename="{name}"'}


def _lines(rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)  # some also begin a cell at a semicolon
    writer.writerows([_cell(each) for each in row] for row in rows)
    return text.getvalue()


def _cell(value: object) -> object:
    """Mark text that a spreadsheet would interpret as a formula as text."""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value
