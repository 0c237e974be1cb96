"""The sandbox's moving parts, made once in `create_sandbox` and shared by its routes."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from starlette.requests import Request

from app.sandbox.config import SandboxConfig
from app.sandbox.custom_events import Definitions
from app.sandbox.errors import HubSpotError, invalid_authentication, missing_scopes
from app.sandbox.faults import Faults
from app.sandbox.ledger import Ledger
from app.sandbox.limiter import Limiter
from app.sandbox.media_objects import MediaObjects
from app.sandbox.schemas import read_json
from app.sandbox.tokens import Tokens

_TOKEN_PARAMETERS = {"access_token", "oauth_token", "hapikey"}


@dataclass
class Sandbox:
    """`clock` gives seconds since the epoch, `sleep` waits seconds, `ids` gives random UUIDs."""

    config: SandboxConfig
    clock: Callable[[], float]
    sleep: Callable[[float], Awaitable[object]]
    ids: Callable[[], UUID]
    ledger: Ledger
    tokens: Tokens = field(init=False)
    limiter: Limiter = field(init=False, default_factory=Limiter)
    faults: Faults = field(init=False, default_factory=Faults)
    media_objects: MediaObjects = field(init=False, default_factory=MediaObjects)
    definitions: Definitions = field(init=False)
    provider_name: str = field(init=False, default="Sandbox")
    visibility: dict[str, dict[str, Any]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.definitions = Definitions(self.config.portal_id, self.config.definitions)
        self.tokens = Tokens(self.config.credentials, self.ids)

    def admit(self, request: Request, *scopes: str) -> None:
        """Raise HubSpot's 401 or 403 unless `request` carries a good token that may do `scopes`.

        The token is read from `Authorization: Bearer` alone. One in the query is refused even
        beside a good header: it would stand in every log on the way.
        """
        if _TOKEN_PARAMETERS & request.query_params.keys():
            raise invalid_authentication("A token in the query is not accepted.")
        headers = request.headers.getlist("Authorization")
        if len(headers) != 1 or not headers[0].startswith("Bearer "):
            raise invalid_authentication("One header «Authorization: Bearer …» is required.")
        self.tokens.check_access(headers[0].removeprefix("Bearer "), self.clock())
        if self.config.refuses_all is not None:
            raise HubSpotError(403, self.config.refuses_all, "This account may not do that.")
        for scope in scopes:
            if scope not in self.config.scopes:
                raise missing_scopes(scope)

    def expect_key(self, request: Request) -> None:
        """Raise HubSpot's 401 without the developer account's key, in the query."""
        if request.query_params.getlist("hapikey") != [self.config.credentials.developer_key]:
            raise invalid_authentication("The developer account's hapikey is required.")

    def expect_app(self, app_id: str) -> None:
        """Raise HubSpot's 404 for another app's settings."""
        if app_id != str(self.config.provider_id):
            raise HubSpotError(404, "OBJECT_NOT_FOUND", "No such app in this developer account.")


async def json_body(request: Request) -> Any:
    """The JSON value that `request` carries, or HubSpot's 415 or 400."""
    if request.headers.get("Content-Type", "").split(";")[0].strip() != "application/json":
        raise HubSpotError(415, "VALIDATION_ERROR", "Content-Type must be application/json")
    return read_json(await request.body())
