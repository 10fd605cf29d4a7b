"""How many statements a call takes: reads one, beside the look at the key; writes the number stated here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from roster.v1 import role_pb2, user_pb2
from roster.v1 import role_service_pb2 as role_rpc
from roster.v1 import user_service_pb2 as user_rpc

from tests.calling import Client
from tests.conftest import StartServer
from tests.requests import READS, WRITES, Ground, ground, invoke, requests

# What a call of tests.requests takes, which does all that one call of its RPC can do; its event is in it,
# BEGIN and COMMIT are not.
STATEMENTS = {
    "UserService/CreateUser": 2,  # find roles; insert everything
    "UserService/UpdateUser": 8,  # lock, read, find roles, free and take login ids, grant, update, event
    "UserService/DeleteUser": 5,  # lock, read, delete, forget, event
    "UserService/SetUserStatus": 4,  # lock, read, update, event
    "UserService/UpdateUserLoginId": 6,  # lock, read, free, take, update, event
    "UserService/ModifyUserRoles": 6,  # lock, read, find roles, grant, update, event
    "RoleService/CreateRole": 2,  # insert, event
    "RoleService/UpdateRole": 3,  # lock, update, event
    "RoleService/DeleteRole": 4,  # lock, take back, delete, event
    "ProjectService/CreateProject": 2,  # insert, event
    "ProjectService/UpdateProject": 3,  # lock, update, event
    "ProjectService/DeleteProject": 9,  # lock, and a deletion a table
    "ManagementKeyService/CreateManagementKey": 3,  # do the projects exist, insert, event
    "ManagementKeyService/UpdateManagementKey": 4,  # lock, do the projects exist, update, event
    "ManagementKeyService/RotateManagementKey": 3,  # lock, update, event
    "ManagementKeyService/RevokeManagementKey": 3,  # lock, update, event
}

REQUEST_ID = 2
"""Statements more of a call with a `request_id`: claim it, keep the answer. A repeat of it takes as many
in all: see that it is claimed, read the answer."""


class Counted:
    """A caller whose server tells the statements that it runs."""

    def __init__(self, client: Client, statements: list[str]) -> None:
        self.client = client
        self._statements = statements

    def statements(self, name: str, request: Any) -> list[str]:
        """What a call of this RPC runs on the database."""
        del self._statements[:]
        invoke(self.client, name, request)
        return list(self._statements)


@pytest.fixture
def counted(start_server: StartServer, client: Client) -> Iterator[Counted]:
    """The caller's key is remembered; the looks of the health check are not counted."""
    server = start_server(key_cache_seconds=10)
    statements: list[str] = []

    def note(statement: str) -> None:
        if statement != "SELECT 1":
            statements.append(statement)

    server.database.on_statement = note
    with grpc.insecure_channel(server.address) as channel:
        caller = Client(channel, client.project_id, client.key)
        caller.roles.ListRoles(role_rpc.ListRolesRequest())
        yield Counted(caller, statements)


@pytest.fixture
def on(counted: Counted) -> Ground:
    """Something to work on."""
    return ground(counted.client)


def test_read_is_one_statement(counted: Counted, on: Ground) -> None:
    """However much it answers, totals included."""
    for name in READS:
        found = counted.statements(name, requests(on)[name])
        assert len(found) == 1, name
        assert found[0].lstrip().startswith(("SELECT", "WITH")), name


def test_look_at_the_key_is_one_statement(start_server: StartServer, client: Client) -> None:
    """Where keys are not remembered; the first use in a minute is noted by another."""
    server = start_server(key_cache_seconds=0)
    statements: list[str] = []
    client.roles.ListRoles(role_rpc.ListRolesRequest())
    server.database.on_statement = statements.append
    with grpc.insecure_channel(server.address) as channel:
        caller = Client(channel, client.project_id, client.key)
        caller.roles.ListRoles(role_rpc.ListRolesRequest())

    look, read = [statement for statement in statements if statement != "SELECT 1"]
    assert '"management_keys"' in look
    assert '"roles"' in read


@pytest.mark.parametrize("name", WRITES)
def test_write_is_as_many_statements_as_stated(counted: Counted, on: Ground, name: str) -> None:
    """The figures are exact, so that one more is noticed, and one less noted."""
    assert len(counted.statements(name, requests(on)[name])) == STATEMENTS[name]


