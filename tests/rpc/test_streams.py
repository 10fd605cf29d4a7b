"""The way of a call, for streams: services of the tests' own, behind the interceptors, on a real server."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import grpc
import pytest
from google.protobuf.wrappers_pb2 import StringValue
from prometheus_client import REGISTRY
from roster.v1 import role_pb2
from roster.v1 import role_service_pb2 as rpc
from structlog.testing import capture_logs

from server.config import Config
from server.errors import Error, Reason
from server.interceptors import way
from server.interceptors.call import Call, Checked, Effect, Method
from server.store.database import Database
from server.store.readers import Readers
from tests.calling import TIMEOUT, Client, Refused
from tests.conftest import access_tokens
from tests.process.conftest import eventually

PRIVATE = "postgresql://roster:password@db.internal/roster"
NAME = "/tests.Streams/Run"

Behavior = Callable[[Any, Call], Any]


@contextmanager
def serving(
    behavior: Behavior, kind: str, database: Database, config: Config
) -> Iterator[Callable[..., Any]]:
    """A server of one method of this kind (`unary_stream`, ...), and a function that calls it with
    requests of the type GetRoleRequest."""
    method = Method(name=NAME, scope="roles:read", public=False, effect=Effect.READ, response=StringValue)
    handler = getattr(grpc, f"{kind}_rpc_method_handler")(
        behavior,
        request_deserializer=rpc.GetRoleRequest.FromString,
        response_serializer=StringValue.SerializeToString,
    )
    readers = Readers(database, config)
    interceptors: Any = (way({NAME: method}, database, readers, access_tokens(database, config), config),)
    server = grpc.server(ThreadPoolExecutor(4), interceptors=interceptors)
    server.add_generic_rpc_handlers(
        (grpc.method_handlers_generic_handler("tests.Streams", {"Run": handler}),)
    )
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield getattr(channel, kind)(
                NAME,
                request_serializer=rpc.GetRoleRequest.SerializeToString,
                response_deserializer=StringValue.FromString,
            )
    finally:
        server.stop(0).wait()
        readers.close()


Serve = Callable[[Behavior, str], AbstractContextManager[Callable[..., Any]]]


@pytest.fixture
def serve(database: Database, config: Config) -> Serve:
    """`serve(behavior, kind)`: a server of one method."""
    return lambda behavior, kind: serving(behavior, kind, database, config)


def request(name: str = "Admin") -> rpc.GetRoleRequest:
    """A request; without a name it breaks the contract."""
    return rpc.GetRoleRequest(by=role_pb2.RoleRef(name=name) if name else None)


def received(responses: Iterable[StringValue]) -> tuple[list[str], Refused | None]:
    """What comes until the stream ends, and the error that it ends in."""
    values: list[str] = []
    try:
        values.extend(response.value for response in responses)
    except grpc.RpcError as error:
        return values, Refused(error)
    return values, None


def two_and(failure: Exception) -> Behavior:
    """A handler that answers twice and then fails."""

    def behavior(_: Any, call: Call) -> Iterator[StringValue]:
        yield StringValue(value="one")
        yield StringValue(value="two")
        raise failure

    return behavior


def test_stream_that_goes_well(client: Client, serve: Serve) -> None:
    """The handler knows its caller; the call is logged once, when it has ended."""

    def behavior(asked: rpc.GetRoleRequest, call: Call) -> Iterator[StringValue]:
        yield StringValue(value=asked.by.name)
        yield StringValue(value=call.caller.project_id)

    with serve(behavior, "unary_stream") as run, capture_logs() as log:
        values, error = received(run(request(), timeout=TIMEOUT, metadata=client.metadata))

    assert (values, error) == (["Admin", client.project_id], None)
    assert [(line["code"], line["reason"]) for line in log] == [("OK", "")]


def test_error_in_the_middle_of_a_stream_is_translated(client: Client, serve: Serve) -> None:
    """What was answered before arrives; the error has its details, its id and its line in the log."""
    failure = Error(Reason.ROLE_NOT_FOUND, name="Admin")
    metadata = (*client.metadata, ("x-request-id", "stream-1"))

    with serve(two_and(failure), "unary_stream") as run, capture_logs() as log:
        values, error = received(run(request(), timeout=TIMEOUT, metadata=metadata))

    assert values == ["one", "two"]
    assert error is not None
    assert (error.code, error.reason, error.metadata) == ("NOT_FOUND", "ROLE_NOT_FOUND", {"name": "Admin"})
    assert error.trailers["x-request-id"] == "stream-1"
    assert [(line["code"], line["reason"], line["request_id"]) for line in log] == [
        ("NOT_FOUND", "ROLE_NOT_FOUND", "stream-1")
    ]


@pytest.mark.parametrize("kind", ["unary_unary", "unary_stream", "stream_unary", "stream_stream"])
def test_unexpected_exception_is_internal_and_says_nothing(client: Client, serve: Serve, kind: str) -> None:
    """The caller gets an id; the log has the same id and the exception."""
    failure = RuntimeError(PRIVATE)

    def at_once(_: Any, call: Call) -> StringValue:
        raise failure

    behavior = two_and(failure) if kind.endswith("stream") else at_once
    sent: Any = iter([request()]) if kind.startswith("stream") else request()
    with serve(behavior, kind) as run, capture_logs() as log:
        if kind.endswith("stream"):
            _, error = received(run(sent, timeout=TIMEOUT, metadata=client.metadata))
        else:
            with pytest.raises(grpc.RpcError) as caught:
                run(sent, timeout=TIMEOUT, metadata=client.metadata)
            error = Refused(caught.value)

    assert error is not None
    assert (error.code, error.reason, list(error.metadata)) == ("INTERNAL", "INTERNAL", ["error_id"])
    assert error.message == f"Internal error {error.metadata['error_id']}."
    assert not any(word in f"{error}{error.details}{error.trailers}" for word in ("password", "RuntimeError"))
    told, line = log
    assert (told["log_level"], told["error_id"]) == ("error", error.metadata["error_id"])
    assert told["exc_info"] is failure
    assert told["request_id"] == line["request_id"] == error.trailers["x-request-id"]
    assert (line["code"], line["reason"]) == ("INTERNAL", "INTERNAL")


def test_stream_is_refused_before_its_handler_runs(client: Client, serve: Serve) -> None:
    """Without a key, and without a request that keeps the contract."""
    ran: list[bool] = []

    def behavior(_: Any, call: Call) -> Iterator[StringValue]:
        ran.append(True)
        yield StringValue()

    with serve(behavior, "unary_stream") as run:
        outcomes = [
            received(run(request(), timeout=TIMEOUT)),
            received(run(request(""), timeout=TIMEOUT)),
            received(run(request(""), timeout=TIMEOUT, metadata=client.metadata)),
        ]

    assert [(values, error and error.reason) for values, error in outcomes] == [
        ([], "CREDENTIALS_MISSING"),
        ([], "CREDENTIALS_MISSING"),
        ([], "FIELDS_INVALID"),
    ]
    assert ran == []


def test_every_message_of_a_request_stream_is_checked(client: Client, serve: Serve) -> None:
    """Those before the bad one are answered; it ends the stream with its violations."""

    def behavior(requests: Iterator[Checked], call: Call) -> Iterator[StringValue]:
        for asked in requests:
            yield StringValue(value=asked.message.by.name)

    sent = iter([request("one"), request("two"), request(""), request("four")])
    with serve(behavior, "stream_stream") as run:
        values, error = received(run(sent, timeout=TIMEOUT, metadata=client.metadata))

    assert values == ["one", "two"]
    assert error is not None
    assert (error.reason, error.fields) == ("FIELDS_INVALID", ["by"])


def test_call_that_collects_a_stream_is_checked_too(client: Client, serve: Serve) -> None:
    """One answer to many requests."""

    def behavior(requests: Iterator[Checked], call: Call) -> StringValue:
        return StringValue(value=" ".join(asked.message.by.name for asked in requests))

    with serve(behavior, "stream_unary") as run:
        good = run(iter([request("one"), request("two")]), timeout=TIMEOUT, metadata=client.metadata)
        with pytest.raises(grpc.RpcError) as caught:
            run(iter([request("one"), request("")]), timeout=TIMEOUT, metadata=client.metadata)

    assert good.value == "one two"
    assert Refused(caught.value).reason == "FIELDS_INVALID"


def test_stream_that_the_client_leaves_is_logged_as_cancelled(client: Client, serve: Serve) -> None:
    """The handler is ended where it stands; the call is counted as what it was."""
    labels = {"method": NAME, "code": "CANCELLED"}
    before = REGISTRY.get_sample_value("roster_calls_total", labels) or 0.0
    ended: list[bool] = []

    def behavior(_: Any, call: Call) -> Iterator[StringValue]:
        try:
            while True:
                yield StringValue(value="again")
        finally:
            ended.append(True)

    with serve(behavior, "unary_stream") as run, capture_logs() as log:
        responses = run(request(), timeout=TIMEOUT, metadata=client.metadata)
        assert next(responses).value == "again"
        responses.cancel()
        eventually(lambda: log)

    assert ended == [True]
    assert [(line["event"], line["code"]) for line in log] == [("call", "CANCELLED")]
    assert REGISTRY.get_sample_value("roster_calls_total", labels) == before + 1
