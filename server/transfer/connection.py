"""The service, as a client reaches it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import grpc
from google.rpc import error_details_pb2 as details
from google.rpc.status_pb2 import Status
from grpc_status import rpc_status
from roster.v1 import user_service_pb2_grpc

from server.startup import StartError

MESSAGE_BYTES: Final = 16 * 1024**2
"""Bytes of a response at most."""

PASSING: Final = frozenset(
    {
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.ABORTED,
        grpc.StatusCode.CANCELLED,
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        grpc.StatusCode.DEADLINE_EXCEEDED,
    }
)
"""What may have gone when a stream is begun again."""


@dataclass(frozen=True, slots=True)
class Security:
    """What TLS takes on this side: files, in PEM."""

    ca_file: Path | None = None
    """Authorities that may vouch for the service; None: the usual ones."""
    cert_file: Path | None = None
    """The certificate to show to a service that asks for one, and its key."""
    key_file: Path | None = None

    def credentials(self) -> grpc.ChannelCredentials:
        """Those of a channel. Raises Failed."""
        if (self.cert_file is None) != (self.key_file is None):
            raise Failed("a client's certificate takes its key, and a key its certificate")
        ca, key, chain = (_contents(file) for file in (self.ca_file, self.key_file, self.cert_file))
        return grpc.ssl_channel_credentials(ca, key, chain)


def _contents(file: Path | None) -> bytes | None:
    try:
        return None if file is None else file.read_bytes()
    except OSError as error:
        raise Failed(f"{file} cannot be read: {error.strerror}") from None


@dataclass(frozen=True, slots=True)
class Destination:
    """Where the service is, and as whom to call it; the key is kept out of `repr`."""

    address: str
    project_id: str
    management_key: str = field(repr=False)
    security: Security | None = None
    """None: no TLS."""

    @property
    def metadata(self) -> tuple[tuple[str, str], ...]:
        """The credentials of a call."""
        return (("authorization", f"Bearer {self.project_id}:{self.management_key}"),)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something was refused, by the service or before."""

    reason: str
    message: str
    fields: tuple[tuple[str, str], ...] = ()
    """(field, rule) of what is wrong."""

    def __str__(self) -> str:
        shown = "; ".join(f"{name}: {rule}" for name, rule in self.fields)
        return f"{self.reason}: {self.message}" + (f" ({shown})" if shown else "")


def refusal_of(status: Status) -> Refusal:
    """What a status tells."""
    reason, fields = "", []
    for packed in status.details:
        info, invalid = details.ErrorInfo(), details.BadRequest()
        if packed.Unpack(info):
            reason = info.reason
        elif packed.Unpack(invalid):
            fields = [(found.field, found.description) for found in invalid.field_violations]
    name = {code.value[0]: code.name for code in grpc.StatusCode}.get(status.code, str(status.code))
    return Refusal(reason or name, status.message, tuple(fields))


class Broken(Exception):
    """A call ended in an error."""

    def __init__(self, error: grpc.RpcError) -> None:
        call: Any = error  # it is both
        code = call.code()
        status = rpc_status.from_call(call)
        text = str(call.details() or "")
        self.refusal = refusal_of(status) if status else Refusal(code.name, text)
        self.passing = code in PASSING
        """Whether another try may succeed."""
        super().__init__(str(self.refusal))


class Failed(StartError):
    """The work cannot go on; what is said tells how it can be taken up again."""


@contextmanager
def connected(destination: Destination) -> Iterator[user_service_pb2_grpc.UserServiceStub]:
    """The service of users. Raises Failed."""
    # A connection of its own: the service spreads connections over its processes.
    options = (("grpc.max_receive_message_length", MESSAGE_BYTES), ("grpc.use_local_subchannel_pool", 1))
    secured = destination.security and destination.security.credentials()
    with (
        grpc.secure_channel(destination.address, secured, options=options)
        if secured
        else grpc.insecure_channel(destination.address, options=options)
    ) as channel:
        yield user_service_pb2_grpc.UserServiceStub(channel)
