"""Creates media at HubSpot that pages report and HubSpot does not know, one request each."""

from collections.abc import Sequence
from functools import partial

from app.domain.known import KnownMedium
from app.media.objects import MediaObjects
from app.media.reported import ReportedMedium
from app.media.requester import Requester, Stopped
from app.store.account import MediaIndex
from app.store.event_reports import OnProgress


async def register(
    store: MediaIndex,
    objects: MediaObjects,
    requester: Requester,
    wanted: Sequence[ReportedMedium],
    number: int,
    progress: OnProgress,
) -> tuple[list[KnownMedium], Stopped | None]:
    """Create them; each is saved at once under snapshot `number`, whatever stops the rest.

    After a crash in between the next snapshot contains it, so nothing is created twice.
    """
    made: list[KnownMedium] = []
    for each in wanted:
        answer = await requester.request(
            partial(objects.make_medium, each.medium), repeatable=False
        )
        if isinstance(answer, Stopped):
            return made, answer
        await store.save_media([answer], number)
        made.append(answer)
        progress(len(made))
    return made, None
