"""Parameters that the console's pages and the read API share."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Path, Query
from pydantic import Field

from app.console import cursor

MEDIA_CHOSEN = 20
"""Of how many media one list of contacts may be."""

_INT64 = 2**63

Id = Annotated[int, Path(ge=1, lt=_INT64)]
MediumId = Annotated[int, Field(ge=1, lt=_INT64)]
MediumIds = Annotated[Sequence[MediumId], Query(max_length=MEDIA_CHOSEN)]
Over = Annotated[int, Query(ge=0, le=100, description="The least coverage, in percent")]
After = Annotated[
    str | None, Query(pattern=cursor.PATTERN, description="`next` of the last answer")
]
