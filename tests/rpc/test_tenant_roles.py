"""ModifyUserRoles in a tenant, and what a user may do there."""

from __future__ import annotations

from typing import Any

import pytest
from roster.v1 import role_pb2, tenant_pb2
from roster.v1 import role_service_pb2 as role_rpc
from roster.v1 import user_pb2 as pb

from tests.calling import Client, refused
from tests.conftest import Running, sql
from tests.rows import contents
from tests.rpc.directory_requests import TENANTS, membership, modify_roles_in, tenant
from tests.rpc.user_requests import (
    ADD,
    LAST_INSTANT,
    NOBODY,
    REMOVE,
    SET,
    Held,
    ask,
    created,
    events_of,
    grant,
    in_days,
    invalid_fields,
    modify_roles,
    read,
    role,
)


@pytest.fixture
def ann(client: Client) -> pb.User:
    """A user with nothing."""
    return created(client, login_ids=["ann"])


@pytest.fixture
def acme(client: Client) -> tenant_pb2.Tenant:
    """A tenant."""
    return tenant(client, "Acme")


@pytest.fixture
def roles(client: Client) -> dict[str, role_pb2.Role]:
    """Three roles, by their names."""
    return {name: role(client, name, f"books:{name}", "books:see") for name in ("read", "write", "burn")}


@pytest.fixture
def member(client: Client, ann: pb.User, acme: tenant_pb2.Tenant) -> pb.User:
    """A user who belongs to the tenant, and to another one."""
    return TENANTS.modify(client, ann, ADD, acme, tenant(client, "Zenith"))


def in_tenant(user: pb.User, of: tenant_pb2.Tenant) -> list[str]:
    """The names of the roles that the user holds in a tenant."""
    (found,) = [held for held in user.tenants if held.tenant_id == of.tenant_id]
    return [held.name for held in found.roles]


def test_roles_in_a_tenant_are_added_set_and_removed(
    client: Client, acme: tenant_pb2.Tenant, roles: dict[str, role_pb2.Role], member: pb.User
) -> None:
    """Those in other tenants and in the whole project have nothing to do with them."""
    kept = ask(client, modify_roles(member, ADD, "burn")).user
    steps: list[tuple[Any, list[Held], list[str]]] = [
        (ADD, ["write"], ["write"]),
        (ADD, [roles["read"], "WRITE"], ["read", "write"]),
        (SET, ["burn", "read"], ["burn", "read"]),
        (REMOVE, ["burn", "write"], ["read"]),
        (SET, [], []),
    ]
    for mode, named, expected in steps:
        user = ask(client, modify_roles_in(member, acme, mode, *named)).user
        assert in_tenant(user, acme) == expected
        assert (list(user.tenants[1].roles), list(user.roles)) == ([], list(kept.roles))
        assert read(client, member) == user


def test_permissions_in_a_tenant_are_those_of_both_kinds_of_roles(
    client: Client, acme: tenant_pb2.Tenant, roles: dict[str, role_pb2.Role], member: pb.User
) -> None:
    """Without repeats; outside the tenant only the project-wide ones count."""
    ask(client, modify_roles(member, ADD, "burn"))
    user = ask(client, modify_roles_in(member, acme, ADD, "read")).user

    assert list(user.tenants[0].permissions) == ["books:burn", "books:read", "books:see"]
    assert list(user.tenants[1].permissions) == ["books:burn", "books:see"]
    assert list(user.permissions) == ["books:burn", "books:see"]


def test_grant_in_a_tenant_ends_at_its_instant(
    server: Running,
    client: Client,
    acme: tenant_pb2.Tenant,
    roles: dict[str, role_pb2.Role],
    member: pb.User,
) -> None:
    """From then on it counts for nothing, and may be given again."""
    until = in_days(1)
    user = ask(client, modify_roles_in(member, acme, ADD, grant(roles["read"], until), "write")).user
    assert [held.HasField("expire_time") for held in user.tenants[0].roles] == [True, False]
    moved = ask(client, modify_roles_in(member, acme, ADD, grant(roles["read"], LAST_INSTANT))).user
    assert moved.tenants[0].roles[0].expire_time == LAST_INSTANT
    sql(server.url, "UPDATE user_tenant_roles SET expire_time = now() WHERE expire_time IS NOT NULL")

    ended = read(client, member)
    assert in_tenant(ended, acme) == ["write"]
    assert "books:read" not in ended.tenants[0].permissions

    again = ask(client, modify_roles_in(member, acme, ADD, "read")).user
    assert in_tenant(again, acme) == ["read", "write"]
    assert read(client, member) == again


