"""What HubSpot's answer to one request amounts to: every request ends in exactly one of these.

Classified once, here beside the client; what the relay does about each is `deliver.policy`.

    Accepted        200 with a contact and a media object
    Taken           204, which names nothing: a custom event
    Incomplete      200 that names no contact or no media object, or not in a form that is known
    Refused         4xx of the request's own making
    Throttled       429
    Unauthorized    the token is not (or no longer) good
    MissingScope    the token is good and may not do this
    NotConnected    there is no token yet: nothing was asked
    LookupGone      404 or 410 of the look-up itself, not of the contacts
    Unserved        404 or 410 of the media objects' address, not of an object
    Unavailable     no answer, 5xx, or an answer that is not HubSpot's
"""

import msgspec


class Accepted(msgspec.Struct, frozen=True):
    """HubSpot stored the event, on this contact and this media object.

    `account_id`: the account that it belongs to, if the answer says so.
    """

    contact_id: int
    media_bridge_id: int
    account_id: int | None = None


class Taken(msgspec.Struct, frozen=True):
    """HubSpot accepted the event, or already had it (`repeated`); the answer has no details."""

    repeated: bool = False


class Incomplete(msgspec.Struct, frozen=True):
    """A 200 whose body lacks `contactId` or `mediaBridgeId`: a silent failure, not a success.

    `unread`: those that are present in an unreadable form: then HubSpot may have stored the event.
    """

    missing: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


class Refused(msgspec.Struct, frozen=True):
    """A 4xx that is about the request's body; `fields` are those that HubSpot names in `errors`."""

    status: int
    category: str = ""
    message: str = ""
    correlation_id: str = ""
    fields: tuple[str, ...] = ()


class Throttled(msgspec.Struct, frozen=True):
    """A 429. `policy`: HubSpot's `policyName`; `retry_after`: the header, in seconds."""

    policy: str = ""
    retry_after: float | None = None


class Unauthorized(msgspec.Struct, frozen=True):
    """The token was refused. `final`: only a person can fix it (an invalid refresh token)."""

    message: str = ""
    final: bool = False


class MissingScope(msgspec.Struct, frozen=True):
    """The token lacks a scope; `scopes`: those that HubSpot names as missing."""

    scopes: tuple[str, ...] = ()
    message: str = ""


class NotConnected(msgspec.Struct, frozen=True):
    """The OAuth app is not installed yet, or its tokens can't be read: no request was made."""

    message: str = "the app is not installed in an account yet: run playrelay connect"


class Unavailable(msgspec.Struct, frozen=True):
    """HubSpot gave no usable answer: refused, cut, timed out, 5xx, or not HubSpot's own.

    `answered`: the answer was HubSpot's own, and counts as one of its errors.
    """

    reason: str
    retry_after: float | None = None
    answered: bool = False


class Contacts(msgspec.Struct, frozen=True):
    """The answer to a look-up: contact by usertoken. A missing token belongs to a stranger.

    `was_error`: it came as an error, which counts among those of the day.
    """

    found: dict[str, int] = msgspec.field(default_factory=dict)
    was_error: bool = False


class LookupGone(msgspec.Struct, frozen=True):
    """The look-up itself answers 404 or 410, as it would if HubSpot had ended it.

    `answered`: the answer was HubSpot's own, and counts as one of its errors. It does not make any
    visitor a stranger, and events can still be sent.
    """

    status: int
    answered: bool


class Unserved(msgspec.Struct, frozen=True):
    """A 404 or 410 of the address of all media objects: the address is missing, not an object."""

    status: int


Trouble = Throttled | Unauthorized | MissingScope | NotConnected | Unavailable
SendResult = Accepted | Taken | Incomplete | Refused | Trouble
LookupResult = Contacts | LookupGone | Refused | Trouble


def words_of(fault: Refused | Trouble) -> str:
    """HubSpot's message about a fault, else what happened, else the kind of result."""
    said: str = getattr(fault, "message", "") or getattr(fault, "reason", "")
    return said or type(fault).__name__
