"""What is answered in place of what was asked for, as Problem Details (RFC 9457)."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from server.errors import Error, Kind
from server.store.errors import Conflict, Unavailable

STATUSES: Final = {
    Kind.NOT_FOUND: 404,
    Kind.ALREADY_EXISTS: 409,
    Kind.RESOURCE_EXHAUSTED: 503,
    Kind.DEADLINE_EXCEEDED: 503,
    Kind.UNAVAILABLE: 503,
}
"""Of what a request can be refused for; 400 for all others."""

_log = structlog.get_logger("roster.web")


async def refuse(request: Request, error: Exception) -> JSONResponse:
    """The answer to a request that ended in an error."""
    headers = error.headers if isinstance(error, HTTPException) else None
    status, detail = told(request, error)
    return _problem(status, detail, headers)


def told(request: Request, error: Exception) -> tuple[int, str]:
    """The status of an error, and what may be said of it. What nobody foresaw is logged."""
    if isinstance(error, HTTPException):
        return error.status_code, error.detail
    if isinstance(error, Error):
        return STATUSES.get(error.kind, 400), error.message
    if isinstance(error, (Unavailable, Conflict)):
        return 503, "The database does not answer; try again."
    request_id = request.state.request_id
    _log.error("internal error", error_id=request_id, request_id=request_id, exc_info=error)
    return 500, f"Internal error {request_id}."


async def overloaded(scope: Scope, receive: Receive, send: Send) -> None:
    """Refuses a request that is one too many."""
    response = _problem(503, "Too many requests are being answered; try again.", None)
    await response(scope, receive, send)


def _problem(status: int, detail: str, headers: Mapping[str, str] | None) -> JSONResponse:
    retry = {"Retry-After": "1"} if status == 503 else {}
    title = HTTPStatus(status).phrase
    return JSONResponse(
        {"title": title, "status": status, "detail": detail},
        status_code=status,
        headers={**(headers or {}), **retry},
        media_type="application/problem+json",
    )
