"""`POST /console/why`: the explanation of a play, as JSON for programs."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.console.parameters import expect_text, problems
from app.console.view import TheConsole
from app.explain.find import explanations
from app.store.errors import StoreError
from app.web.dependencies import TheRelay


class Question(BaseModel):
    """Whose plays: a session id, a usertoken or a contact id. In the body, as it is personal.

    `account`: the account whose store is searched; without it, all are.
    """

    model_config = ConfigDict(extra="forbid")

    who: Annotated[str, Field(min_length=1, max_length=256)]
    limit: Annotated[int, Field(ge=1, le=100)] = 20
    account: str | None = None


_CONTENT = {"application/json": {"schema": Question.model_json_schema()}}


async def _admit(request: Request, console: TheConsole) -> None:
    """Pass, or raise 401, which says how a program sends the password."""
    try:
        await console.access.caller(request)
    except HTTPException as error:
        if error.status_code == 401:  # noqa: PLR2004 - HTTP
            challenge = {"www-authenticate": 'Basic realm="playrelay"'}
            raise HTTPException(401, error.detail, challenge) from None
        raise


async def _asked(request: Request, _admitted: Annotated[None, Depends(_admit)]) -> Question:
    """Read the question only after the access check: FastAPI would read it before."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        # Any page can have a browser post a form or plain text, but not JSON.
        raise HTTPException(415, "send application/json")
    try:
        question = Question.model_validate_json(await request.body())
    except ValidationError as error:
        faults = [{**fault, "loc": ("body", *fault["loc"])} for fault in error.errors()]
        raise RequestValidationError(faults) from None
    expect_text([("who", question.who)])
    return question


def routes() -> APIRouter:
    """`POST /console/why`."""
    router = APIRouter(tags=["console"])

    @router.post(
        "/console/why",
        response_class=Response,
        openapi_extra={"requestBody": {"required": True, "content": _CONTENT}},
        responses=problems(
            {
                401: "The console's password is wanted (HTTP Basic, any user name)",
                404: "The console is off",
                415: "The question is not JSON",
                422: "A field of the question is wrong: `detail` names it",
                503: "The store is away",
            }
        ),
    )
    async def why(relay: TheRelay, question: Annotated[Question, Depends(_asked)]) -> Response:
        """Explain the plays of a session, a visitor or a contact, in plain words."""
        if question.account not in {None, *relay.accounts}:
            raise HTTPException(422, "account: there is no such account")
        asked = [
            account for name, account in relay.accounts.items() if question.account in {None, name}
        ]
        try:
            found = [
                explanation
                for account in asked
                for explanation in await explanations(
                    account.store, question.who, relay.clock(), question.limit, account.name
                )
            ]
        except StoreError as error:
            raise HTTPException(503, str(error), {"retry-after": "5"}) from error
        headers = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
        body = msgspec.json.encode({"plays": found})
        return Response(body, media_type="application/json", headers=headers)

    return router
