"""Fetches all of HubSpot's media objects, page by page, into the media index."""

from functools import partial

from app.domain.media_url import MEDIA_TYPES
from app.hubspot.media import MediaPage
from app.media.objects import MediaObjects
from app.media.requester import Requester, Stopped
from app.store.account import MediaIndex
from app.store.event_reports import OnProgress

MOST = 100_000
"""Objects that are kept: the fold holds all of them in memory."""


async def fetch_media(
    store: MediaIndex,
    objects: MediaObjects,
    requester: Requester,
    number: int,
    progress: OnProgress,
) -> int | Stopped:
    """Save them all under snapshot `number`, without completing it; returns how many there are.

    `progress`: called with how many there are so far.
    """
    count = 0
    for media_type in MEDIA_TYPES:
        after: str | None = None
        seen: set[str] = set()
        while True:
            page = await requester.request(partial(objects.media_page, media_type, after))
            if not isinstance(page, MediaPage):
                return page
            await store.save_media(page.media, number)
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
