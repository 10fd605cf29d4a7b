"""Turns what the domain raises into `google.rpc.Status`, once, for answers and streams alike."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import grpc
import structlog
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc import error_details_pb2 as details
from google.rpc.status_pb2 import Status
from grpc_status import rpc_status

from server.domain.identity import new_id
from server.errors import Error, Kind, Reason
from server.interceptors.call import Call, Method
from server.interceptors.wrapping import Interceptor
from server.store.errors import Conflict, Unavailable

log = structlog.get_logger("roster.errors")

DOMAIN: Final = "roster.v1"

# Seconds after which a retry may help.
RETRY_AFTER: Final = {Reason.DATABASE_UNAVAILABLE: 1.0, Reason.TRANSACTION_CONFLICT: 0.1}

# What is named in ResourceInfo, by the reason that misses it.
_RESOURCES: Final = {
    Reason.USER_NOT_FOUND: "roster.v1.User",
    Reason.ROLE_NOT_FOUND: "roster.v1.Role",
    Reason.PROJECT_NOT_FOUND: "roster.v1.Project",
    Reason.MANAGEMENT_KEY_NOT_FOUND: "roster.v1.ManagementKey",
}


class Errors(Interceptor):
    """The only place that chooses status codes."""

    @contextmanager
    def guard(self, call: Call, method: Method) -> Iterator[None]:
        try:
            yield
        except Error as error:
            _abort(call, error)
        except Unavailable:
            _abort(call, Error(Reason.DATABASE_UNAVAILABLE))
        except Conflict:
            _abort(call, Error(Reason.TRANSACTION_CONFLICT))
        except Exception:
            error_id = new_id()
            log.exception("internal error", error_id=error_id, request_id=call.call_id)
            _abort(call, Error(Reason.INTERNAL, error_id=error_id))


def _abort(call: Call, error: Error) -> None:
    """Ends the call. grpc does so by an exception of its own, which passes through log and metrics."""
    call.code, call.reason = error.kind.name, error.reason.value
    call.context.abort_with_status(rpc_status.to_status(status_of(error)))


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
    yield details.ErrorInfo(reason=error.reason.value, domain=DOMAIN, metadata=error.metadata)
    if error.violations:
        violations = [
            details.BadRequest.FieldViolation(field=v.field, description=v.description)
            for v in error.violations
        ]
        yield details.BadRequest(field_violations=violations)
    if error.reason in RETRY_AFTER:
        delay = Duration(nanos=int(RETRY_AFTER[error.reason] * 1e9))
        delay.seconds, delay.nanos = divmod(delay.nanos, 1_000_000_000)
        yield details.RetryInfo(retry_delay=delay)
    if error.reason in _RESOURCES:
        name = "/".join(error.metadata.values())
        yield details.ResourceInfo(
            resource_type=_RESOURCES[error.reason], resource_name=name, description=error.message
        )
