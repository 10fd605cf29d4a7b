"""A caller of Roster as tests need one: over a real socket, with errors one can look into."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
import pytest
from google.protobuf.message import Message
from google.rpc import error_details_pb2
from google.rpc.status_pb2 import Status
from grpc_status import rpc_status
from roster.v1 import (
    application_service_pb2_grpc,
    auth_service_pb2_grpc,
    custom_attribute_service_pb2_grpc,
    email_template_service_pb2_grpc,
    event_service_pb2_grpc,
    management_key_service_pb2_grpc,
    project_service_pb2_grpc,
    role_service_pb2_grpc,
    tenant_service_pb2_grpc,
    user_action_pb2,
    user_action_service_pb2_grpc,
    user_service_pb2_grpc,
    webhook_service_pb2_grpc,
)

from tests import secrecy

TIMEOUT = 20.0

_DETAILS = {
    detail.DESCRIPTOR.full_name: detail
    for detail in (
        error_details_pb2.ErrorInfo,
        error_details_pb2.BadRequest,
        error_details_pb2.RetryInfo,
        error_details_pb2.ResourceInfo,
        user_action_pb2.LoginPreventions,
    )
}


class Told:
    """What a `google.rpc.Status` says."""

    code: str
    message: str
    details: dict[str, Any]

    def _unpack(self, status: Status | None) -> None:
        self.details = {}
        for packed in status.details if status else ():
            name = packed.type_url.rpartition("/")[2]
            detail = _DETAILS[name]()
            packed.Unpack(detail)
            self.details[name.rpartition(".")[2]] = detail

    @property
    def reason(self) -> str:
        """The ErrorInfo's reason, '' if there is none."""
        return self.details["ErrorInfo"].reason if "ErrorInfo" in self.details else ""

    @property
    def metadata(self) -> dict[str, str]:
        """The ErrorInfo's metadata."""
        return dict(self.details["ErrorInfo"].metadata)

    @property
    def fields(self) -> list[str]:
        """The fields that BadRequest names."""
        return [violation.field for violation in self.details["BadRequest"].field_violations]


class Refused(Told, Exception):
    """A call ended in an error: the status and its unpacked details."""

    def __init__(self, error: grpc.RpcError) -> None:
        super().__init__(str(error))
        self.code = error.code().name
        self.message = error.details()
        self.trailers = dict(error.trailing_metadata() or ())
        self._unpack(rpc_status.from_call(error))


class Failure(Told):
    """An item of a batch failed."""

    def __init__(self, status: Status, path: str = "") -> None:
        """`path` leads to the item in its message."""
        self._path = path
        codes: dict[Any, str] = {code.value[0]: code.name for code in grpc.StatusCode}
        self.code = codes[status.code]
        self.message = status.message
        self._unpack(status)

    @property
    def fields(self) -> list[str]:
        return [f"{self._path}{field}" for field in super().fields]


@contextmanager
def refused(code: str, reason: str = "") -> Iterator[Any]:
    """Expects that the block's call is refused so; the error stands in `.value` afterwards."""
    with pytest.raises(Refused) as caught:
        yield caught
    assert (caught.value.code, caught.value.reason) == (code, reason)


class Stream:
    """The messages of a call that is answered by many, and its end. Raises `Refused`."""

    def __init__(self, call: Any) -> None:
        self._call = call

    def __iter__(self) -> Stream:
        return self

    def __next__(self) -> Any:
        try:
            message = next(self._call)
        except grpc.RpcError as error:
            raise Refused(error) from None
        secrecy.note(message)
        return message

    def cancel(self) -> None:
        """Leaves."""
        self._call.cancel()


class _Service:
    """A stub whose calls carry credentials and raise `Refused`."""

    def __init__(self, stub: type[Any], client: Client) -> None:
        self._stub = stub
        self._client = client

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._client.stub(self._stub), name)

        def call(
            request: Message | Iterable[Message],
            *,
            timeout: float = TIMEOUT,
            metadata: tuple[Any, ...] = (),
        ) -> Any:
            """Of a method that takes many messages, `request` may be one or several."""
            sent: Any = request
            if isinstance(method, grpc.StreamStreamMultiCallable):
                sent = _noted([request] if isinstance(request, Message) else request)
            else:
                secrecy.note(request)
            try:
                answer = method(sent, timeout=timeout, metadata=(*self._client.metadata, *metadata))
            except grpc.RpcError as error:
                raise Refused(error) from None
            if not isinstance(answer, grpc.Call):
                secrecy.note(answer)
                return answer
            self._client.streams.append(Stream(answer))
            return self._client.streams[-1]

        return call


def _noted(messages: Iterable[Message]) -> Iterator[Message]:
    for message in messages:
        secrecy.note(message)
        yield message


@dataclass
class Client:
    """One caller: a channel and what it presents."""

    channel: grpc.Channel
    project_id: str = ""
    key: str = ""
    streams: list[Stream] = field(default_factory=list)
    """Those that were begun: one that nobody holds would end when it is found."""
    database_url: str = ""
    """Where the server keeps what no call tells; '': it does not matter."""
    stubs: dict[type[Any], Any] = field(default_factory=dict)
    """Those of the channel that were used: to make one costs more than many a call."""

    def __post_init__(self) -> None:
        self.users = _Service(user_service_pb2_grpc.UserServiceStub, self)
        self.roles = _Service(role_service_pb2_grpc.RoleServiceStub, self)
        self.tenants = _Service(tenant_service_pb2_grpc.TenantServiceStub, self)
        self.applications = _Service(application_service_pb2_grpc.ApplicationServiceStub, self)
        self.attributes = _Service(custom_attribute_service_pb2_grpc.CustomAttributeServiceStub, self)
        self.events = _Service(event_service_pb2_grpc.EventServiceStub, self)
        self.actions = _Service(user_action_service_pb2_grpc.UserActionServiceStub, self)
        self.webhooks = _Service(webhook_service_pb2_grpc.WebhookServiceStub, self)
        self.email_templates = _Service(email_template_service_pb2_grpc.EmailTemplateServiceStub, self)
        self.auth = _Service(auth_service_pb2_grpc.AuthServiceStub, self)
        self.projects = _Service(project_service_pb2_grpc.ProjectServiceStub, self)
        self.keys = _Service(management_key_service_pb2_grpc.ManagementKeyServiceStub, self)

    def stub(self, kind: type[Any]) -> Any:
        """The channel's stub of a service."""
        if kind not in self.stubs:
            self.stubs[kind] = kind(self.channel)
        return self.stubs[kind]

    @property
    def metadata(self) -> tuple[tuple[str, str], ...]:
        """The credentials, if there are any."""
        if not self.project_id:
            return ()
        return (("authorization", f"Bearer {self.project_id}:{self.key}".removesuffix(":")),)

    @property
    def public(self) -> Client:
        """An end user of the same project: the same channel, and no key."""
        return self.with_key(self.project_id, "")

    def with_key(self, project_id: str, key: str) -> Client:
        """The same channel with other credentials."""
        return Client(self.channel, project_id, key, self.streams, self.database_url, self.stubs)
