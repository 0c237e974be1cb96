"""What a request takes of a file, and what it has already: RFC 9110, sections 12.5.3 and 13.1.2."""

import re
from collections.abc import Collection

PREFERRED = ("br", "gzip")
"""Content codings on offer, the smallest result first."""

_ALIASES = {"x-gzip": "gzip"}
_WEIGHT = re.compile(r"0(?:\.\d{0,3})?|1(?:\.0{0,3})?")


def choose_coding(accepted: str | None, offered: Collection[str] = PREFERRED) -> str:
    """One of `offered`, or `identity`. A missing header counts as one that wants no coding."""
    weights = _weights(accepted or "")
    others = weights.get("*", 0.0)
    plain = weights.get("identity", 0.0)
    ranked = [(weights.get(coding, others), coding) for coding in PREFERRED if coding in offered]
    best = max((weight for weight, _ in ranked), default=0.0)
    if best <= 0 or plain > best:
        return "identity"  # even where it is refused too: a file serves better than a 406
    return next(coding for weight, coding in ranked if weight == best)


def has_already(tag: str, known: str | None) -> bool:
    """Whether an `If-None-Match` names this entity tag, weak or strong, or says `*`."""
    # The quotes belong to a tag and can't stand in one, so a tag is found whole or not at all.
    return known is not None and (known.strip() == "*" or tag in known)


def _weights(accepted: str) -> dict[str, float]:
    """Coding → weight; what is malformed weighs nothing."""
    weights = {}
    for item in accepted.lower().split(","):
        coding, *parameters = (part.strip() for part in item.split(";"))
        weight = next((each[2:] for each in parameters if each.startswith("q=")), "1")
        if coding:
            weights[_ALIASES.get(coding, coding)] = (
                float(weight) if _WEIGHT.fullmatch(weight) else 0.0
            )
    return weights
