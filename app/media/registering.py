"""Media that pages report and HubSpot does not know are made there, one request each."""

from collections.abc import Sequence
from functools import partial

from app.domain.known import KnownMedium
from app.hubspot.client import HubSpotClient
from app.media.asking import Asker, Stopped
from app.media.reported import Reported
from app.store.interface import OnProgress
from app.store.shelf import Shelf


async def register(
    store: Shelf,
    client: HubSpotClient,
    asker: Asker,
    wanted: Sequence[Reported],
    number: int,
    progress: OnProgress,
) -> tuple[list[KnownMedium], Stopped | None]:
    """Make them; what was made is on the shelf at once, under `number`, whatever stops the rest.

    Who dies in between finds it there when he lists again: nothing is made twice.
    """
    made: list[KnownMedium] = []
    for each in wanted:
        answer = await asker.ask(partial(client.make_medium, each.medium), repeatable=False)
        if isinstance(answer, Stopped):
            return made, answer
        await store.shelve([answer], number)
        made.append(answer)
        progress(len(made))
    return made, None
