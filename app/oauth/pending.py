"""An errand at HubSpot's install page: sent out with a secret state, come back with a code.

The state is what keeps a stranger from handing the relay a code of his own: it is random, good
once, for ten minutes, and for the one browser (or the one run of a command) that was sent out.
"""

import hmac
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qsl, urlsplit

from pydantic import SecretStr

MINUTES = 10
"""How long a person may take."""

MOST_OUT = 100
"""Errands that are remembered at once: who was sent out before has to begin again."""

_LONGEST_WORDS = 200


@dataclass(frozen=True, slots=True)
class Return:
    """What HubSpot's page sends back: a code, or RFC 6749's error in words fit for a terminal."""

    state: str
    code: SecretStr | None
    error: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Return":
        """Read the parameters of the address that the browser was sent back to."""
        code = query.get("code")
        said = query.get("error_description") or query.get("error") or ""
        error = "".join(each for each in said if each.isprintable())[:_LONGEST_WORDS]
        return cls(query.get("state", ""), SecretStr(code) if code else None, error)

    @classmethod
    def of_address(cls, address: str) -> "Return":
        """The same from the whole address, as a person copies it out of the browser."""
        return cls.of(dict(parse_qsl(urlsplit(address.strip()).query)))


@dataclass(frozen=True, slots=True)
class Errand:
    """Where to go, and as whom: `owner` tells the browser that was sent out from any other.

    `account`: the name of the account that is to be connected.
    """

    owner: str
    redirect_uri: str
    began_at: int
    account: str = ""


Lost = Literal["unknown", "expired", "foreign"]
"""Why a state is no good: never given or used before, too old, another browser's."""

LOST: Mapping[Lost, str] = {
    "unknown": "its state is not one that was given out, or it was used before",
    "expired": f"it took more than {MINUTES} minutes",
    "foreign": "another browser, or another sign-in, began it",
}


class Errands:
    """Who is out. `clock`: ms since the epoch; `secret`: makes a random state."""

    def __init__(self, clock: Callable[[], int], secret: Callable[[], str]) -> None:
        self._clock = clock
        self._secret = secret
        self._out: OrderedDict[str, Errand] = OrderedDict()

    def begin(self, owner: str, redirect_uri: str, account: str = "") -> str:
        """Send somebody out; returns the state."""
        state = self._secret()
        self._out[state] = Errand(owner, redirect_uri, self._clock(), account)
        while len(self._out) > MOST_OUT:
            self._out.popitem(last=False)
        return state

    def end(self, state: str, owner: str) -> Errand | Lost:
        """The errand that comes back with `state`, which is used up by that."""
        errand = self._out.pop(state, None)
        if errand is None:
            return "unknown"
        if self._clock() - errand.began_at > MINUTES * 60_000:
            return "expired"
        if not hmac.compare_digest(errand.owner.encode(), owner.encode()):
            return "foreign"
        return errand
