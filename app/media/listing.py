"""All of HubSpot's media objects, page by page, onto the shelf."""

from functools import partial

from app.domain.media_url import MEDIA_TYPES
from app.hubspot.client import HubSpotClient
from app.hubspot.media import MediaPage
from app.media.asking import Asker, Stopped
from app.store.interface import OnProgress
from app.store.shelf import Shelf

MOST = 100_000
"""Objects that are kept: all of them lie in the memory of the fold."""


async def list_media(
    store: Shelf, client: HubSpotClient, asker: Asker, number: int, progress: OnProgress
) -> int | Stopped:
    """Put them all on the shelf under `number`; how many. The listing is not ended by that.

    `progress`: told how many there are so far.
    """
    count = 0
    for media_type in MEDIA_TYPES:
        after: str | None = None
        seen: set[str] = set()
        while True:
            page = await asker.ask(partial(client.media_page, media_type, after))
            if not isinstance(page, MediaPage):
                return page
            await store.shelve(page.media, number)
            count += len(page.media)
            progress(count)
            after = page.after
            if after is None:
                break
            if after in seen:
                return Stopped("HubSpot's pages of media go round in a circle: please report it")
            if count > MOST:
                return Stopped(f"HubSpot has more than {MOST} media objects: too many to keep")
            seen.add(after)
    return count
