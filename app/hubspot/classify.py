"""Classifies every answer once: pure, and it never raises.

    not HubSpot's own (see `origin`)         Unavailable
    2xx     with the ids that were asked for Accepted, Contacts
            without them                     Incomplete
    401                                      Unauthorized
    403     about scopes                     MissingScope
            about the token                  Unauthorized
    407 408 423 425 477, 5xx                 Unavailable
    429     whoever says it                  Throttled
    4xx     any other                        Refused

Every field of an error body is optional and may have any type. HubSpot documents 423 (locked for
about two seconds) and 477 (the account is being moved, with Retry-After) as passing:
https://developers.hubspot.com/docs/api-reference/error-handling
"""

import re
from collections.abc import Collection, Iterator, Mapping

from httpx import codes

from app.hubspot.answers import (
    NAME_LIMIT,
    Answer,
    is_success,
    json_object,
    retry_after,
    text,
    whole_number,
)
from app.hubspot.origin import (
    CORRELATION_HEADER,
    IsOurs,
    foreign,
    has_any,
    own_error,
    own_success,
)
from app.hubspot.results import (
    Accepted,
    Contacts,
    Incomplete,
    LookupGone,
    LookupResult,
    MissingScope,
    Refused,
    SendResult,
    Throttled,
    Trouble,
    Unauthorized,
    Unavailable,
)

_NAMES_LIMIT = 20

_PASSING = {407, 408, 423, 425, 477}
_ENDED = {codes.NOT_FOUND, codes.GONE}
# A 404 with such a message is about the requested contacts; any other is about the address.
_NOBODY = re.compile(r"(OBJECT|CONTACT)S?_NOT_FOUND")
_TOKEN_CATEGORIES = {"EXPIRED_AUTHENTICATION", "INVALID_AUTHENTICATION"}
_SCOPE_LISTS = ("missingScopes", "requiredScopes", "requiredGranularScopes")
# Older endpoints name no category and say it in prose alone, each in its own way: "… does not have
# proper permissions! (requires any of [contacts-read])", "… is missing required '…' scope".
_SCOPE_PROSE = re.compile(
    r"\bscopes?\b|proper permissions|requires (?:one|any|all) of", re.IGNORECASE
)

# The ids, and the other fields of published answers.
_is_event = has_any(
    *("contactId", "mediaBridgeId", "portalId", "providerId"),
    *("mediaBridgeObjectTypeId", "mediaBridgeObjectCoordinates"),
)


def event_result(answer: Answer) -> SendResult:
    """Classify the answer to an event."""
    body = body_of(answer, _is_event)
    if not isinstance(body, dict):
        return body
    contact_id = whole_number(body.get("contactId"))
    media_bridge_id = whole_number(body.get("mediaBridgeId"))
    if contact_id is not None and media_bridge_id is not None:
        return Accepted(contact_id, media_bridge_id, whole_number(body.get("portalId")))
    ids = {"contactId": contact_id, "mediaBridgeId": media_bridge_id}
    lacking = [name for name, value in ids.items() if value is None]
    # 0 and -1 stand for none; any other form names something
    return Incomplete(
        missing=tuple(name for name in lacking if _names_nothing(body.get(name))),
        unread=tuple(name for name in lacking if not _names_nothing(body.get(name))),
    )


def contacts_result(answer: Answer, asked: Collection[str]) -> LookupResult:
    """Classify the answer to a look-up of these usertokens.

    A merged contact is returned under its canonical id; `is-contact: false` is a visitor whom
    HubSpot has seen and does not know. Entries of any other shape count as strangers. A 404 about
    contacts means that HubSpot knows none of them; any other 404, and a 410, that the look-up no
    longer exists.
    """
    tokens = frozenset(asked)

    def is_ours(body: Mapping[str, object]) -> bool:
        return not body or any(utk in tokens and isinstance(body[utk], dict) for utk in body)

    body = body_of(answer, is_ours)
    if answer.status in _ENDED:
        return _without_contacts(answer.status, body)
    if not isinstance(body, dict):
        return body
    found: dict[str, int] = {}
    for utk, entry in body.items():
        if isinstance(entry, dict) and not _is_false(entry.get("is-contact")):
            contact_id = whole_number(entry.get("canonical-vid")) or whole_number(entry.get("vid"))
            if contact_id is not None:
                found[utk] = contact_id
    return Contacts(found)


