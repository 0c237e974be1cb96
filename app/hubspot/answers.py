"""Whatever comes back over the wire, classified once: pure, and it never raises.

    2xx     JSON with the ids that were asked for     Accepted, Contacts
            JSON without them                         Incomplete
            anything else (a captive portal's page)   Unavailable
    3xx                                               Unavailable: redirects are not followed
    401                                               Unauthorized
    403     about scopes                              MissingScope
            about the token                           Unauthorized
    403 404 not JSON: a wall before HubSpot           Unavailable
    407 408 423 425 477, 5xx                          Unavailable
    429                                               Throttled
    4xx     any other                                 Refused

Every field of an error body is optional and may have any type: HubSpot's parts differ, and what
stands between may answer in its place. HubSpot documents 423 (locked for about two seconds) and
477 (the account is being moved, with Retry-After) as passing:
https://developers.hubspot.com/docs/api-reference/error-handling
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import parsedate_to_datetime

import msgspec
from httpx import codes

from app.hubspot.results import (
    Accepted,
    Contacts,
    Incomplete,
    LookupResult,
    MissingScope,
    Refused,
    SendResult,
    Throttled,
    Trouble,
    Unauthorized,
    Unavailable,
)

MESSAGE_LIMIT = 500
"""Characters of HubSpot's words that are kept."""

_NAME_LIMIT = 100
_NAMES_LIMIT = 20
_INT64 = 2**63

_PASSING = {407, 408, 423, 425, 477}
_WALLS = {codes.FORBIDDEN, codes.NOT_FOUND}
_TOKEN_CATEGORIES = {"EXPIRED_AUTHENTICATION", "INVALID_AUTHENTICATION"}
_SCOPE_LISTS = ("missingScopes", "requiredScopes", "requiredGranularScopes")
# Older endpoints name no category and say it in prose alone, each in its own way: "… does not have
# proper permissions! (requires any of [contacts-read])", "… is missing required '…' scope".
_SCOPE_PROSE = re.compile(
    r"\bscopes?\b|proper permissions|requires (?:one|any|all) of", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer as it came, at `at` (ms since the epoch); the body may have been cut short.

    `headers` are looked up in lower case. Body and headers stay out of the repr: they may hold
    tokens and personal data.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    at: int


def event_result(answer: Answer) -> SendResult:
    """What the answer to an event amounts to."""
    body = body_of(answer)
    if not isinstance(body, dict):
        return body
    contact_id = _int64_id(body.get("contactId"))
    media_bridge_id = _int64_id(body.get("mediaBridgeId"))
    if contact_id is not None and media_bridge_id is not None:
        return Accepted(contact_id, media_bridge_id)
    ids = {"contactId": contact_id, "mediaBridgeId": media_bridge_id}
    return Incomplete(tuple(name for name, value in ids.items() if value is None))


def contacts_result(answer: Answer) -> LookupResult:
    """What the answer to a look-up amounts to.

    A merged contact goes by its canonical id; `is-contact: false` is a visitor whom HubSpot has
    seen and does not know. Entries of any other shape are passed over, as strangers.
    """
    body = body_of(answer)
    if not isinstance(body, dict):
        return body
    found: dict[str, int] = {}
    for utk, entry in body.items():
        if isinstance(entry, dict) and entry.get("is-contact") is not False:
            contact_id = _int64_id(entry.get("canonical-vid")) or _int64_id(entry.get("vid"))
            if contact_id is not None:
                found[utk] = contact_id
    return Contacts(found)


def body_of(answer: Answer) -> dict[str, object] | Refused | Trouble:
    """The JSON object of a success, or what the answer amounts to without one."""
    if not is_success(answer):
        return failure(answer)
    body = json_object(answer)
    return not_hubspots(answer) if body is None else body


def failure(answer: Answer) -> Refused | Trouble:
    """What an answer that is no success amounts to."""
    status = answer.status
    if not codes.is_client_error(status) or status in _PASSING:
        return Unavailable(f"HTTP {status}", retry_after(answer), answered=True)
    body = json_object(answer)
    if body is None and status in _WALLS:
        return not_hubspots(answer)
    said = body or {}
    if status == codes.TOO_MANY_REQUESTS:
        return Throttled(_text(said.get("policyName"), _NAME_LIMIT), retry_after(answer))
    refused = Refused(
        status=status,
        category=_text(said.get("category"), _NAME_LIMIT),
        message=_text(said.get("message"), MESSAGE_LIMIT),
        correlation_id=_text(said.get("correlationId"), _NAME_LIMIT)
        or _text(answer.headers.get("x-hubspot-correlation-id"), _NAME_LIMIT),
        fields=_names(error.get("in") for error in _errors(said)),
    )
    if status == codes.UNAUTHORIZED:
        return Unauthorized(refused.message)
    return _forbidden(said, refused) if status == codes.FORBIDDEN else refused


def not_hubspots(answer: Answer) -> Unavailable:
    """The answer of something that stands before HubSpot: a captive portal, a proxy, a firewall."""
    return Unavailable(f"HTTP {answer.status} that is not HubSpot's JSON", retry_after(answer))


def is_success(answer: Answer) -> bool:
    """Whether the status is one of the 2xx."""
    return codes.is_success(answer.status)


def json_object(answer: Answer) -> dict[str, object] | None:
    """The body, if it is a JSON object. A body that was cut short is none."""
    try:
        body = msgspec.json.decode(answer.body)
    except (ValueError, RecursionError):  # malformed, not UTF-8, or nested without end
        return None
    return body if isinstance(body, dict) else None


def retry_after(answer: Answer) -> float | None:
    """Seconds to wait as the Retry-After header asks, in digits or as an HTTP date; never < 0."""
    value = answer.headers.get("retry-after", "").strip()
    if re.fullmatch(r"-?\d{1,9}(\.\d{1,9})?", value, re.ASCII):
        return max(0.0, float(value))
    try:
        when = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return max(0.0, when.replace(tzinfo=when.tzinfo or UTC).timestamp() - answer.at / 1000)


def text(value: object) -> str:
    """A field of a body as one line of HubSpot's words; empty for anything but a string."""
    return _text(value, MESSAGE_LIMIT)


def _forbidden(said: Mapping[str, object], refused: Refused) -> Refused | Trouble:
    """A plain 403 is the event's own (say, another app's media object), unless it is our token's.

    Taken for our token's, one such event would hold up all the others.
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


def _errors(said: Mapping[str, object]) -> list[dict[str, object]]:
    return [_object(error) for error in _list(said.get("errors"))]


def _object(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _names(values: Iterator[object]) -> tuple[str, ...]:
    """The names among the values, each once, in order, and not too many."""
    named = (_text(value, _NAME_LIMIT) for value in values)
    return tuple(dict.fromkeys(name for name in named if name))[:_NAMES_LIMIT]


def _text(value: object, limit: int) -> str:
    """One printable line: what is kept goes into logs, pages and databases (which refuse NUL)."""
    if not isinstance(value, str):
        return ""
    printable = "".join(char if char.isprintable() else " " for char in value[: 2 * limit])
    return " ".join(printable.split())[:limit]


def _int64_id(value: object) -> int | None:
    """An id of HubSpot's: a positive int64. `True` is none."""
    return value if type(value) is int and 0 < value < _INT64 else None
