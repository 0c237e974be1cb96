"""Where HubSpot's media objects are: under their own address, or among the CRM objects."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Protocol

from pydantic import SecretStr

from app.domain.known import KnownMedium
from app.domain.media import Medium
from app.domain.media_url import MEDIA_TYPES, MediaType
from app.hubspot.answers import Answer
from app.hubspot.client import HubSpotClient
from app.hubspot.crm_media import (
    lacks,
    make_call,
    make_result,
    page_call,
    page_result,
    type_call,
    type_result,
)
from app.hubspot.exchange import Call
from app.hubspot.media import MediaPage
from app.hubspot.results import Refused, Trouble, Unserved
from app.hubspot.versions import Route
from app.media.requester import Requester, Stopped


class MediaObjects(Protocol):
    """Lists media objects and makes them; see `HubSpotClient`, which asks under their address."""

    async def media_page(
        self, media_type: MediaType, after: str | None = None
    ) -> MediaPage | Unserved | Refused | Trouble:
        """Some of the objects of a type, from a cursor on."""
        ...

    async def make_medium(self, medium: Medium) -> KnownMedium | Unserved | Refused | Trouble:
        """Make an object. The medium has a type and a name."""
        ...


class CrmMedia:
    """The same among the CRM objects. `types`: the type of CRM object by the kind of media."""

    def __init__(self, client: HubSpotClient, route: Route, types: Mapping[MediaType, str]) -> None:
        self._client = client
        self._route = route
        self._types = types

    async def media_page(
        self, media_type: MediaType, after: str | None = None
    ) -> MediaPage | Refused | Trouble:
        """Some of the objects of a type; none of one that the app has not defined."""
        if media_type not in self._types:
            return MediaPage((), None)
        call = page_call(self._route, self._types[media_type], after)
        answer = await self._client.ask(call)
        return page_result(answer, media_type) if isinstance(answer, Answer) else answer

    async def make_medium(self, medium: Medium) -> KnownMedium | Refused | Trouble:
        """Make an object. The medium `lacks` nothing."""
        media_type = medium.type or "OTHER"
        call = make_call(self._route, self._types[media_type], medium)
        answer = await self._client.ask(call)
        return make_result(answer, media_type) if isinstance(answer, Answer) else answer

    def lacks(self, medium: Medium) -> Sequence[str]:
        """What stands in the way of making it: properties, or the definition of its type."""
        media_type = medium.type or "OTHER"
        return lacks(medium) if media_type in self._types else [f"a definition of {media_type}"]


async def object_types(
    client: HubSpotClient,
    requester: Requester,
    route: Route,
    app_id: int,
    key: SecretStr | None,
) -> Mapping[MediaType, str] | Stopped:
    """The type of CRM object for each kind of media that the app has defined."""
    found: dict[MediaType, str] = {}
    for media_type in MEDIA_TYPES:
        call = type_call(route, app_id, key, media_type)
        named = await requester.request(partial(_type_of, client, call))
        if isinstance(named, Stopped):
            return named
        if named:
            found[media_type] = named
    if not found:
        return Stopped(f"the app {app_id} has defined no media objects at HubSpot")
    return found


async def _type_of(client: HubSpotClient, call: Call) -> str | Refused | Trouble:
    answer = await client.ask(call)
    return type_result(answer) if isinstance(answer, Answer) else answer
