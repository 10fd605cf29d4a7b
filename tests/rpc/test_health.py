"""Health and reflection: for balancers and people, without a key, past all interceptors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import grpc
import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from structlog.testing import capture_logs

from server.config import Config
from server.handlers import SERVICES, methods
from server.interceptors import way
from server.store.database import Database
from server.store.readers import Readers
from tests.calling import TIMEOUT, Client
from tests.conftest import access_tokens

SERVICE_NAMES = [service.descriptor.full_name for service in SERVICES]


def ask(client: Client, *questions: reflection_pb2.ServerReflectionRequest) -> list[Any]:
    """What reflection answers."""
    stub = reflection_pb2_grpc.ServerReflectionStub(client.channel)
    return list(stub.ServerReflectionInfo(iter(questions), timeout=TIMEOUT))


@pytest.mark.parametrize("service", ["", *SERVICE_NAMES])
def test_every_service_is_serving(client: Client, service: str) -> None:
    """The whole server under the empty name, and each service under its own."""
    stub = health_pb2_grpc.HealthStub(client.channel)

    answer = stub.Check(health_pb2.HealthCheckRequest(service=service), timeout=TIMEOUT)

    assert answer.status == health_pb2.HealthCheckResponse.SERVING


def test_service_that_there_is_not_has_no_health(client: Client) -> None:
    """The health protocol says how."""
    stub = health_pb2_grpc.HealthStub(client.channel)
    request = health_pb2.HealthCheckRequest(service="roster.v1.SongService")

    with pytest.raises(grpc.RpcError) as error:
        stub.Check(request, timeout=TIMEOUT)
    assert error.value.code() is grpc.StatusCode.NOT_FOUND

    watch = stub.Watch(request, timeout=TIMEOUT)
    assert next(watch).status == health_pb2.HealthCheckResponse.SERVICE_UNKNOWN
    watch.cancel()


def test_reflection_lists_all_services(client: Client) -> None:
    """Ours, and those that every client may expect."""
    (answer,) = ask(client, reflection_pb2.ServerReflectionRequest(list_services=""))

    assert sorted(service.name for service in answer.list_services_response.service) == sorted(
        [*SERVICE_NAMES, "grpc.health.v1.Health", "grpc.reflection.v1alpha.ServerReflection"]
    )


def test_reflection_knows_every_type_of_the_contract(client: Client) -> None:
    """A tool can put requests together with nothing but the address."""
    wanted = list(SERVICE_NAMES)
    known: dict[str, FileDescriptorProto] = {}
    for symbol in wanted:
        question = reflection_pb2.ServerReflectionRequest(file_containing_symbol=symbol)
        for answer in ask(client, question):
            for raw in answer.file_descriptor_response.file_descriptor_proto:
                file = FileDescriptorProto.FromString(raw)
                known[file.name] = file

    missing = set(_dependencies(known)) - set(known)
    while missing:
        for name in sorted(missing):
            question = reflection_pb2.ServerReflectionRequest(file_by_filename=name)
            (answer,) = ask(client, question)
            assert not answer.HasField("error_response"), name
            for raw in answer.file_descriptor_response.file_descriptor_proto:
                file = FileDescriptorProto.FromString(raw)
                known[file.name] = file
        missing = set(_dependencies(known)) - set(known)

    services = {f"{file.package}.{service.name}" for file in known.values() for service in file.service}
    assert set(SERVICE_NAMES) <= services


def _dependencies(files: dict[str, FileDescriptorProto]) -> Iterator[str]:
    for file in files.values():
        yield from file.dependency


class _Details(NamedTuple):
    """What grpc tells an interceptor of a call."""

    method: str
    invocation_metadata: tuple[tuple[str, str], ...] = ()


@pytest.mark.parametrize(
    "method",
    [
        "/grpc.health.v1.Health/Check",
        "/grpc.health.v1.Health/Watch",
        "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
    ],
)
def test_they_pass_untouched(database: Database, config: Config, method: str) -> None:
    """The very handler that grpc has: a wrapper around the health servicer would cost a thread a watch."""
    handler: Any = grpc.unary_unary_rpc_method_handler(max)
    details: Any = _Details(method)

    readers, tokens = Readers(database, config), access_tokens(database, config)
    passed = way(methods(), database, readers, tokens, config).intercept_service(lambda _: handler, details)

    assert passed is handler


def test_health_checks_are_logged_at_debug_level_only(client: Client) -> None:
    """A balancer that asks every second does not fill the log."""
    stub = health_pb2_grpc.HealthStub(client.channel)
    with capture_logs() as log:
        stub.Check(health_pb2.HealthCheckRequest(), timeout=TIMEOUT)

    assert [(line["log_level"], line["method"]) for line in log] == [
        ("debug", "/grpc.health.v1.Health/Check")
    ]
