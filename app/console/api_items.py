"""The items of the API's answers, field by field, and the answers themselves."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec
from fastapi import Response

from app.console import cursor
from app.console.csv_file import csv_file
from app.domain.figures import NONE, Figures
from app.domain.media import Medium
from app.domain.retention import average_share, watched_seconds
from app.explain.words import named
from app.formatting import date
from app.store.reports import MediumFigures

Row = Mapping[str, Any]
Kind = Literal["json", "csv"]


def medium_fields(row: int, medium: Medium) -> dict[str, Any]:
    """The description of a medium. `row`: the store's id, 0 if it no longer has one."""
    return {
        "id": row or None,
        "name": named(medium),
        "mediaType": medium.type,
        "mediaBridgeId": medium.bridge_id,
        "externalId": medium.external_id,
        "duration": medium.duration,
    }


def figure_fields(figures: Figures, duration: float | None) -> dict[str, Any]:
    """The figures of a period; `duration`: of the medium, in seconds."""
    share, seconds = average_share(figures), watched_seconds(figures, duration)
    return {
        "plays": figures.plays,
        "reached25": figures.quarter,
        "reached50": figures.half,
        "reached75": figures.most,
        "completed": figures.whole,
        "onContact": figures.attributed,
        "averagePercent": None if share is None else round(share, 1),
        "secondsWatched": None if seconds is None else round(seconds),
    }


def listed_fields(each: MediumFigures) -> Row:
    """A medium of the list."""
    about = medium_fields(each.id, each.medium)
    ever = {"playsEver": each.plays, "lastDay": date(each.last_day)}
    return {**about, **figure_fields(each.figures, each.medium.duration), **ever}


_MEDIUM = tuple(medium_fields(0, Medium()))
_FIGURES = tuple(figure_fields(NONE, None))

COLUMNS: Mapping[str, Sequence[str]] = {
    "media": (*_MEDIUM, *_FIGURES, "playsEver", "lastDay"),
    "medium": (*_MEDIUM, *_FIGURES, "viewers"),
    "days": ("day", *_FIGURES),
    "retention": ("percent", "plays", "of", "again"),
    "people": ("recordId", "percent", "plays", "watchedAt", "medium", "page"),
    "contact": (*_MEDIUM, "percent", "plays", "lastAt", "page"),
}
"""The fields of each answer's items: the columns of its CSV file, even without rows."""


def answer(
    name: str,
    kind: Kind,
    rows: Sequence[Row],
    point: tuple[int, int] | None = None,
) -> Response:
    """JSON, or CSV with a column for each field; both say where the list continues."""
    after = cursor.write(point)
    if kind == "csv":
        head = COLUMNS[name]
        lines = [[row[column] for column in head] for row in rows]
        file = csv_file(f"playrelay-{name}.csv", head, lines)
        if after is not None:
            file.headers["x-next"] = after
        return file
    headers = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
    body = msgspec.json.encode({"items": rows, "next": after})
    return Response(body, media_type="application/json", headers=headers)