def test_repetition_is_cheap(counted: Counted, on: Ground) -> None:
    """A request_id costs two statements, and a repeat costs two."""
    for name in ("RoleService/UpdateRole", "UserService/CreateUser"):
        request = requests(on)[name]
        request.request_id = str(uuid4())

        assert len(counted.statements(name, request)) == STATEMENTS[name] + REQUEST_ID
        assert len(counted.statements(name, request)) == REQUEST_ID


def test_writes_do_not_take_more_statements_for_more(counted: Counted, on: Ground) -> None:
    """Twenty login ids and a hundred roles go in sets."""
    roles = [role_pb2.Role(name=f"Role {n}") for n in range(100)]
    for role in roles:
        counted.client.roles.CreateRole(role_rpc.CreateRoleRequest(role=role))
    user = user_pb2.User(
        login_ids=[f"login-{n}" for n in range(20)],
        roles=[user_pb2.RoleGrant(name=role.name) for role in roles],
    )
    create, update = user_rpc.CreateUserRequest(user=user), user_rpc.UpdateUserRequest(by=on.by_user)
    update.user.login_ids.extend(f"other-{n}" for n in range(20))
    update.user.roles.extend(user.roles)

    for name, request in (("UserService/CreateUser", create), ("UserService/UpdateUser", update)):
        assert len(counted.statements(name, request)) <= STATEMENTS[name]


FILTERS: dict[str, Any] = {
    "any_roles": [role_pb2.RoleRef(name="Reader"), role_pb2.RoleRef(role_id=str(uuid4()))],
    "all_roles": [role_pb2.RoleRef(name="Reader"), role_pb2.RoleRef(role_id=str(uuid4()))],
    "statuses": [user_pb2.USER_STATUS_ACTIVE, user_pb2.USER_STATUS_EXPIRED],
    "email_verified": True,
    "phone_number_verified": False,
    "created_after": Timestamp(seconds=1),
    "created_before": Timestamp(seconds=2**32),
    "updated_after": Timestamp(seconds=1),
    "updated_before": Timestamp(seconds=2**32),
    "user_ids": [str(uuid4()) for _ in range(1_000)],
    "emails": ["ada@example.com", "grace@example.com"],
    "phone_numbers": ["+4930123456"],
    "login_ids": ["ada", "grace"],
    "test_users": user_rpc.TEST_USERS_INCLUDE,
}


def test_these_filters_are_all_there_are() -> None:
    """A filter that is added is tried here too."""
    assert set(FILTERS) == {field.name for field in user_rpc.UserFilter.DESCRIPTOR.fields}


def test_filtered_list_is_one_statement(counted: Counted, on: Ground) -> None:
    """With each filter, with all of them at once, in every order, counted, and from a page on."""
    each = [user_rpc.UserFilter(**{name: value}) for name, value in FILTERS.items()]
    for chosen in (*each, user_rpc.UserFilter(**FILTERS)):
        for order in ("", "create_time", "update_time desc", "email", "family_name desc"):
            request = user_rpc.ListUsersRequest(
                filter=chosen, order_by=order, include_total_size=True, skip=1
            )
            assert len(counted.statements("UserService/ListUsers", request)) == 1
        search = user_rpc.SearchUsersRequest(filter=chosen, query="ada lovelace")
        assert len(counted.statements("UserService/SearchUsers", search)) == 1


def test_later_pages_are_one_statement_too(counted: Counted, on: Ground) -> None:
    """With holders of many roles on them."""
    for n in range(5):
        counted.client.users.CreateUser(
            user_rpc.CreateUserRequest(
                user=user_pb2.User(email=f"user-{n}@example.com", roles=[user_pb2.RoleGrant(name="Reader")])
            )
        )
    listed = user_rpc.ListUsersRequest(page_size=2)
    found = user_rpc.SearchUsersRequest(query="example", page_size=2)
    listed.page_token = counted.client.users.ListUsers(listed).next_page_token
    found.page_token = counted.client.users.SearchUsers(found).next_page_token

    for name, request in (("UserService/ListUsers", listed), ("UserService/SearchUsers", found)):
        assert request.page_token
        assert len(counted.statements(name, request)) == 1
