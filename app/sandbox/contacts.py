"""Who and what an event is about: the sandbox's contacts, usertokens and media. Pure.

Ids that the config doesn't name are hashes: the same stranger is the same contact in every run.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from app.sandbox.config import SandboxConfig
from app.sandbox.custom_events import Occurrence
from app.sandbox.errors import Detail, validation_error
from app.sandbox.schemas import Event

_UTK = re.compile(r"[0-9a-f]{32}")
_DIGITS = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody HubSpot knows by a usertoken: `vid` as it was first given, and where it went."""

    vid: int
    canonical_vid: int
    is_contact: bool


def visitor(config: SandboxConfig, utk: str) -> Visitor | None:
    """The visitor of a usertoken; None: a stranger."""
    if utk in config.anonymous:
        vid = config.anonymous[utk]
        return Visitor(vid, vid, is_contact=False)
    vid = config.utks.get(utk, 0)
    if not vid and config.demo_visitors and _UTK.fullmatch(utk) and int(utk[-1], 16) % 2 == 0:
        vid = _id_of("utk", utk)
    return Visitor(vid, config.merged.get(vid, vid), is_contact=True) if vid else None


def contact_of(config: SandboxConfig, event: Event) -> int | None:
    """The contact that `event` belongs to; None: HubSpot's 200 that names none.

    The first identity in `config.identity_order` decides, also when a later one would be known.
    """
    identities = {
        "contactId": event.contact_id,
        "contactUtk": event.contact_utk or None,
        "_hsenc": event.hsenc or None,
    }
    sent = [field for field in config.identity_order if identities[field] is not None]
    if not sent:
        raise validation_error("the event names no contact", Detail("is required", "contactId"))
    contact = _contact_named(config, event, sent[0])
    if contact is not None and (config.contacts is None or contact in config.contacts):
        return contact
    if sent[0] != "contactId" and config.unknown_utk == "silent":
        return None
    raise validation_error(f"{sent[0]} belongs to no contact", Detail("no such contact", sent[0]))


def custom_contact_of(config: SandboxConfig, event: Occurrence) -> int | None:
    """The contact that a custom event belongs to; None: nobody, and HubSpot does not say so.

    No contact has an address here. An unknown usertoken is answered as the config says.
    """
    if event.object_id is not None:
        contact = int(event.object_id) if _DIGITS.fullmatch(event.object_id) else None
        if contact is not None and contact in config.merged:
            contact = None if config.merged_contact == "refuse" else config.merged[contact]
        field = "objectId"
    else:
        known = visitor(config, event.utk or "")
        contact = known.vid if known is not None and known.is_contact else None
        contact = None if contact is None else config.merged.get(contact, contact)
        field = "email" if event.utk is None else "utk"
    if contact is not None and (config.contacts is None or contact in config.contacts):
        return contact
    if field != "objectId" and config.unknown_utk == "silent":
        return None
    raise validation_error(f"{field} belongs to no contact", Detail("no such contact", field))


def _contact_named(config: SandboxConfig, event: Event, field: str) -> int | None:
    if field == "contactId":
        contact = event.contact_id
        if contact in config.merged and config.merged_contact == "refuse":
            return None
    elif field == "contactUtk":
        known = visitor(config, event.contact_utk or "")
        contact = known.vid if known is not None and known.is_contact else None
    elif config.hsencs is None:
        contact = _id_of("hsenc", event.hsenc or "")
    else:
        contact = config.hsencs.get(event.hsenc or "")
    return None if contact is None else config.merged.get(contact, contact)


def media_of(config: SandboxConfig, event: Event, registered: Mapping[str, int]) -> int | None:
    """The mediaBridgeId that `event` is about; None: HubSpot's 200 that names none.

    `registered`: externalId → id of the media that were made through the API.
    """
    media = {**config.media, **registered}
    if event.media_bridge_id is not None:
        media_id: int | None = event.media_bridge_id
        known = media_id in media.values()
    else:
        media_id = media.get(event.external_id or "")
        known = media_id is not None
    if known:
        return media_id
    match config.unknown_media:
        case "accept":
            return media_id if media_id is not None else _id_of("media", event.external_id or "")
        case "silent":
            return None
        case "refuse":
            field = "externalId" if event.media_bridge_id is None else "mediaBridgeId"
            raise validation_error("no such media", Detail("no such media object", field))


def _id_of(kind: str, name: str) -> int:
    """A stable id beyond 2**32, so that nobody gets by with an int32."""
    digest = hashlib.sha256(f"{kind}:{name}".encode("utf-8", "surrogatepass")).digest()
    return 2**36 + int.from_bytes(digest[:4], "big")
