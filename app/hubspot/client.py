"""The client: events, look-ups of contacts, media objects, and information about our token.

httpx logs the address of every request at INFO, and a look-up's address contains usertokens.
Therefore `make_http` drops the query from httpx's log records, at any log level.
"""

import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence

import httpx
import msgspec

from app import __version__
from app.domain.known import KnownMedium
from app.domain.media import Medium
from app.domain.media_url import MediaType
from app.domain.milestones import EventType
from app.hubspot import custom_events
from app.hubspot.answers import Answer
from app.hubspot.classify import contacts_result, event_result, failure
from app.hubspot.contacts import ContactNames, NamePart, names_call, names_result
from app.hubspot.custom_events import event_call
from app.hubspot.exchange import Call, Exchange
from app.hubspot.media import MediaPage, make_call, make_result, page_call, page_result
from app.hubspot.oauth import Introspection, OAuthApp, introspect_call, introspection_result
from app.hubspot.results import (
    Accepted,
    Contacts,
    LookupGone,
    LookupResult,
    Refused,
    SendResult,
    Trouble,
    Unauthorized,
    Unserved,
)
from app.hubspot.tokens import TokenSource
from app.hubspot.versions import CUSTOM, EVENTS, MEDIA, NAMES, Route

LOOKUP_LIMIT = 100
"""Usertokens per look-up."""

# By default the answer contains every property and the last form of each contact: personal data
# that the relay must not read, and tens of KB each. HubSpot documents how to leave them out.
_LITTLE = (
    ("property", "hs_object_id"),
    ("propertyMode", "value_only"),
    ("formSubmissionMode", "none"),
    ("showListMemberships", "false"),
)
_LOOKUP_SIZE_LIMIT = 4 * 1024 * 1024


KeepAccount = Callable[[int], Awaitable[bool]]
"""Called with the number of the account once an answer states it; returns whether it was saved."""


