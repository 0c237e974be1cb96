"""How far the sender of a ping is trusted."""

import msgspec

from app.domain.timestamps import DAY_MS, longest_age


class TrustPolicy(msgspec.Struct, frozen=True):
    """How far the sender of a ping is trusted.

    `secrets`: any of them may have signed a contactId. `endless_signatures`: whether a signature
    without an expiry is accepted. `longest_age_ms`: how long before its arrival progress may be
    dated.
    """

    secrets: tuple[str, ...] = ()
    endless_signatures: bool = False
    longest_age_ms: int = longest_age(30 * DAY_MS)
