"""What is answered in place of what was asked for: a page to people, Problem Details (RFC 9457) to
programs."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from server.errors import Error, Kind, Reason
from server.store.errors import Conflict, Unavailable
from server.web.languages import Language, spoken
from server.web.pages import page

_STATUSES: Final = {
    Kind.NOT_FOUND: 404,
    Kind.ALREADY_EXISTS: 409,
    Kind.RESOURCE_EXHAUSTED: 503,
    Kind.DEADLINE_EXCEEDED: 503,
    Kind.UNAVAILABLE: 503,
}
"""Of kinds of errors; 400 for all others."""

_PAGES: Final = {404: "not_found", 405: "not_found", 409: "email_taken", 410: "link_invalid", 503: "busy"}
"""Texts of pages by the status; others are `request_refused`, and `failed` from 500 on."""

_FOR_PROGRAMS: Final = (".json", "/healthz", "/readyz")
"""Ends of paths that people do not look at."""

_log = structlog.get_logger("roster.web")


async def refuse(request: Request, error: Exception) -> Response:
    """The answer to a request that ended in an error."""
    status, detail = _told(request, error)
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    if request.scope["path"].endswith(_FOR_PROGRAMS):
        response: Response = _problem(status, detail)
    else:
        response = refusal(spoken("", request.headers.get("accept-language", "")), status)
    response.headers.update(headers)
    return response


def refusal(language: Language, status: int, project: str = "") -> Response:
    """The page that tells of an error. It says nothing of the case: the link may be in wrong hands."""
    key = _PAGES.get(status, "request_refused" if status < 500 else "failed")
    response = page("message", language, status=status, project=project, said=language.texts[key])
    if status == 503:
        response.headers["Retry-After"] = "1"
    return response


async def overloaded(scope: Scope, receive: Receive, send: Send) -> None:
    """Refuses a request that is one too many."""
    response = _problem(503, "Too many requests are being answered; try again.")
    await response(scope, receive, send)


def _told(request: Request, error: Exception) -> tuple[int, str]:
    """The status of an error, and what may be said of it. What nobody foresaw is logged."""
    if isinstance(error, HTTPException):
        return error.status_code, error.detail
    if isinstance(error, Error):
        status = 410 if error.reason is Reason.LINK_INVALID else _STATUSES.get(error.kind, 400)
        return status, error.message
    if isinstance(error, (Unavailable, Conflict)):
        return 503, "The database does not answer; try again."
    request_id = request.state.request_id
    _log.error("internal error", error_id=request_id, request_id=request_id, exc_info=error)
    return 500, f"Internal error {request_id}."


def _problem(status: int, detail: str) -> JSONResponse:
    content = {"title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    headers = {"Retry-After": "1"} if status == 503 else {}
    return JSONResponse(content, status, headers, media_type="application/problem+json")
