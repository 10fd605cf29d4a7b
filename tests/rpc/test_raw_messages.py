"""What callers send who do not use our stubs, or wish us ill: bytes that are no message of the contract."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
from google.protobuf.struct_pb2 import ListValue, Struct, Value
from roster.v1 import role_pb2, user_pb2
from roster.v1 import role_service_pb2 as role_rpc
from roster.v1 import user_service_pb2 as user_rpc

from tests.calling import TIMEOUT, Client, Refused, refused
from tests.conftest import Running
from tests.requests import BATCHES, METHODS, ground, requests
from tests.rows import contents


def attempt(client: Client, name: str, body: bytes) -> bytes | Refused:
    """Calls an RPC with these bytes for its request, and returns its first answer, or its refusal."""
    service, _, method = name.partition("/")
    streams = METHODS[name].server_streaming
    kind = client.channel.unary_stream if streams else client.channel.unary_unary
    sent: Any = body
    if name in BATCHES:
        kind, sent = client.channel.stream_stream, iter([body])
    call: Any = kind(f"/roster.v1.{service}/{method}", request_serializer=None, response_deserializer=None)
    try:
        answer = call(sent, timeout=TIMEOUT, metadata=client.metadata)
        first: bytes = next(answer, b"") if streams else answer
    except grpc.RpcError as error:
        return Refused(error)
    if streams:
        answer.cancel()
    return first


def send(client: Client, name: str, body: bytes) -> bytes:
    """The answer. Raises `Refused`."""
    answer = attempt(client, name, body)
    if isinstance(answer, Refused):
        raise answer
    return answer


def varint(number: int) -> bytes:
    """A number as protobuf writes it."""
    low, high = number & 0x7F, number >> 7
    return bytes([low | 0x80]) + varint(high) if high else bytes([low])


def field(number: int, content: bytes) -> bytes:
    """A field of text, bytes or a message, as protobuf writes it."""
    return varint(number << 3 | 2) + varint(len(content)) + content


NO_MESSAGES = {
    "a field number of zero": b"\x00\x01",
    "an unknown wire type": b"\x0f",
    "a number without end": b"\x08" + b"\xff" * 11,
    "a length beyond the end": b"\x0a\x7fabc",
    "a length beyond all bounds": b"\x0a\xff\xff\xff\xff\x0f",
    "the end of no group": b"\x0c",
    "a group without end": b"\x0b",
    "another format": b'{"role": {"name": "Admin"}}',
    "noise": bytes(range(255, 0, -1)),
}


def test_bytes_that_are_no_message_are_refused(server: Running, client: Client) -> None:
    """By every RPC, with an error of ours: the transport's own would blame the server."""
    bodies = {name: request.SerializeToString() for name, request in requests(ground(client)).items()}
    before = contents(server.url)

    for name, body in bodies.items():
        for fault, bad in NO_MESSAGES.items():
            if fault == "a field number of zero" and not METHODS[name].input_type.fields:
                continue  # protobuf itself passes it over in a message without fields
            for sent in (bad, body + bad):
                answer = attempt(client, name, sent)
                assert isinstance(answer, Refused), name
                assert (answer.code, answer.reason) == ("INVALID_ARGUMENT", "MESSAGE_MALFORMED"), name

    assert contents(server.url) == before


def test_stranger_learns_nothing_from_bytes_either(client: Client) -> None:
    """Credentials come first, whatever is sent."""
    stranger = client.with_key("", "")

    for name in METHODS:
        for body in (b"", *NO_MESSAGES.values()):
            with refused("UNAUTHENTICATED", "CREDENTIALS_MISSING"):
                send(stranger, name, body)


NO_TEXTS = {
    "a byte that UTF-8 does not have": b"\xff",
    "a continuation without beginning": b"\x80",
    "a character cut off": b"\xe2\x82",
    "Latin-1": "José".encode("latin-1"),
    "UTF-16": "José".encode("utf-16"),
    "an overlong slash": b"\xc0\xaf",
    "an overlong NUL": b"\xc0\x80",
    "a high surrogate": b"\xed\xa0\x80",
    "a low surrogate": b"\xed\xbf\xbf",
    "a pair of surrogates": b"\xed\xa0\xbd\xed\xb8\x80",
    "beyond the last code point": b"\xf4\x90\x80\x80",
    "six bytes": b"\xfc\x84\x80\x80\x80\x80",
}


@pytest.mark.parametrize("kind", NO_TEXTS)
def test_text_that_is_not_utf8_is_refused(server: Running, client: Client, kind: str) -> None:
    """In texts of every depth, in keys of maps, and in filters of reads."""
    ground(client)
    before = contents(server.url)
    bad = NO_TEXTS[kind]
    text = b"ab" + bad + b"cd"
    metadata_key = field(16, entry(text, field(3, b"value")))
    metadata_value = field(16, entry(b"key", field(3, text)))

    for name, body in (
        ("RoleService/CreateRole", field(1, field(2, text))),
        ("RoleService/CreateRole", field(1, field(2, b"Admin") + field(4, text))),
        ("RoleService/GetRole", field(1, field(2, text))),
        ("UserService/CreateUser", field(1, field(2, text))),
        ("UserService/CreateUser", field(1, field(2, b"grace") + metadata_key)),
        ("UserService/CreateUser", field(1, field(2, b"grace") + metadata_value)),
        ("UserService/ListUsers", field(1, field(13, text))),
        ("UserService/SearchUsers", field(1, text)),
    ):
        with refused("INVALID_ARGUMENT", "MESSAGE_MALFORMED"):
            send(client, name, body)

    assert contents(server.url) == before


