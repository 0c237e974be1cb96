"""The states and outcomes of an event. It has exactly one status at any time.

due ──▶ sending ──▶ delivered
 ▲        │  └────▶ rejected       (kept with HubSpot's reason; a person may requeue it)
 │        ▼
 └──── due again   (HubSpot was in trouble, or the account)
waiting ──▶ due    (the visitor became a contact, or is known by another identity)
   └─────▶ unattributed            (and did not, for PLAYRELAY_PARK_DAYS)
any of them ──▶ discarded          (by a person)
"""

from typing import Literal, get_args

import msgspec

from app.domain.identity import IdentitySource

Status = Literal["due", "sending", "waiting", "delivered", "rejected", "unattributed", "discarded"]
STATUSES: tuple[Status, ...] = get_args(Status)


class Delivered(msgspec.Struct, frozen=True):
    """HubSpot stored it. `source`: of the identity that it was sent with.

    `contact_id`, `media_bridge_id`: the contact and medium, where HubSpot named them.
    """

    contact_id: int | None
    media_bridge_id: int | None
    source: IdentitySource = msgspec.field(name="rung")  # the name of the stored key


class Retry(msgspec.Struct, frozen=True, omit_defaults=True):
    """Try again at `at` (ms since the epoch). `counts_as_attempt`: whether the next delay grows."""

    at: int
    reason: str
    counts_as_attempt: bool = True


class Wait(msgspec.Struct, frozen=True):
    """Wait until the visitor becomes a contact; checked again at `until`, or when that is known."""

    reason: str
    until: int | None = None


class IdentityRejected(msgspec.Struct, frozen=True):
    """HubSpot knows no contact with the identity that was sent: the next source is used.

    `identity`: its key. The other fields are HubSpot's answer.
    """

    identity: str
    reason: str = "refused"
    http_status: int = 0
    category: str = ""
    message: str = ""
    correlation_id: str = ""


class Rejected(msgspec.Struct, frozen=True):
    """HubSpot refused the event: its answer, for an operator to judge.

    `again_at`: when it is sent again automatically.
    """

    reason: str
    http_status: int = 0
    category: str = ""
    message: str = ""
    correlation_id: str = ""
    again_at: int | None = None


class RefusedMedium(Rejected, frozen=True):
    """HubSpot refused the event because of its medium: that medium is suspended for a while."""


Outcome = Delivered | Retry | Wait | IdentityRejected | Rejected


class Healthy(msgspec.Struct, frozen=True):
    """HubSpot answers: past failures no longer count.

    `was_error`: HubSpot refused the request, which counts towards the day's errors.
    `uncertain_refused`: the refused identity was one that HubSpot may not know. `alike_until`:
    pause until then, if this was one of many identical refusals (`domain.streak`). `of_event`:
    HubSpot examined an event, so it no longer refuses all events.
    """

    was_error: bool = False
    uncertain_refused: bool = False
    alike_until: int | None = None
    of_event: bool = True


class Failing(msgspec.Struct, frozen=True):
    """A failure that the event did not cause; a pause until then, if given.

    `was_error`: HubSpot answered, with an error.
    """

    reason: str
    paused_until: int | None = None
    was_error: bool = False


class Paused(msgspec.Struct, frozen=True):
    """The account can't be used until then (ms since the epoch). No event caused this.

    It also counts as an error, unless HubSpot was not `asked` at all.
    """

    until: int
    reason: str
    asked: bool = True


class Unasked(msgspec.Struct, frozen=True):
    """Nothing was sent, so the account is unchanged and the permit is free again."""


AccountUpdate = Healthy | Failing | Paused | Unasked


def was_asked(update: AccountUpdate) -> bool:
    """Whether a request reached HubSpot, which uses the permit."""
    return not isinstance(update, Unasked) and (not isinstance(update, Paused) or update.asked)


class Decision(msgspec.Struct, frozen=True):
    """What one of HubSpot's answers means for the event and for the account."""

    outcome: Outcome
    account: AccountUpdate