def test_who_leaves_a_tenant_loses_the_roles_in_it(
    server: Running,
    client: Client,
    acme: tenant_pb2.Tenant,
    roles: dict[str, role_pb2.Role],
    member: pb.User,
) -> None:
    """Who stays keeps them; who comes back begins without."""
    zenith = member.tenants[1].tenant_id
    ask(client, modify_roles_in(member, acme, ADD, "read"))
    stayed = TENANTS.modify(client, member, SET, zenith, acme)
    assert in_tenant(stayed, acme) == ["read"]

    TENANTS.modify(client, member, REMOVE, acme)

    assert sql(server.url, "SELECT count(*) FROM user_tenant_roles") == [(0,)]
    assert in_tenant(TENANTS.modify(client, member, ADD, acme), acme) == []


def test_change_of_roles_in_a_tenant_that_is_wrong_applies_nothing(
    server: Running,
    client: Client,
    other_project: Client,
    acme: tenant_pb2.Tenant,
    roles: dict[str, role_pb2.Role],
    member: pb.User,
) -> None:
    """An unknown role, tenant or user, a tenant the user does not belong to, an end in the past."""
    other, foreign = tenant(client, "Other"), tenant(other_project, "Foreign")
    ask(client, modify_roles_in(member, acme, ADD, "read"))
    before = contents(server.url)

    for mode in (ADD, SET, REMOVE):
        for request, code, reason, metadata in (
            (modify_roles_in(member, acme, mode, "write", "X"), "NOT_FOUND", "ROLE_NOT_FOUND", "name"),
            (modify_roles_in(member, foreign, mode, "write"), "NOT_FOUND", "TENANT_NOT_FOUND", "tenant_id"),
            (modify_roles_in(member, other, mode), "FAILED_PRECONDITION", "NOT_IN_TENANT", "tenant_id"),
            (modify_roles_in(pb.User(user_id=NOBODY), acme, mode), "NOT_FOUND", "USER_NOT_FOUND", "user_id"),
        ):
            with refused(code, reason) as error:
                ask(client, request)
            assert list(error.value.metadata) == [metadata]
    past = modify_roles_in(member, acme, ADD, "write", grant(roles["burn"], in_days(-1)))
    assert invalid_fields(client, past) == ["roles[1].expire_time"]
    assert contents(server.url) == before


def test_user_holds_at_most_100_roles_in_each_tenant(
    server: Running, client: Client, acme: tenant_pb2.Tenant, member: pb.User
) -> None:
    """The whole project and every tenant count by themselves."""
    names = [role(client, f"role {n:03}").name for n in range(101)]
    for request in (
        modify_roles(member, SET, *names[:100]),
        modify_roles_in(member, acme, SET, *names[:100]),
    ):
        ask(client, request)
    before = contents(server.url)

    with refused("FAILED_PRECONDITION", "TOO_MANY_ROLES") as error:
        ask(client, modify_roles_in(member, acme, ADD, names[100]))

    assert error.value.metadata == {"limit": "100"}
    assert contents(server.url) == before


def test_role_held_in_a_tenant_is_in_use(
    client: Client, acme: tenant_pb2.Tenant, roles: dict[str, role_pb2.Role], ann: pb.User
) -> None:
    """Deleting it takes force, which takes it from the tenant's users too."""
    user = created(client, login_ids=["bob"], tenants=[membership(acme, "read", "write")])

    request = role_rpc.DeleteRoleRequest(by=role_pb2.RoleRef(name="read"))
    with refused("FAILED_PRECONDITION", "ROLE_IN_USE"):
        client.roles.DeleteRole(request)
    request.force = True
    client.roles.DeleteRole(request)

    assert in_tenant(read(client, user), acme) == ["write"]


def test_change_of_roles_in_a_tenant_is_recorded(
    server: Running,
    client: Client,
    acme: tenant_pb2.Tenant,
    roles: dict[str, role_pb2.Role],
    member: pb.User,
) -> None:
    """The event tells in which tenant."""
    ask(client, modify_roles_in(member, acme, ADD, "read"))

    event = events_of(server.url, client, member)[-1]

    before, after = event.changes
    assert event.type == "user.roles.modified"
    assert before["tenants"][acme.tenant_id]["roles"] == []
    assert after["tenants"][acme.tenant_id]["roles"] == ["read"]
