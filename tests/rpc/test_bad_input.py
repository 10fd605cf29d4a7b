"""What breaks the rules of the contract, whichever RPC it is sent to: a clear error, and nothing changed.

What a user cannot be: test_users_invalid; page tokens: test_pages; what is no message: test_raw_messages."""

from __future__ import annotations

import pytest
from google.protobuf.duration_pb2 import Duration
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.timestamp_pb2 import Timestamp
from roster.v1 import role_pb2, user_pb2
from roster.v1 import role_service_pb2 as role_rpc
from roster.v1 import user_service_pb2 as user_rpc

from tests.calling import Client, refused
from tests.conftest import Running
from tests.requests import METHODS, ground, requests
from tests.rows import contents
from tests.rpc.fields import altered, is_enum, is_of, is_text, paths, refusal

EXPLOSIVE = "\ufdfa"
"""One character that NFKC makes eighteen of."""


def test_nul_is_refused_in_every_text(server: Running, client: Client) -> None:
    """Wherever it stands, its path is named; PostgreSQL could not hold it."""
    on = ground(client)
    before = contents(server.url)

    for name, request in requests(on).items():
        for path in paths(METHODS[name].input_type, is_text, all_fields=True):
            for text in ("\0", "a\0b", "\0" * 1000):
                error = refusal(client, name, altered(request, path, text))
                assert (error.code, error.reason) == ("INVALID_ARGUMENT", "FIELDS_INVALID"), (name, path)
                assert path in error.fields

    assert contents(server.url) == before


def test_text_without_end_is_refused_everywhere(server: Running, client: Client) -> None:
    """Every text has a limit, and the error does not repeat what was too much."""
    on = ground(client)
    before = contents(server.url)

    for name, request in requests(on).items():
        for path in paths(METHODS[name].input_type, is_text):
            expected = "UPDATE_MASK_INVALID" if "update_mask" in path else "FIELDS_INVALID"
            for text in ("x" * 300_000, "ß" * 300_000, EXPLOSIVE * 300_000, "a@" + "b." * 150_000 + "com"):
                error = refusal(client, name, altered(request, path, text))
                assert (error.code, error.reason) == ("INVALID_ARGUMENT", expected), (name, path)
                assert path in error.fields
                assert error.details["BadRequest"].ByteSize() < 3_000

    assert contents(server.url) == before


INSTANTS = [
    Timestamp(seconds=2**63 - 1),
    Timestamp(seconds=-(2**63)),
    Timestamp(seconds=253_402_300_800),
    Timestamp(seconds=-62_135_596_801),
    Timestamp(seconds=1, nanos=1_000_000_000),
    Timestamp(seconds=4_000_000_000, nanos=-1),
]
SPANS = [Duration(seconds=2**63 - 1), Duration(seconds=-(2**63)), Duration(nanos=2**31 - 1, seconds=700_000)]


def test_instants_that_do_not_exist_are_refused(server: Running, client: Client) -> None:
    """Wherever a request has an instant: beyond the years 1 to 9999, or with nanoseconds beyond a second."""
    on = ground(client)
    before = contents(server.url)
    tried = 0

    for name, request in requests(on).items():
        for kind, values in (("Timestamp", INSTANTS), ("Duration", SPANS)):
            for path in paths(METHODS[name].input_type, is_of(f"google.protobuf.{kind}")):
                for value in values:
                    error = refusal(client, name, altered(request, path, value))
                    assert (error.reason, error.fields) == ("FIELDS_INVALID", [path])
                    tried += 1

    assert tried > 50
    assert contents(server.url) == before


def test_numbers_that_name_nothing_are_refused(server: Running, client: Client) -> None:
    """Wherever a request has an enum: values of a later contract, and of none."""
    on = ground(client)
    before = contents(server.url)
    tried = 0

    for name, request in requests(on).items():
        for path in paths(METHODS[name].input_type, is_enum):
            for value in (99, -1, 2**31 - 1):
                error = refusal(client, name, altered(request, path, value))
                assert error.reason == "FIELDS_INVALID"
                assert path in error.fields
                tried += 1

    assert tried > 10
    assert contents(server.url) == before


def test_every_violation_is_listed_at_once(server: Running, client: Client) -> None:
    """One answer is enough to correct a request."""
    before = contents(server.url)

    with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
        client.roles.CreateRole(
            role_rpc.CreateRoleRequest(
                role=role_pb2.Role(
                    role_id="1",
                    name="x" * 101,
                    description="y" * 1_001,
                    permissions=["fine", "not fine", "a\0b"],
                    etag="z" * 65,
                ),
                request_id="again",
            )
        )

    assert sorted(error.value.fields) == [
        "request_id",
        "role.description",
        "role.etag",
        "role.name",
        "role.permissions[1]",
        "role.permissions[2]",
        "role.role_id",
    ]
    assert all(violation.description for violation in error.value.details["BadRequest"].field_violations)
    assert "omitted_violations" not in error.value.metadata
    assert contents(server.url) == before


