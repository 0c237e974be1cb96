"""Errors of routes as problem details, or as a page where a person at the console asked."""

from collections.abc import Mapping
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from app.collect.problem import Reason, problem, reason_of
from app.runtime.relay import Relay
from app.store.errors import StoreError
from app.web.console import refusal_page

FAULTS_NAMED = 20
FIELD_LIMIT = 64
"""Of a field's name, for it may be the sender's."""

_log = structlog.get_logger(__name__)


def add_error_handlers(app: FastAPI) -> None:
    """Answer every error of a route with a problem."""
    app.add_exception_handler(HTTPException, _http_problem)
    app.add_exception_handler(RequestValidationError, _validation_problem)
    app.add_exception_handler(StoreError, _store_problem)
    app.add_exception_handler(ClientDisconnect, _unread)
    app.add_exception_handler(Exception, _internal_problem)


async def _http_problem(request: Request, error: Exception) -> Response:
    if isinstance(error, HTTPException) and (page := refusal_page(request, error)) is not None:
        return page
    status = error.status_code if isinstance(error, HTTPException) else 500
    reason: Reason = reason_of(status)
    headers = error.headers if isinstance(error, HTTPException) else None
    detail = str(getattr(error, "detail", ""))
    return _answer(request, reason, detail, status, headers)


async def _validation_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - what it is registered for
    detail = "; ".join(map(_fault, error.errors()[:FAULTS_NAMED]))
    return await _http_problem(request, HTTPException(422, detail))


def _fault(fault: Mapping[str, Any]) -> str:
    field = ".".join(str(part) for part in fault["loc"][1:]) or str(fault["loc"][0])
    message = str(fault["msg"])
    return f"{field[:FIELD_LIMIT]}: {message[:1].lower()}{message[1:]}"


async def _store_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, StoreError)  # noqa: S101 - registered for it alone
    away = HTTPException(503, str(error), {"retry-after": "5"})
    page = refusal_page(request, away)
    return page or _answer(request, "store_unavailable", away.detail, 503, away.headers)


async def _unread(_request: Request, _error: Exception) -> Response:
    """The client left before its body was complete, or was refused: no answer reaches it."""
    return Response(status_code=400)


async def _internal_problem(request: Request, error: Exception) -> Response:
    answer = _answer(request, "internal", "look for the request id in the log", 500, None)
    _log.error("request_failed", request=answer.headers["x-request-id"], exc_info=error)
    return answer


def _answer(request: Request, reason: Reason, detail: str, status: int, headers: Any) -> Response:
    relay: Relay = request.app.state.relay
    instance = relay.new_id()
    return Response(
        problem(reason, detail, instance, status=status),
        status,
        {**(headers or {}), "x-request-id": instance},
        "application/problem+json",
    )
