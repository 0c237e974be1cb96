"""Decodes and validates the body of `POST /v1/progress` in one pass."""

import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, TypeVar

import msgspec

from app.domain.coverage import MAX_SPANS, spans_in
from app.domain.media import is_identified, media_type_of
from app.domain.media_url import MEDIA_TYPES
from app.domain.notices import Warnings
from app.domain.page import CONTEXTS, context_of
from app.domain.ping import (
    MAX_PLAYS,
    BadJsonError,
    Context,
    Envelope,
    Fault,
    InvalidPingError,
    Parsed,
    PlayPing,
    PlayProgress,
)
from app.domain.ping_faults import control_faults, may_hold_controls, wrong_fields
from app.domain.timestamps import wrong_unit

# A player that cuts a title in the middle of an emoji sends half a surrogate pair: browsers and
# Python let that pass, the decoder doesn't. (Whole pairs and other escapes are stepped over.)
_LONE_SURROGATE = re.compile(
    rb"\\u(?i:d[89ab][\da-f]{2})\\u(?i:d[c-f][\da-f]{2})|(\\u(?i:d[89a-f][\da-f]{2}))|\\.",
    re.DOTALL,
)


class _StrictEnvelope(Envelope, kw_only=True, rename="camel", forbid_unknown_fields=True):
    pass


T = TypeVar("T", bound=Context)

# Unknown fields are searched for only if strict decoding has found one: they are rare.
_strict_envelope = msgspec.json.Decoder(_StrictEnvelope, strict=False)
_envelope = msgspec.json.Decoder(Envelope, strict=False)
_strict_play = msgspec.json.Decoder(PlayPing, strict=False)
_play = msgspec.json.Decoder(PlayProgress, strict=False)
_names = msgspec.json.Decoder(dict[str, msgspec.Raw])

_ENVELOPE_FIELDS = frozenset(field.encode_name for field in msgspec.structs.fields(Envelope))
_PLAY_FIELDS = frozenset(field.encode_name for field in msgspec.structs.fields(PlayPing))
_FIELDS = sorted(_ENVELOPE_FIELDS | _PLAY_FIELDS)


