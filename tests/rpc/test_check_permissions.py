"""CheckPermissions: whether a user may do something, and why."""

from __future__ import annotations

from typing import Any

import pytest
from roster.v1 import role_pb2, role_service_pb2, tenant_pb2
from roster.v1 import user_pb2 as pb
from roster.v1 import user_service_pb2 as rpc

from tests.calling import Client, refused
from tests.conftest import Running, sql
from tests.rows import contents
from tests.rpc.directory_requests import TENANTS, membership, modify_roles_in, tenant
from tests.rpc.user_requests import (
    ACTIVE,
    ADD,
    EXPIRED,
    INACTIVE,
    INVITED,
    NOBODY,
    REMOVE,
    ask,
    by,
    created,
    delete,
    grant,
    in_days,
    invalid_fields,
    let_grant_expire,
    let_user_expire,
    modify_roles,
    role,
    set_status,
)

Roles = dict[str, role_pb2.Role]


def check(who: pb.User | pb.UserRef, *permissions: str, tenant_id: str = "") -> rpc.CheckPermissionsRequest:
    reference = by(user_id=who.user_id) if isinstance(who, pb.User) else who
    return rpc.CheckPermissionsRequest(by=reference, permissions=permissions, tenant_id=tenant_id)


def allowed(client: Client, who: pb.User | pb.UserRef, *permissions: str, tenant_id: str = "") -> list[bool]:
    """The answer for each permission, in the order in which they were asked for."""
    answer = ask(client, check(who, *permissions, tenant_id=tenant_id))
    assert [result.permission for result in answer.results] == list(permissions)
    return [result.allowed for result in answer.results]


def sources(client: Client, who: pb.User, permission: str, tenant_id: str = "") -> list[Any]:
    """The roles that give a permission."""
    (result,) = ask(client, check(who, permission, tenant_id=tenant_id)).results
    return list(result.sources)


@pytest.fixture
def roles(client: Client) -> Roles:
    """Three roles; all let see books."""
    return {
        name: role(client, name, "books:see", *permissions)
        for name, permissions in {
            "Writer": ["books:write"],
            "reader": ["books:read"],
            "Burner": ["books:burn"],
        }.items()
    }


@pytest.fixture
def acme(client: Client) -> tenant_pb2.Tenant:
    return tenant(client, "Acme")


@pytest.fixture
def ann(client: Client, roles: Roles, acme: tenant_pb2.Tenant) -> pb.User:
    """Reads everywhere, and writes in one tenant."""
    return created(
        client,
        email="ann@example.com",
        phone_number="+4930123456",
        login_ids=["ann"],
        roles=["reader"],
        tenants=[membership(acme, "Writer"), membership(tenant(client, "Globex"), "Burner")],
    )


def test_each_permission_is_answered_in_the_order_asked_for(client: Client, ann: pb.User) -> None:
    """Also those that no role has, and one that is asked for twice."""
    asked = ("books:write", "books:read", "no:such", "books:see", "books:read", "BOOKS:READ")

    assert allowed(client, ann, *asked) == [False, True, False, True, True, False]


def test_roles_in_a_tenant_count_in_that_tenant_only(
    client: Client, ann: pb.User, acme: tenant_pb2.Tenant
) -> None:
    """Project-wide ones count in every tenant, also where the user does not belong."""
    asked = ("books:read", "books:write", "books:burn")
    strange = tenant(client, "Strange")

    assert allowed(client, ann, *asked) == [True, False, False]
    assert allowed(client, ann, *asked, tenant_id=acme.tenant_id) == [True, True, False]
    assert allowed(client, ann, *asked, tenant_id=ann.tenants[1].tenant_id.upper()) == [True, False, True]
    assert allowed(client, ann, *asked, tenant_id=strange.tenant_id) == [True, False, False]


def test_answer_says_why(client: Client, roles: Roles, ann: pb.User, acme: tenant_pb2.Tenant) -> None:
    """Which roles, from where, until when; in alphabetical order."""
    until = in_days(1)
    until.nanos = 0
    ask(client, modify_roles(ann, ADD, grant(roles["Burner"], until)))

    found = sources(client, ann, "books:see", acme.tenant_id)

    assert found == [
        rpc.PermissionSource(role_id=roles["Burner"].role_id, role_name="Burner", expire_time=until),
        rpc.PermissionSource(role_id=roles["reader"].role_id, role_name="reader"),
        rpc.PermissionSource(role_id=roles["Writer"].role_id, role_name="Writer", tenant_id=acme.tenant_id),
    ]
    assert sources(client, ann, "no:such", acme.tenant_id) == []


def test_role_held_in_both_ways_is_named_for_both(
    client: Client, ann: pb.User, acme: tenant_pb2.Tenant
) -> None:
    """Taking one of them away leaves the other."""
    ask(client, modify_roles_in(ann, acme, ADD, "reader"))
    found = sources(client, ann, "books:read", acme.tenant_id)
    assert sorted(source.tenant_id for source in found) == ["", acme.tenant_id]

    ask(client, modify_roles(ann, REMOVE, "reader"))

    assert allowed(client, ann, "books:read") == [False]
    assert allowed(client, ann, "books:read", tenant_id=acme.tenant_id) == [True]


