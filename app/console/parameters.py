"""Parameters that the console's pages and the read API share."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

from fastapi import HTTPException, Path, Query
from pydantic import Field

from app.collect.schema import PROBLEM
from app.console import cursor

MEDIA_CHOSEN = 20
"""The most media that one list of contacts may be for."""

_INT64 = 2**63

Id = Annotated[int, Path(ge=1, lt=_INT64)]
MediumId = Annotated[int, Field(ge=1, lt=_INT64)]
MediumIds = Annotated[Sequence[MediumId], Query(max_length=MEDIA_CHOSEN)]
Over = Annotated[int, Query(ge=0, le=100, description="The least coverage, in percent")]
After = Annotated[
    str | None, Query(pattern=cursor.PATTERN, description="`next` of the last answer")
]


def expect_text(fields: Iterable[tuple[str, str]]) -> None:
    """Raise 422 if a value contains U+0000, which no store keeps and PostgreSQL refuses.

    `fields`: each with its name.
    """
    for name, value in fields:
        if "\0" in value:
            raise HTTPException(422, f"{name}: leave out the control character U+0000")


def problems(meanings: Mapping[int, str]) -> dict[int | str, dict[str, Any]]:
    """The refusals of a route, as its OpenAPI document has them, by status."""
    return {
        status: {"description": meaning, "content": PROBLEM} for status, meaning in meanings.items()
    }