class HubSpotClient:
    """Makes one request and classifies the answer; waiting and retrying is up to `deliver`.

    The one exception: after a 401 the token source renews the token, if it can, and the request is
    sent once more. (HubSpot stores nothing of a request that it answers with 401.)
    """

    def __init__(
        self,
        exchange: Exchange,
        tokens: TokenSource,
        *,
        events: Route = EVENTS,
        media: Route = MEDIA,
        custom: Route = CUSTOM,
        names: Route = NAMES,
        app: OAuthApp | None = None,
        keep_account: KeepAccount | None = None,
    ) -> None:
        self._exchange = exchange
        self._tokens = tokens
        self._events = events
        self._media = media
        self.custom = custom
        self._names = names
        self._app = app
        self._keep_account = keep_account

    async def send(self, event: EventType, body: bytes | Mapping[str, object]) -> SendResult:
        """Send an event. `body`: JSON, or an object that can be encoded."""
        call = Call(
            endpoint=event,
            method="POST",
            path=self._events.path(event=event),
            json=body if isinstance(body, bytes) else msgspec.json.encode(body),
        )
        answer = await self._authorised(call)
        if not isinstance(answer, Answer):
            return answer
        result = event_result(answer)
        if self._keep_account is not None and isinstance(result, Accepted) and result.account_id:
            keep, self._keep_account = self._keep_account, None  # once is enough
            if not await keep(result.account_id):
                self._keep_account = keep
        return result

    async def send_custom_event(self, body: Mapping[str, object]) -> SendResult:
        """Send a custom event."""
        answer = await self.ask(event_call(self.custom, msgspec.json.encode(body)))
        return custom_events.event_result(answer) if isinstance(answer, Answer) else answer

    async def ask(self, call: Call) -> Answer | Trouble:
        """Make a call with the account's token, or with keys of its own, and return the answer."""
        return await (self._exchange.ask(call) if call.keys else self._authorised(call))

    async def contacts_by_usertoken(self, utks: Sequence[str]) -> LookupResult:
        """Look up the contacts of up to 100 usertokens (more: ValueError)."""
        if len(utks) > LOOKUP_LIMIT:
            raise ValueError(f"a look-up names {LOOKUP_LIMIT} usertokens at most, not {len(utks)}")
        if not utks:
            return Contacts()
        call = Call(
            endpoint="contacts",
            method="GET",
            path="/contacts/v1/contact/byUtk/batch/",
            params=(*(("utk", utk) for utk in dict.fromkeys(utks)), *_LITTLE),
            longest=_LOOKUP_SIZE_LIMIT,
        )
        answer = await self._authorised(call)
        if not isinstance(answer, Answer):
            return answer
        result = contacts_result(answer, utks)
        if isinstance(result, Contacts | LookupGone):
            signs = self._exchange.signs
            signs.keep_gone(call.endpoint, gone=isinstance(result, LookupGone))
        return result

    async def contact_names(
        self, contacts: Sequence[int], parts: Collection[NamePart]
    ) -> ContactNames | Refused | Trouble:
        """Read these parts of the names of up to `NAMES_LIMIT` contacts."""
        answer = await self._authorised(names_call(self._names, contacts, parts))
        return names_result(answer) if isinstance(answer, Answer) else answer

    async def media_page(
        self, media_type: MediaType, after: str | None = None
    ) -> MediaPage | Unserved | Refused | Trouble:
        """List media objects of a type, starting from a cursor."""
        answer = await self._authorised(page_call(self._media, media_type, after))
        return page_result(answer) if isinstance(answer, Answer) else answer

    async def make_medium(self, medium: Medium) -> KnownMedium | Unserved | Refused | Trouble:
        """Create a media object. It must have a type and a name (otherwise HubSpot refuses it)."""
        answer = await self._authorised(make_call(self._media, medium))
        return make_result(answer) if isinstance(answer, Answer) else answer

    async def introspect(self) -> Introspection | Refused | Trouble:
        """Ask HubSpot about the access token itself; the token is not renewed for this."""
        token = await self._tokens.access_token()
        if isinstance(token, Trouble):
            return token
        answer = await self._exchange.ask(introspect_call(self._app, token))
        return introspection_result(answer) if isinstance(answer, Answer) else answer

    async def aclose(self) -> None:
        """Finish a token renewal that is in progress."""
        await self._tokens.aclose()

    async def _authorised(self, call: Call) -> Answer | Trouble:
        token = await self._tokens.access_token()
        if isinstance(token, Trouble):
            return token
        answer = await self._exchange.ask(call, token)
        if not (isinstance(answer, Answer) and answer.status == httpx.codes.UNAUTHORIZED):
            return answer
        if not isinstance(failure(answer), Unauthorized):
            return answer  # a proxy asks for a password; a new token does not help
        fresh = await self._tokens.refreshed(after=token)
        if isinstance(fresh, Trouble):
            return fresh
        return answer if fresh is None else await self._exchange.ask(call, fresh)


def make_http(transport: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncClient:
    """An HTTP client for an Exchange; the caller closes it. `transport`: replaces the network.

    Five connections, kept alive: four senders and one look-up or refresh (httpx searches its pool
    at every request, so few are fast). Proxies and certificates come from the environment.
    """
    logging.getLogger("httpx").addFilter(_without_query)
    return httpx.AsyncClient(
        headers={"user-agent": f"playrelay/{__version__}"},
        limits=httpx.Limits(max_connections=5, max_keepalive_connections=5, keepalive_expiry=60),
        timeout=httpx.Timeout(15, connect=5),
        transport=transport,
    )


def _without_query(record: logging.LogRecord) -> bool:
    """Remove queries from the addresses in httpx's log records; every record passes."""
    if isinstance(record.args, tuple):
        record.args = tuple(
            arg.copy_with(query=None) if isinstance(arg, httpx.URL) else arg for arg in record.args
        )
    return True