def test_fields_of_a_later_contract_are_passed_over(client: Client) -> None:
    """A newer client can talk to this server; what it says beyond the contract is not kept."""
    body = field(1, field(2, b"Admin") + field(15, b"\xff\x00unknown")) + field(14, b"more")

    created = role_rpc.CreateRoleResponse.FromString(send(client, "RoleService/CreateRole", body)).role

    assert created.name == "Admin"
    by_name = role_rpc.GetRoleRequest(by=role_pb2.RoleRef(name="Admin"))
    assert client.roles.GetRole(by_name).role == created


def test_empty_request_has_a_clear_answer(client: Client) -> None:
    """It is either complete as it is, or its missing fields are named."""
    for name in METHODS:
        answer = attempt(client, name, b"")
        if name == "AuthService/BeginPasskeySignIn":  # complete, but the project has no passkeys
            assert answer.reason == "PASSKEYS_NOT_CONFIGURED"
        elif isinstance(answer, Refused):
            assert (answer.code, answer.reason) == ("INVALID_ARGUMENT", "FIELDS_INVALID"), name
            assert answer.fields


def test_message_over_four_mebibytes_is_refused(server: Running, client: Client) -> None:
    """By the transport itself; one that just fits is judged like any other."""
    before = contents(server.url)
    size = 4 * 1024 * 1024

    def request(text: int) -> bytes:
        role = role_pb2.Role(name="Admin", description="x" * text)
        return role_rpc.CreateRoleRequest(role=role).SerializeToString()

    overhead = len(request(size - 100)) - (size - 100)
    with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
        send(client, "RoleService/CreateRole", request(size - overhead))
    assert error.value.fields == ["role.description"]
    with refused("RESOURCE_EXHAUSTED", "") as error:
        send(client, "RoleService/CreateRole", request(size - overhead + 1))
    assert str(size) in error.value.message
    assert contents(server.url) == before


def entry(key: bytes, value: bytes) -> bytes:
    """A Struct of one entry."""
    return field(1, field(1, key) + field(2, value))


def nested(depth: int, *, in_lists: bool) -> bytes:
    """An object that holds an object, or a list that holds a list, `depth` times. Our own stubs would
    refuse to write what is too deep."""
    value = field(3, b"bottom")
    for _ in range(depth):
        value = field(6, field(1, value)) if in_lists else field(5, entry(b"k", value))
    return entry(b"k", value)


@pytest.mark.parametrize("in_lists", [False, True])
def test_deep_metadata_is_kept_or_refused(server: Running, client: Client, in_lists: bool) -> None:
    """What protobuf can nest comes back as it was; what is deeper is no message. Nothing falls between."""
    kept: list[bool] = []
    for depth in (1, 10, 20, *range(28, 53), 60, 100, 1_000, 5_000):
        before = contents(server.url)
        user = field(2, f"user-{depth}".encode()) + field(16, nested(depth, in_lists=in_lists))
        answer = attempt(client, "UserService/CreateUser", field(1, user))
        kept.append(not isinstance(answer, Refused))
        if isinstance(answer, Refused):
            assert (answer.code, answer.reason) == ("INVALID_ARGUMENT", "MESSAGE_MALFORMED")
            assert contents(server.url) == before
        else:
            created = user_rpc.CreateUserResponse.FromString(answer).user
            assert created.metadata == Struct.FromString(nested(depth, in_lists=in_lists))
            by = user_pb2.UserRef(user_id=created.user_id)
            assert client.users.GetUser(user_rpc.GetUserRequest(by=by)).user == created
            assert created in client.users.ListUsers(user_rpc.ListUsersRequest()).users

    assert kept == sorted(kept, reverse=True)
    assert (kept[0], kept[-1]) == (True, False)


METADATA: dict[str, Any] = {
    "not a number": Value(number_value=float("nan")),
    "infinity": Value(number_value=float("inf")),
    "negative infinity": Value(number_value=float("-inf")),
    "a NUL": Value(string_value="a\0b"),
    "a NUL in a key": Value(struct_value=Struct(fields={"a\0b": Value(bool_value=True)})),
    "too much": Value(string_value="x" * 65_536),
    "too many": Value(list_value=ListValue(values=[Value(bool_value=True)] * 20_000)),
}


@pytest.mark.parametrize("in_list", [False, True])
@pytest.mark.parametrize("kind", METADATA)
def test_metadata_that_is_no_json_is_refused(
    server: Running, client: Client, kind: str, in_list: bool
) -> None:
    """Wherever in it that stands; what the user had stays."""
    on = ground(client)
    value = METADATA[kind]
    if in_list:
        value = Value(list_value=ListValue(values=[Value(null_value=0), value]))  # type: ignore[arg-type]
    metadata = Struct(fields={"fine": Value(bool_value=True), "bad": value})
    before = contents(server.url)

    with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
        client.users.CreateUser(
            user_rpc.CreateUserRequest(user=user_pb2.User(login_ids=["grace"], metadata=metadata))
        )
    assert error.value.fields[0].startswith("user.metadata")
    with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
        client.users.UpdateUser(
            user_rpc.UpdateUserRequest(by=on.by_user, user=user_pb2.User(metadata=metadata))
        )
    assert error.value.fields[0].startswith("user.metadata")

    assert contents(server.url) == before