def parse(body: bytes, referer: str | None) -> Parsed:
    """Decode a request body. `referer`: the page of plays that name none.

    Raises BadJsonError if the body is not a JSON object, InvalidPingError if the envelope is not
    valid. A play that is not valid becomes a Fault and does not affect the others.
    """
    try:
        envelope, unknown = _decoded(_strict_envelope, _envelope, body)
    except msgspec.ValidationError as error:
        if str(error).startswith("Expected `object`"):
            raise BadJsonError(
                'the body is not a JSON object: send one play, or several as {"plays": […]}'
            ) from None
        raise InvalidPingError(_explain(error, body, Envelope)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        mended = _LONE_SURROGATE.sub(_replaced, body)
        if mended != body:
            return parse(mended, referer)
        raise _not_json(error) from None

    warnings = Warnings()
    controls = may_hold_controls(body)
    if envelope.plays is None:
        one = _decode(body, 0, None, referer, warnings, controls=controls)
        taken, fault = ([], [one]) if isinstance(one, Fault) else ([one], [])
        return Parsed(taken, fault, batch=False, site=envelope.site, warnings=warnings.found)

    _warn_of(unknown, _ENVELOPE_FIELDS, 0, warnings)
    plays: list[PlayPing] = []
    faults: list[Fault] = []
    for index, raw in enumerate(envelope.plays):
        if index < MAX_PLAYS:
            play = _decode(raw, index, envelope, referer, warnings, controls=controls)
        else:
            play = _too_many(index)
        if isinstance(play, Fault):
            faults.append(play)
        else:
            plays.append(play)
    return Parsed(plays, faults, batch=True, site=envelope.site, warnings=warnings.found)


def _decode(
    raw: bytes | msgspec.Raw,
    index: int,
    envelope: Envelope | None,
    referer: str | None,
    warnings: Warnings,
    *,
    controls: bool,
) -> PlayPing | Fault:
    try:
        play, unknown = _decoded(_strict_play, _play, raw)
    except msgspec.ValidationError as error:
        return Fault(index, "invalid", _explain(error, raw, PlayPing))
    except RecursionError:
        return Fault(index, "invalid", "the play is nested too deeply")
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _not_json(error) from None
    if envelope is not None:
        _inherit(play, envelope)
    if faults := [*_unusable(play, referer), *(control_faults(play) if controls else ())]:
        return Fault(index, "invalid", "; ".join(faults))
    _warn_of(unknown, _PLAY_FIELDS if envelope else _PLAY_FIELDS | {"site"}, index, warnings)
    _understand(play, index, warnings)
    return play


def _decoded(
    strict: msgspec.json.Decoder[T], lenient: msgspec.json.Decoder[Any], raw: bytes | msgspec.Raw
) -> tuple[T, dict[str, msgspec.Raw]]:
    """Decode, and also return the field names if any of them is unknown.

    Raises ValidationError only for an object that is complete JSON.
    """
    try:
        return strict.decode(raw), {}
    except msgspec.ValidationError as error:
        there = _names.decode(raw)  # a typed decoder stops at the first invalid field
        if "unknown field" not in str(error):
            raise
    return msgspec.convert(lenient.decode(raw), strict.type, from_attributes=True), there


def _warn_of(
    there: dict[str, msgspec.Raw], known: frozenset[str], index: int, warnings: Warnings
) -> None:
    for name in there:
        if warnings.is_full:
            return
        if name not in known:
            warnings.add(index, name, "unknown_field", f"it is ignored{_meant(name)}")


def _meant(name: str) -> str:
    """What a field was probably meant to be; the field itself, where it stands in a wrong place."""
    if name == "plays":
        return ": send a list, beside what the plays have in common"
    if name in _PLAY_FIELDS:
        return " here: send it in each of the plays"
    if name in _ENVELOPE_FIELDS:
        return " here: send it beside plays"
    near = get_close_matches(name[:64], _FIELDS, 1)
    return f": did you mean {near[0]}?" if near else ""


def _understand(play: PlayPing, index: int, warnings: Warnings) -> None:
    """Replace type and context by the values that HubSpot knows."""
    said = play.media_type
    if said is not None and said not in MEDIA_TYPES:
        play.media_type = media_type_of(said)
        if said.strip() and play.media_type is None:
            detail = f"it is ignored: send one of {', '.join(MEDIA_TYPES)}"
            warnings.add(index, "mediaType", "unknown_value", detail)
    said = play.external_play_context
    if said is not None and said not in CONTEXTS:
        play.external_play_context = context_of(said)
        if said.strip() and play.external_play_context is None:
            detail = f"it is ignored: send one of {', '.join(CONTEXTS)}"
            warnings.add(index, "externalPlayContext", "unknown_value", detail)


def _unusable(play: PlayPing, referer: str | None) -> Iterator[str]:
    """List what the play lacks, and which of its values can't be right."""
    if not is_identified(play.media_bridge_id, play.external_id, play.media_url):
        yield (
            "mediaBridgeId, externalId or mediaUrl (an http(s) address): "
            "send at least one to identify the medium"
        )
    if play.watched is not None and spans_in(play.watched) > MAX_SPANS:
        yield f"watched: at most {MAX_SPANS} spans in all; send fewer and larger spans"
    if wrong := wrong_unit(play.occurred_timestamp):
        yield f"occurredTimestamp: {wrong}"
    if wrong := wrong_unit(play.sent_at):
        yield f"sentAt: {wrong}"
    if not play.page_id and not is_web_url(play.page_url) and not is_web_url(referer):
        yield "pageUrl: send the http(s) address of the page (or pageId, for a HubSpot page)"


def _not_json(error: Exception) -> BadJsonError:
    return BadJsonError(f"the body is not JSON ({error}): send what JSON.stringify makes of it")


def _replaced(escape: re.Match[bytes]) -> bytes:
    return rb"\ufffd" if escape[1] else escape[0]


def is_web_url(text: str | None) -> bool:
    """Whether the text can be the address of a page."""
    return text is not None and text.lstrip()[:8].lower().startswith(("http://", "https://"))


def _inherit(play: PlayPing, envelope: Envelope) -> None:  # noqa: C901 - a line a field
    """Written field by field, as this is a hot path: a loop over names was five times slower."""
    if play.sent_at is None:
        play.sent_at = envelope.sent_at
    if play.contact_utk is None:
        play.contact_utk = envelope.contact_utk
    if play.hsenc is None:
        play.hsenc = envelope.hsenc
    if play.contact_id is None:
        play.contact_id = envelope.contact_id
    if play.contact_signature is None:
        play.contact_signature = envelope.contact_signature
    if play.page_url is None:
        play.page_url = envelope.page_url
    if play.page_name is None:
        play.page_name = envelope.page_name
    if play.page_id is None:
        play.page_id = envelope.page_id
    if play.external_play_context is None:
        play.external_play_context = envelope.external_play_context
    if play.campaign is None:
        play.campaign = envelope.campaign
    if play.identified is None:
        play.identified = envelope.identified


def _too_many(index: int) -> Fault:
    return Fault(
        index,
        "invalid",
        f"plays: at most {MAX_PLAYS} in one request; send the rest in another request",
    )


def _explain(
    error: msgspec.ValidationError, raw: bytes | msgspec.Raw, kind: type[msgspec.Struct]
) -> str:
    """Name all faults of an object; msgspec stops at the first."""
    text, _, path = str(error).partition(" - at `$")
    if path == "`" or (not path and "required field" not in text):
        return f"{text[:1].lower()}{text[1:]}: send an object"
    return "; ".join(f"{name}: {wanted}" for name, wanted in wrong_fields(raw, kind).items())