def _without_contacts(status: int, failed: object) -> LookupResult:
    """A 404 or 410 from a look-up."""
    if not isinstance(failed, Refused):
        return LookupGone(status, answered=False)
    about_contacts = _NOBODY.fullmatch(failed.category) or "contact" in failed.message.lower()
    if status == codes.NOT_FOUND and about_contacts:
        return Contacts(was_error=True)
    return LookupGone(status, answered=True)


def body_of(answer: Answer, is_ours: IsOurs) -> dict[str, object] | Refused | Trouble:
    """The JSON object of a success, or the classification of an answer without one.

    `is_ours`: whether an object has the endpoint's fields.
    """
    if not is_success(answer):
        return failure(answer)
    body = own_success(answer, is_ours)
    return foreign(answer) if body is None else body


def failure(answer: Answer, is_error: IsOurs | None = None) -> Refused | Trouble:
    """Classify an answer that is not a success. `is_error`: see `own_error`."""
    status = answer.status
    if status == codes.TOO_MANY_REQUESTS:
        policy = text((json_object(answer) or {}).get("policyName"), NAME_LIMIT)
        return Throttled(policy, retry_after(answer))
    said = own_error(answer, is_error)
    if codes.is_server_error(status) or (said is not None and status in _PASSING):
        return Unavailable(f"HTTP {status}", retry_after(answer), answered=True)
    if said is None or not codes.is_client_error(status):
        return foreign(answer)
    refused = Refused(
        status=status,
        category=text(said.get("category"), NAME_LIMIT),
        message=text(said.get("message")),
        correlation_id=text(said.get("correlationId"), NAME_LIMIT)
        or text(answer.headers.get(CORRELATION_HEADER), NAME_LIMIT),
        fields=_names(error.get("in") for error in _errors(said)),
    )
    if status == codes.UNAUTHORIZED:
        return Unauthorized(refused.message)
    return _forbidden(said, refused) if status == codes.FORBIDDEN else refused


def _forbidden(said: Mapping[str, object], refused: Refused) -> Refused | Trouble:
    """A plain 403 is about the event (say, another app's media object), unless it names our token.

    Counted as the token's fault, one such event would block all the others.
    """
    contexts = [_object(place.get("context")) for place in (said, *_errors(said))]
    scopes = _names(
        scope for context in contexts for name in _SCOPE_LISTS for scope in _list(context.get(name))
    )
    about_scopes = refused.category == "MISSING_SCOPES" or _SCOPE_PROSE.search(refused.message)
    if scopes or about_scopes:
        return MissingScope(scopes, refused.message)
    if refused.category in _TOKEN_CATEGORIES:
        return Unauthorized(refused.message)
    return refused


def _names_nothing(value: object) -> bool:
    """Whether an id is absent, or written in one of the forms that mean so."""
    return value in (None, "", 0, -1, "0", "-1", False)


def _is_false(value: object) -> bool:
    return value is False or (isinstance(value, str) and value.strip().lower() == "false")


def _errors(said: Mapping[str, object]) -> list[dict[str, object]]:
    return [_object(error) for error in _list(said.get("errors"))]


def _object(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _names(values: Iterator[object]) -> tuple[str, ...]:
    """The distinct names among the values, in order, up to a limit."""
    named = (text(value, NAME_LIMIT) for value in values)
    return tuple(dict.fromkeys(name for name in named if name))[:_NAMES_LIMIT]
