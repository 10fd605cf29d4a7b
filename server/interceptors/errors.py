"""Turns what the domain raises into `google.rpc.Status`, once, for answers and streams alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, Final

import grpc
import structlog
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.message import Message
from google.rpc import error_details_pb2 as details
from google.rpc.status_pb2 import Status
from grpc_status import rpc_status

from server import convert
from server.domain.identity import new_id
from server.errors import Error, Kind, Reason, Violation
from server.interceptors.call import Call, Method
from server.interceptors.wrapping import Interceptor, Proceed
from server.store.errors import Conflict, Unavailable

log = structlog.get_logger("roster.errors")

DOMAIN: Final = "roster.v1"

VIOLATIONS_BYTES: Final = 3_000
"""Errors travel in HTTP/2 trailers, of which clients take 8 KiB by default, message and all. A call whose
trailers are larger ends in an error of the client's own, which says nothing of what was wrong."""
_DESCRIPTION_CHARACTERS: Final = 250

# Seconds after which a retry may help, where the error itself does not tell.
RETRY_AFTER: Final = {
    Reason.DATABASE_UNAVAILABLE: 1.0,
    Reason.TRANSACTION_CONFLICT: 0.1,
    Reason.HASHING_OVERLOADED: 1.0,
    Reason.WATCHERS_EXHAUSTED: 1.0,
    Reason.BATCHES_EXHAUSTED: 1.0,
    Reason.EXPORTS_EXHAUSTED: 1.0,
    Reason.SERVER_STOPPING: 0.1,
}

# What is named in ResourceInfo, by the reason that misses it.
_RESOURCES: Final = {
    Reason.USER_NOT_FOUND: "roster.v1.User",
    Reason.ROLE_NOT_FOUND: "roster.v1.Role",
    Reason.PROJECT_NOT_FOUND: "roster.v1.Project",
    Reason.MANAGEMENT_KEY_NOT_FOUND: "roster.v1.ManagementKey",
    Reason.TENANT_NOT_FOUND: "roster.v1.Tenant",
    Reason.APPLICATION_NOT_FOUND: "roster.v1.Application",
    Reason.CUSTOM_ATTRIBUTE_NOT_FOUND: "roster.v1.CustomAttribute",
    Reason.USER_ACTION_NOT_FOUND: "roster.v1.UserAction",
    Reason.USER_ACTION_OPTION_NOT_FOUND: "roster.v1.UserActionOption",
    Reason.USER_ACTION_REASON_NOT_FOUND: "roster.v1.UserActionReason",
    Reason.APPLIED_ACTION_NOT_FOUND: "roster.v1.AppliedAction",
    Reason.WEBHOOK_NOT_FOUND: "roster.v1.Webhook",
    Reason.WEBHOOK_DELIVERY_NOT_FOUND: "roster.v1.WebhookDelivery",
    Reason.EMAIL_TEMPLATE_NOT_FOUND: "roster.v1.EmailTemplate",
}


class Errors(Interceptor):
    """The only place that chooses status codes."""

    def stream(self, proceed: Proceed, request: Any, call: Call, method: Method) -> Iterator[Any]:
        yield from super().stream(proceed, request, call, method)
        # A handler that has only waited ends when the client has left.
        if not call.context.is_active():
            call.code = "CANCELLED"

    def leave(self, call: Call, method: Method, entered: None, error: BaseException | None) -> None:
        if isinstance(error, GeneratorExit):  # the client has left the stream
            call.code = "CANCELLED"
        elif isinstance(error, Exception):
            _abort(call, _told(error, call))


def _told(error: Exception, call: Call) -> Error:
    """What the caller is told of an exception."""
    if isinstance(error, Error):
        return error
    if isinstance(error, Unavailable):
        return Error(Reason.DATABASE_UNAVAILABLE)
    if isinstance(error, Conflict):
        return Error(Reason.TRANSACTION_CONFLICT)
    error_id = new_id()
    log.error("internal error", error_id=error_id, request_id=call.call_id, exc_info=error)
    return Error(Reason.INTERNAL, error_id=error_id)


def _abort(call: Call, error: Error) -> None:
    """Ends the call. grpc does so by an exception of its own, which passes through log and metrics."""
    call.code, call.reason = error.kind.name, error.reason.value
    status = rpc_status.to_status(status_of(error))
    # Not abort_with_status, which would put away the trailers that are set already.
    call.context.set_trailing_metadata((*call.context.trailing_metadata(), *status.trailing_metadata))
    call.context.abort(status.code, status.details)


def status_of(error: Error) -> Status:
    """The status that a caller gets."""
    status = Status(code=_code(error.kind), message=error.message)
    for detail in _details(error):
        packed = AnyMessage()
        packed.Pack(detail)
        status.details.append(packed)
    return status


def _code(kind: Kind) -> int:
    code: Any = grpc.StatusCode[kind.name].value
    return int(code[0])


def _details(error: Error) -> Iterator[Message]:
    listed = _field_violations(error.violations)
    metadata = dict(error.metadata)
    if omitted := len(error.violations) - len(listed):
        metadata["omitted_violations"] = str(omitted)
    yield details.ErrorInfo(reason=error.reason.value, domain=DOMAIN, metadata=metadata)
    if listed:
        yield details.BadRequest(field_violations=listed)
    seconds = error.retry_after if error.retry_after is not None else RETRY_AFTER.get(error.reason)
    if seconds is not None:
        yield details.RetryInfo(retry_delay=timedelta(seconds=seconds))
    if error.preventions:
        yield convert.preventions_message(error.preventions)
    if error.reason in _RESOURCES:
        name = "/".join(error.metadata.values())
        yield details.ResourceInfo(
            resource_type=_RESOURCES[error.reason], resource_name=name, description=error.message
        )


def _field_violations(violations: Sequence[Violation]) -> list[details.BadRequest.FieldViolation]:
    """As many of the violations as a status can carry."""
    listed: list[details.BadRequest.FieldViolation] = []
    room = VIOLATIONS_BYTES
    for violation in violations:
        description = violation.description[:_DESCRIPTION_CHARACTERS]
        detail = details.BadRequest.FieldViolation(field=violation.field, description=description)
        room -= detail.ByteSize()
        if room < 0:
            break
        listed.append(detail)
    return listed