def test_grant_that_has_expired_gives_nothing(
    server: Running, client: Client, roles: Roles, ann: pb.User, acme: tenant_pb2.Tenant
) -> None:
    """At its instant, project-wide and in a tenant."""
    ask(client, modify_roles(ann, ADD, grant("reader", in_days(1))))
    ask(client, modify_roles_in(ann, acme, ADD, grant("Writer", in_days(1))))
    assert allowed(client, ann, "books:read", "books:write", tenant_id=acme.tenant_id) == [True, True]

    let_grant_expire(server.url, ann, roles["reader"])
    sql(server.url, "UPDATE user_tenant_roles SET expire_time = now() WHERE expire_time IS NOT NULL")

    assert allowed(client, ann, "books:read", "books:write", tenant_id=acme.tenant_id) == [False, False]
    assert sources(client, ann, "books:see", acme.tenant_id) == []


def test_who_may_not_sign_in_is_allowed_nothing(server: Running, client: Client, ann: pb.User) -> None:
    """The status says why; the roles are told all the same. Who is invited may do all."""
    for status, may in ((None, True), (ACTIVE, True), (INACTIVE, False), (ACTIVE, True)):
        if status is not None:
            ask(client, set_status(ann, status))
        answer = ask(client, check(ann, "books:read"))
        assert (answer.status, answer.results[0].allowed) == (status or INVITED, may)
        assert [source.role_name for source in answer.results[0].sources] == ["reader"]

    let_user_expire(server.url, ann)

    answer = ask(client, check(ann, "books:read", "no:such"))
    assert (answer.status, [result.allowed for result in answer.results]) == (EXPIRED, [False, False])


def test_changes_of_roles_and_tenants_count_at_once(
    client: Client, ann: pb.User, acme: tenant_pb2.Tenant
) -> None:
    """What was changed holds with the next call."""
    changed = role_pb2.Role(permissions=["books:lend"])
    client.roles.UpdateRole(
        role_service_pb2.UpdateRoleRequest(by=role_pb2.RoleRef(name="Reader"), role=changed)
    )
    assert allowed(client, ann, "books:read", "books:lend") == [False, True]

    TENANTS.modify(client, ann, REMOVE, acme)

    assert allowed(client, ann, "books:write", tenant_id=acme.tenant_id) == [False]


def test_user_is_named_by_any_reference(client: Client, ann: pb.User) -> None:
    """In any spelling that compares equal."""
    for reference in (
        by(user_id=ann.user_id.upper()),
        by(email="ANN@example.com"),
        by(phone_number="+49 (0)30 123456"),
        by(login_id=" ＡＮＮ "),
    ):
        assert allowed(client, reference, "books:read") == [True]


def test_unknown_user_or_tenant_is_not_found(
    client: Client, other_project: Client, ann: pb.User, acme: tenant_pb2.Tenant
) -> None:
    """The error repeats the reference; another project sees neither, whatever their ids."""
    foreign = tenant(other_project, "Foreign")
    for reference in ({"email": "bob@example.com"}, {"login_id": "bob"}, {"phone_number": "+00"}):
        with refused("NOT_FOUND", "USER_NOT_FOUND") as error:
            ask(client, check(by(**reference), "books:read"))
        assert error.value.metadata == reference
    for tenant_id in (NOBODY, foreign.tenant_id):
        with refused("NOT_FOUND", "TENANT_NOT_FOUND") as error:
            ask(client, check(ann, "books:read", tenant_id=tenant_id))
        assert error.value.metadata == {"tenant_id": tenant_id}
    with refused("NOT_FOUND", "USER_NOT_FOUND"):
        ask(other_project, check(ann, "books:read", tenant_id=foreign.tenant_id))
    ask(client, delete(ann))
    with refused("NOT_FOUND", "USER_NOT_FOUND"):
        ask(client, check(ann, "books:read", tenant_id=acme.tenant_id))


def test_same_ids_in_another_project_mean_its_own(
    client: Client, other_project: Client, roles: Roles, ann: pb.User, acme: tenant_pb2.Tenant
) -> None:
    """A user, a tenant and a role may have the ids they have here."""
    TENANTS.create(other_project, tenant_id=acme.tenant_id, name="Acme")
    twin = role_pb2.Role(role_id=roles["reader"].role_id, name="reader", permissions=["cars:drive"])
    other_project.roles.CreateRole(role_service_pb2.CreateRoleRequest(role=twin))
    created(other_project, user_id=ann.user_id, login_ids=["ann"], roles=["reader"])
    asked = ("books:read", "cars:drive")

    assert allowed(client, ann, *asked, tenant_id=acme.tenant_id) == [True, False]
    assert allowed(other_project, ann, *asked, tenant_id=acme.tenant_id) == [False, True]


def test_invalid_requests_are_refused(server: Running, client: Client, ann: pb.User) -> None:
    """Every field that is wrong is named; asking changes nothing."""
    before = contents(server.url)

    for request, wrong in (
        (rpc.CheckPermissionsRequest(), ["by", "permissions"]),
        (check(ann), ["permissions"]),
        (check(ann, *(f"books:{n}" for n in range(101))), ["permissions"]),
        (check(ann, "books:read", ""), ["permissions[1]"]),
        (check(ann, "two words", "x" * 201), ["permissions[0]", "permissions[1]"]),
        (check(ann, "books:read", tenant_id="acme"), ["tenant_id"]),
    ):
        assert invalid_fields(client, request) == wrong
    assert allowed(client, ann, *(f"books:{n}" for n in range(99)), "books:read")[-1]
    assert contents(server.url) == before
