"""The sandbox's moving parts, made once in `create_sandbox` and shared by its routes."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from uuid import UUID

from starlette.requests import Request

from app.sandbox.errors import invalid_authentication, missing_scopes
from app.sandbox.faults import Faults
from app.sandbox.ledger import Ledger
from app.sandbox.limiter import Limiter
from app.sandbox.tokens import Tokens
from app.sandbox.world import World

_TOKEN_PARAMETERS = {"access_token", "oauth_token", "hapikey"}


@dataclass
class Sandbox:
    """`clock` gives seconds since the epoch, `sleep` waits seconds, `ids` gives random UUIDs."""

    world: World
    clock: Callable[[], float]
    sleep: Callable[[float], Awaitable[object]]
    ids: Callable[[], UUID]
    ledger: Ledger
    tokens: Tokens = field(init=False)
    limiter: Limiter = field(init=False, default_factory=Limiter)
    faults: Faults = field(init=False, default_factory=Faults)

    def __post_init__(self) -> None:
        self.tokens = Tokens(self.world.credentials, self.ids)

    def admit(self, request: Request, scope: str) -> None:
        """Raise HubSpot's 401 or 403 unless `request` carries a good token that may do `scope`.

        The token is read from `Authorization: Bearer` alone. One in the query is refused even
        beside a good header: it would stand in every log on the way.
        """
        if _TOKEN_PARAMETERS & request.query_params.keys():
            raise invalid_authentication("A token in the query is not accepted.")
        headers = request.headers.getlist("Authorization")
        if len(headers) != 1 or not headers[0].startswith("Bearer "):
            raise invalid_authentication("One header «Authorization: Bearer …» is required.")
        self.tokens.check_access(headers[0].removeprefix("Bearer "), self.clock())
        if scope not in self.world.scopes:
            raise missing_scopes(scope)
