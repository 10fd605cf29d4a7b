"""What the value or the name of a custom attribute cannot be: a clear error each, and nothing changed."""

from __future__ import annotations

import pytest
from google.protobuf.struct_pb2 import ListValue, Struct, Value
from roster.v1 import custom_attribute_pb2, user_pb2
from roster.v1 import custom_attribute_service_pb2 as attribute_rpc
from roster.v1 import user_service_pb2 as user_rpc

from tests.calling import Client, refused
from tests.conftest import Running
from tests.requests import Ground, ground, invoke
from tests.rows import contents
from tests.rpc.fields import refusal


@pytest.fixture
def on(client: Client) -> Ground:
    """One of everything; `level` is an attribute of the type NUMBER."""
    return ground(client)


BAD_VALUES = {
    "a NUL": Value(string_value="a\0b"),
    "a NUL deep inside": Value(struct_value=Struct(fields={"k\0": Value(bool_value=True)})),
    "not a number": Value(number_value=float("nan")),
    "infinity": Value(number_value=float("inf")),
    "a list": Value(list_value=ListValue(values=[Value(number_value=1)])),
    "an object": Value(struct_value=Struct()),
    "another type": Value(string_value="seven"),
    "without end": Value(string_value="7" * 100_000),
}


@pytest.mark.parametrize("kind", BAD_VALUES)
def test_bad_value_of_an_attribute_is_refused(server: Running, client: Client, on: Ground, kind: str) -> None:
    """In a user, in a filter and as a default; nothing is changed."""
    value = BAD_VALUES[kind]
    user = user_pb2.User(custom_attributes={"level": value})
    conditions = [
        user_rpc.AttributeCondition(name="level", equals=value),
        user_rpc.AttributeCondition(name="level", range=user_rpc.AttributeRange(at_least=value)),
    ]
    default = custom_attribute_pb2.CustomAttribute(
        name="height", type=custom_attribute_pb2.ATTRIBUTE_TYPE_NUMBER, default_value=value
    )
    before = contents(server.url)

    for name, request in (
        ("UserService/UpdateUser", user_rpc.UpdateUserRequest(by=on.by_user, user=user)),
        *(
            (
                "UserService/ListUsers",
                user_rpc.ListUsersRequest(filter=user_rpc.UserFilter(attributes=[condition])),
            )
            for condition in conditions
        ),
        (
            "CustomAttributeService/CreateCustomAttribute",
            attribute_rpc.CreateCustomAttributeRequest(custom_attribute=default),
        ),
    ):
        with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
            invoke(client, name, request)
        assert error.value.fields
    assert contents(server.url) == before


@pytest.mark.parametrize("name", ["a\0b", "x" * 10_000, "", "\ufdfa" * 1_000, "no such thing"])
def test_bad_name_of_an_attribute_is_refused(server: Running, client: Client, on: Ground, name: str) -> None:
    """As a key of a user's attributes and as a path of the mask."""
    before = contents(server.url)
    user = user_pb2.User(custom_attributes={name: Value(number_value=7)})

    for request in (
        user_rpc.UpdateUserRequest(by=on.by_user, user=user),
        user_rpc.UpdateUserRequest(
            by=on.by_user,
            user=user_pb2.User(given_name="Ada"),
            update_mask={"paths": [f"custom_attributes.{name}"]},
        ),
    ):
        error = refusal(client, "UserService/UpdateUser", request)
        assert error.code in ("INVALID_ARGUMENT", "NOT_FOUND")
        assert error.reason in ("FIELDS_INVALID", "UPDATE_MASK_INVALID", "CUSTOM_ATTRIBUTE_NOT_FOUND")
    assert contents(server.url) == before