def test_error_says_what_it_cannot_carry(client: Client) -> None:
    """Clients take 8 KiB of trailers: beyond that the number of violations has to do."""
    references = [user_pb2.UserRef(user_id="x")] * 1_000

    with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
        client.users.BatchGetUsers(user_rpc.BatchGetUsersRequest(by=references))

    listed = error.value.fields
    assert listed == [f"by[{n}].user_id" for n in range(len(listed))]
    assert len(listed) >= 50
    assert error.value.metadata == {"omitted_violations": str(1_000 - len(listed))}
    assert error.value.message.endswith("by[7].user_id and 992 more.")


@pytest.mark.parametrize("path", ["x" * 1_000_000, "\0", "é" * 5_000, "role.name", "", "..", "NAME"])
def test_mask_with_an_unknown_path(server: Running, client: Client, path: str) -> None:
    """It is named by its place, however long it is."""
    on = ground(client)
    before = contents(server.url)

    error = refusal(
        client,
        "RoleService/UpdateRole",
        role_rpc.UpdateRoleRequest(
            by=on.by_role, role=role_pb2.Role(description="x"), update_mask=FieldMask(paths=["name", path])
        ),
    )

    assert error.code == "INVALID_ARGUMENT"
    assert error.fields == ["update_mask.paths[1]"]
    assert contents(server.url) == before


def test_mask_of_ten_thousand_paths(client: Client) -> None:
    """As many as an error can carry are listed."""
    on = ground(client)

    error = refusal(
        client,
        "RoleService/UpdateRole",
        role_rpc.UpdateRoleRequest(
            by=on.by_role,
            role=role_pb2.Role(description="x"),
            update_mask=FieldMask(paths=["x" * 50] * 10_000),
        ),
    )

    assert (error.code, error.reason) == ("INVALID_ARGUMENT", "UPDATE_MASK_INVALID")
    assert len(error.fields) + int(error.metadata["omitted_violations"]) == 10_000


@pytest.mark.parametrize("valid", [True, False])
def test_ten_thousand_roles(server: Running, client: Client, valid: bool) -> None:
    """Refused for their number, by every RPC that takes roles."""
    on = ground(client)
    before = contents(server.url)
    roles = [user_pb2.RoleGrant(name=f"Role {n}" if valid else "") for n in range(10_000)]

    for name, request, path in (
        ("UserService/CreateUser", user_rpc.CreateUserRequest(user=_named(roles)), "user.roles"),
        (
            "UserService/UpdateUser",
            user_rpc.UpdateUserRequest(by=on.by_user, user=_named(roles)),
            "user.roles",
        ),
        (
            "UserService/ModifyUserRoles",
            user_rpc.ModifyUserRolesRequest(by=on.by_user, mode=user_rpc.MODIFY_MODE_ADD, roles=roles),
            "roles",
        ),
        (
            "UserService/ListUsers",
            user_rpc.ListUsersRequest(
                filter=user_rpc.UserFilter(any_roles=[role_pb2.RoleRef(name=role.name) for role in roles])
            ),
            "filter.any_roles",
        ),
    ):
        error = refusal(client, name, request)
        assert (error.code, error.reason) == ("INVALID_ARGUMENT", "FIELDS_INVALID")
        assert error.fields[0] == path

    assert contents(server.url) == before


def _named(roles: list[user_pb2.RoleGrant]) -> user_pb2.User:
    return user_pb2.User(login_ids=["grace"], roles=roles)


def test_text_that_explodes_when_it_is_folded(server: Running, client: Client) -> None:
    """It is kept where it can be found again, and refused where an index could not hold it."""
    name = EXPLOSIVE * 100
    role = client.roles.CreateRole(role_rpc.CreateRoleRequest(role=role_pb2.Role(name=name))).role
    by_name = role_rpc.GetRoleRequest(by=role_pb2.RoleRef(name=name))
    assert client.roles.GetRole(by_name).role == role
    before = contents(server.url)

    with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
        client.users.CreateUser(user_rpc.CreateUserRequest(user=user_pb2.User(login_ids=[EXPLOSIVE * 200])))
    assert error.value.fields == ["user.login_ids[0]"]
    with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
        client.users.SearchUsers(user_rpc.SearchUsersRequest(query=EXPLOSIVE * 200))
    assert error.value.fields == ["query"]
    with refused("NOT_FOUND", "USER_NOT_FOUND"):
        by = user_pb2.UserRef(login_id=EXPLOSIVE * 200)
        client.users.GetUser(user_rpc.GetUserRequest(by=by))
    assert contents(server.url) == before

    user = user_pb2.User(login_ids=["grace"], family_name=EXPLOSIVE * 200, display_name=EXPLOSIVE * 200)
    created = client.users.CreateUser(user_rpc.CreateUserRequest(user=user)).user
    found = client.users.SearchUsers(user_rpc.SearchUsersRequest(query=EXPLOSIVE)).users
    assert list(found) == [created]
