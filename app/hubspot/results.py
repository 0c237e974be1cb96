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
    """HubSpot kept the event, on this contact and this media object.

    `account_id`: of the account that it belongs to, if the answer says so.
    """

    contact_id: int
    media_bridge_id: int
    account_id: int | None = None


class Taken(msgspec.Struct, frozen=True):
    """HubSpot took the event, or had it already (`repeated`): it says no more."""

    repeated: bool = False


class Incomplete(msgspec.Struct, frozen=True):
    """A 200 whose body lacks `contactId` or `mediaBridgeId`: a silent failure, no success.

    `unread`: those that are there in a form that can't be read: then HubSpot may have kept it.
    """

    missing: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


class Refused(msgspec.Struct, frozen=True):
    """A 4xx that the body of the request earned; `fields` are those HubSpot names in `errors`."""

    status: int
    category: str = ""
    message: str = ""
    correlation_id: str = ""
    fields: tuple[str, ...] = ()


class Throttled(msgspec.Struct, frozen=True):
    """A 429. `policy` is HubSpot's `policyName`, `retry_after` its header in seconds."""

    policy: str = ""
    retry_after: float | None = None


class Unauthorized(msgspec.Struct, frozen=True):
    """The token was refused. `final`: only a person can mend it (a dead refresh token)."""

    message: str = ""
    final: bool = False


class MissingScope(msgspec.Struct, frozen=True):
    """The token lacks a scope; `scopes` are those HubSpot says are missing."""

    scopes: tuple[str, ...] = ()
    message: str = ""


class NotConnected(msgspec.Struct, frozen=True):
    """The OAuth app is in no account yet, or its tokens can't be read: HubSpot was not asked."""

    message: str = "the app is not installed in an account yet: run playrelay connect"


class Unavailable(msgspec.Struct, frozen=True):
    """HubSpot gave no usable answer: refused, cut, timed out, 5xx, or not HubSpot's own.

    `answered`: the answer was HubSpot's own, and counts among its errors.
    """

    reason: str
    retry_after: float | None = None
    answered: bool = False


class Contacts(msgspec.Struct, frozen=True):
    """The answer to a look-up: contact by usertoken. A token that is missing is a stranger's.

    `was_error`: it came as an error, which counts among those of the day.
    """

    found: dict[str, int] = msgspec.field(default_factory=dict)
    was_error: bool = False


class LookupGone(msgspec.Struct, frozen=True):
    """The look-up itself answers 404 or 410, as it would where HubSpot has ended it.

    `answered`: the answer was HubSpot's own, and counts among its errors. Nobody is known to be a
    stranger by it, and events can be sent all the same.
    """

    status: int
    answered: bool


class Unserved(msgspec.Struct, frozen=True):
    """A 404 or 410 of the address of all media objects: no object is missing, the address is."""

    status: int


Trouble = Throttled | Unauthorized | MissingScope | NotConnected | Unavailable
SendResult = Accepted | Taken | Incomplete | Refused | Trouble
LookupResult = Contacts | LookupGone | Refused | Trouble


def words_of(fault: Refused | Trouble) -> str:
    """What HubSpot says of a fault, else what happened, else its kind."""
    said: str = getattr(fault, "message", "") or getattr(fault, "reason", "")
    return said or type(fault).__name__
