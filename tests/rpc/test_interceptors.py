"""What happens around every call: its id, its line in the log, its numbers. Streams: test_streams."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from prometheus_client import REGISTRY
from roster.v1 import management_key_pb2, role_pb2, user_pb2
from roster.v1 import management_key_service_pb2 as key_rpc
from roster.v1 import role_service_pb2 as rpc
from roster.v1 import role_service_pb2_grpc as rpc_grpc
from roster.v1 import user_service_pb2 as user_rpc
from structlog.testing import capture_logs

from tests.calling import TIMEOUT, Client, Refused, refused
from tests.conftest import Running
from tests.process.conftest import eventually
from tests.requests import METHODS, ground, invoke, requests
from tests.rows import events
from tests.rpc.key_requests import holder

UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
LIST_ROLES = rpc.ListRolesRequest()
NO_SUCH_ROLE = rpc.GetRoleRequest(by=role_pb2.RoleRef(name="Nobody"))

Log = list[dict[str, Any]]


@pytest.fixture
def log() -> Iterator[Log]:
    """What is logged while the test runs."""
    with capture_logs() as lines:
        yield lines  # type: ignore[misc]


def calls(log: Log) -> Log:
    """The lines of the access log."""
    return [line for line in log if line["event"] == "call"]


# -- the id of a call ------------------------------------------------------------------------------


def answered_id(client: Client, method: str, request: Any, *metadata: tuple[str, str]) -> str:
    """The id that the call has according to its answer or its refusal."""
    stub = rpc_grpc.RoleServiceStub(client.channel)
    call: Any = getattr(stub, method).future(request, timeout=TIMEOUT, metadata=(*client.metadata, *metadata))
    call.exception()
    ids = [value for name, value in call.trailing_metadata() if name == "x-request-id"]
    assert len(ids) == 1
    return str(ids[0])


@pytest.mark.parametrize("given", ["order-4711", "a" * 100, "!~{}", "0190b8c1-0000-7000-8000-000000000000"])
def test_id_that_the_caller_gives_is_sent_back(client: Client, log: Log, given: str) -> None:
    """With the answer and with every refusal; it stands in the log."""
    header = ("x-request-id", given)
    stranger, malformed = client.with_key("", ""), client.with_key("x", "y")

    ids = [
        answered_id(client, "ListRoles", LIST_ROLES, header),
        answered_id(client, "GetRole", NO_SUCH_ROLE, header),
        answered_id(client, "GetRole", rpc.GetRoleRequest(), header),
        answered_id(stranger, "ListRoles", LIST_ROLES, header),
        answered_id(malformed, "ListRoles", LIST_ROLES, header),
    ]

    assert ids == [given] * 5
    assert [line["request_id"] for line in calls(log)] == [given] * 5


def test_call_without_id_is_given_one(client: Client, log: Log) -> None:
    """A new one each time, in the order of time."""
    ids = [answered_id(client, "ListRoles", LIST_ROLES) for _ in range(3)]
    ids.append(answered_id(client, "GetRole", NO_SUCH_ROLE))

    assert all(UUID7.fullmatch(call_id) for call_id in ids)
    assert len(set(ids)) == 4
    assert [line["request_id"] for line in calls(log)] == ids


@pytest.mark.parametrize("given", ["", "two words", "a" * 101, " "])
def test_malformed_id_is_replaced(client: Client, given: str) -> None:
    """What could break a line of some log does not get into ours."""
    assert UUID7.fullmatch(answered_id(client, "ListRoles", LIST_ROLES, ("x-request-id", given)))


def test_id_stands_in_the_event(server: Running, client: Client) -> None:
    """So that a change can be traced to the call that made it."""
    request = rpc.CreateRoleRequest(role=role_pb2.Role(name="Admin"))

    call_id = answered_id(client, "CreateRole", request)

    assert events(server.url, client.project_id, "role.")[0].request_id == call_id


# -- the access log --------------------------------------------------------------------------------


def test_every_call_has_one_line(client: Client, log: Log) -> None:
    """With exactly these fields, whatever the RPC."""
    for name, request in requests(ground(client)).items():
        if name != "ProjectService/DeleteProject":
            before = len(calls(log))
            try:
                invoke(client, name, request)
            except Refused as error:
                # The table's order deletes the user and the role before others look for them.
                codes = {error.code}
            else:
                # The first message of a stream is all that is waited for; some have no other.
                codes = {"CANCELLED", "OK"} if METHODS[name].server_streaming else {"OK"}
            (line,) = eventually(lambda before=before: calls(log)[before:])
            assert set(line) == {
                "event",
                "log_level",
                "method",
                "code",
                "reason",
                "milliseconds",
                "key_id",
                "request_id",
                "peer",
            }
            service = METHODS[name].full_name.rpartition(".")[0]
            assert (line["log_level"], line["method"]) == ("info", f"/{service}/{METHODS[name].name}")
            assert line["code"] in codes
            assert line["key_id"].replace("-", "") in client.key
            assert line["peer"].startswith("ipv4:127.0.0.1:")
            assert line["milliseconds"] > 0


def test_refused_calls_are_logged_with_their_reason(client: Client, log: Log) -> None:
    """The key stands in the line once it is known to be genuine."""
    reader = holder(client, "users:read")
    del log[:]

    for caller, method, request in (
        (client.with_key("", ""), "ListRoles", LIST_ROLES),
        (client.with_key("x", "y"), "ListRoles", LIST_ROLES),
        (client.with_key(client.project_id, f"{client.key}x"), "ListRoles", LIST_ROLES),
        (reader, "ListRoles", LIST_ROLES),
        (client, "GetRole", rpc.GetRoleRequest()),
        (client, "GetRole", NO_SUCH_ROLE),
    ):
        with pytest.raises(Refused):
            getattr(caller.roles, method)(request)

    assert [(line["code"], line["reason"], line["key_id"].replace("-", "")) for line in calls(log)] == [
        ("UNAUTHENTICATED", "CREDENTIALS_MISSING", ""),
        ("UNAUTHENTICATED", "CREDENTIALS_MALFORMED", ""),
        ("UNAUTHENTICATED", "CREDENTIALS_INVALID", ""),
        ("PERMISSION_DENIED", "SCOPE_MISSING", reader.key[3:35]),
        ("INVALID_ARGUMENT", "FIELDS_INVALID", client.key[3:35]),
        ("NOT_FOUND", "ROLE_NOT_FOUND", client.key[3:35]),
    ]


def test_log_holds_neither_bodies_nor_secrets(client: Client, log: Log) -> None:
    """Neither of calls that go well nor of refused ones."""
    private = user_pb2.User(
        email="private@example.com", display_name="Private Person", phone_number="+4930123456"
    )
    created = client.users.CreateUser(user_rpc.CreateUserRequest(user=private)).user
    with refused("ALREADY_EXISTS", "EMAIL_TAKEN"):
        client.users.CreateUser(user_rpc.CreateUserRequest(user=private))
    with refused("INVALID_ARGUMENT", "FIELDS_INVALID"):
        client.users.CreateUser(user_rpc.CreateUserRequest(user=user_pb2.User(email="private@@x")))
    with refused("NOT_FOUND", "USER_NOT_FOUND"):
        by = user_pb2.UserRef(email="private.other@example.com")
        client.users.GetUser(user_rpc.GetUserRequest(by=by))
    with refused("UNAUTHENTICATED", "CREDENTIALS_MALFORMED"):
        client.with_key(client.project_id, "private-key").users.ListUsers(user_rpc.ListUsersRequest())
    secret = client.keys.CreateManagementKey(
        key_rpc.CreateManagementKeyRequest(
            management_key=management_key_pb2.ManagementKey(scopes=["users:read"])
        )
    ).secret

    assert len(calls(log)) == 6
    lines = repr(log).lower()
    for word in ("private", "4930123456", secret[36:], client.key[36:], created.email, "bearer"):
        assert word.lower() not in lines


# -- numbers ---------------------------------------------------------------------------------------


def counted(method: str, code: str) -> float:
    """How many calls of this method have ended in this code."""
    labels = {"method": f"/roster.v1.RoleService/{method}", "code": code}
    return REGISTRY.get_sample_value("roster_calls_total", labels) or 0.0


def timed(method: str) -> float:
    """How many calls of this method were timed."""
    labels = {"method": f"/roster.v1.RoleService/{method}"}
    return REGISTRY.get_sample_value("roster_call_seconds_count", labels) or 0.0


def test_refused_calls_are_counted_too(client: Client) -> None:
    """By method and code; all of them are timed."""
    codes = {"OK": 1, "UNAUTHENTICATED": 2, "PERMISSION_DENIED": 1, "INVALID_ARGUMENT": 3}
    before = {code: counted("ListRoles", code) for code in codes}
    timed_before = timed("ListRoles")
    callers = {
        "OK": client,
        "UNAUTHENTICATED": client.with_key("", ""),
        "PERMISSION_DENIED": holder(client, "users:read"),
        "INVALID_ARGUMENT": client,
    }

    for code, times in codes.items():
        request = rpc.ListRolesRequest(page_size=-1) if code == "INVALID_ARGUMENT" else LIST_ROLES
        for _ in range(times):
            if code == "OK":
                callers[code].roles.ListRoles(request)
            else:
                with refused(code, _reason(code)):
                    callers[code].roles.ListRoles(request)

    assert {code: counted("ListRoles", code) - before[code] for code in codes} == codes
    assert timed("ListRoles") - timed_before == sum(codes.values())


def _reason(code: str) -> str:
    return {
        "UNAUTHENTICATED": "CREDENTIALS_MISSING",
        "PERMISSION_DENIED": "SCOPE_MISSING",
        "INVALID_ARGUMENT": "FIELDS_INVALID",
    }[code]


def test_unknown_methods_are_unimplemented(client: Client, log: Log) -> None:
    """As the protocol has it, with or without a key."""
    for path in ("/roster.v1.RoleService/SingRole", "/roster.v1.SongService/Sing", "/", "/x/y/z"):
        for metadata in (client.metadata, ()):
            call: Any = client.channel.unary_unary(path, request_serializer=None, response_deserializer=None)
            with pytest.raises(grpc.RpcError) as error:
                call(b"", timeout=TIMEOUT, metadata=metadata)
            assert error.value.code() is grpc.StatusCode.UNIMPLEMENTED
    assert calls(log) == []
