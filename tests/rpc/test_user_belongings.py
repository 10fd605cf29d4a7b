"""User.tenants and User.applications in CreateUser and UpdateUser. Attributes: test_user_attributes."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from roster.v1 import application_pb2, role_pb2, tenant_pb2
from roster.v1 import user_pb2 as pb

from tests.calling import Client, refused
from tests.conftest import Running
from tests.rows import contents
from tests.rpc.directory_requests import (
    APPLICATIONS,
    TENANTS,
    access,
    application,
    attribute,
    membership,
    tenant,
    values,
)
from tests.rpc.user_requests import (
    NOBODY,
    ask,
    create,
    created,
    delete,
    emails,
    events_of,
    grant,
    in_days,
    invalid_fields,
    listing,
    read,
    role,
    search,
    update,
    updated,
)


@pytest.fixture
def reader(client: Client) -> role_pb2.Role:
    return role(client, "Reader", "books:read")


@pytest.fixture
def tenants(client: Client) -> list[tenant_pb2.Tenant]:
    """Two tenants, in alphabetical order."""
    return [tenant(client, name) for name in ("Acme", "Globex")]


@pytest.fixture
def applications(client: Client) -> list[application_pb2.Application]:
    """Two applications, in alphabetical order."""
    return [application(client, name) for name in ("Mail", "Shop")]


@pytest.fixture
def ann(
    client: Client,
    reader: role_pb2.Role,
    tenants: list[tenant_pb2.Tenant],
    applications: list[application_pb2.Application],
) -> pb.User:
    """A user who has both of each, with a role in the first tenant."""
    return created(
        client,
        email="ann@example.com",
        tenants=[membership(tenants[1]), membership(tenants[0], reader)],
        applications=[access(applications[1]), access(applications[0])],
    )


def test_user_is_created_with_all_that_is_asked_for(
    client: Client,
    reader: role_pb2.Role,
    tenants: list[tenant_pb2.Tenant],
    applications: list[application_pb2.Application],
    ann: pb.User,
) -> None:
    """In alphabetical order, with names and permissions; every read shows the same."""
    held = pb.RoleGrant(role_id=reader.role_id, name="Reader", permissions=["books:read"])

    assert list(ann.tenants) == [
        pb.TenantMembership(
            tenant_id=tenants[0].tenant_id, name="Acme", roles=[held], permissions=["books:read"]
        ),
        pb.TenantMembership(tenant_id=tenants[1].tenant_id, name="Globex"),
    ]
    assert list(ann.applications) == [
        pb.ApplicationAccess(application_id=shown.application_id, name=shown.name) for shown in applications
    ]
    assert (list(ann.roles), list(ann.permissions)) == ([], [])
    assert read(client, ann) == ann
    assert list(ask(client, listing()).users) == [ann]
    assert list(ask(client, search("ann")).users) == [ann]


def test_default_roles_are_held_in_the_whole_project(client: Client, ann: pb.User) -> None:
    """Not in the tenants, though they count there."""
    role(client, "Everybody", "books:see", default=True)
    (acme, _) = ann.tenants

    user = created(client, login_ids=["bob"], tenants=[pb.TenantMembership(tenant_id=acme.tenant_id.upper())])

    assert [held.name for held in user.roles] == ["Everybody"]
    assert list(user.tenants) == [
        pb.TenantMembership(tenant_id=acme.tenant_id, name="Acme", permissions=["books:see"])
    ]


def test_one_named_twice_is_had_once(
    client: Client,
    reader: role_pb2.Role,
    tenants: list[tenant_pb2.Tenant],
    applications: list[application_pb2.Application],
) -> None:
    """Of a tenant the last mention tells the roles."""
    user = created(
        client,
        login_ids=["bob"],
        tenants=[membership(tenants[0]), membership(tenants[0], reader, "READER")],
        applications=[access(applications[0]), access(applications[0])],
    )

    assert [len(held.roles) for held in user.tenants] == [1]
    assert APPLICATIONS.held(user) == ["Mail"]
    assert read(client, user) == user


def test_output_only_fields_are_ignored(client: Client, tenants: list[tenant_pb2.Tenant]) -> None:
    """Names and permissions are not taken from a caller."""
    asked = pb.TenantMembership(tenant_id=tenants[0].tenant_id, name="Mine", permissions=["all"])

    user = created(client, login_ids=["bob"], tenants=[asked], permissions=["all"])

    assert (TENANTS.held(user), list(user.tenants[0].permissions)) == (["Acme"], [])


MASKS: list[tuple[tuple[str, ...], bool, list[str], list[str]]] = [
    ((), True, ["Globex"], ["Shop"]),
    ((), False, ["Acme", "Globex"], ["Mail", "Shop"]),
    (("tenants",), True, ["Globex"], ["Mail", "Shop"]),
    (("tenants",), False, [], ["Mail", "Shop"]),
    (("applications",), True, ["Acme", "Globex"], ["Shop"]),
    (("applications",), False, ["Acme", "Globex"], []),
    (("*",), True, ["Globex"], ["Shop"]),
    (("*",), False, [], []),
    (("given_name", "permissions"), True, ["Acme", "Globex"], ["Mail", "Shop"]),
]


@pytest.mark.parametrize(("paths", "given", "in_tenants", "with_applications"), MASKS)
def test_mask_says_what_is_replaced(
    client: Client,
    tenants: list[tenant_pb2.Tenant],
    applications: list[application_pb2.Application],
    ann: pb.User,
    paths: tuple[str, ...],
    given: bool,
    in_tenants: list[str],
    with_applications: list[str],
) -> None:
    """As a whole; what is masked and not sent is taken away."""
    fields: dict[str, Any] = {"email": "ann@example.com", "given_name": "Ann"}
    if given:
        fields |= {"tenants": [membership(tenants[1])], "applications": [access(applications[1])]}

    changed = updated(client, ann, *paths, **fields)

    assert (TENANTS.held(changed), APPLICATIONS.held(changed)) == (in_tenants, with_applications)


def test_update_of_tenants_replaces_the_roles_in_them(
    client: Client, reader: role_pb2.Role, tenants: list[tenant_pb2.Tenant], ann: pb.User
) -> None:
    """Who is to belong without roles belongs without roles."""
    until = Timestamp(seconds=in_days(1).seconds)

    changed = updated(
        client, ann, tenants=[membership(tenants[0]), membership(tenants[1], grant(reader, until))]
    )

    assert [[held.expire_time for held in each.roles] for each in changed.tenants] == [[], [until]]


def test_repeating_an_update_changes_nothing(
    server: Running,
    client: Client,
    reader: role_pb2.Role,
    tenants: list[tenant_pb2.Tenant],
    ann: pb.User,
) -> None:
    """No new etag, no event; what a read answered can be sent back as it is."""
    before = contents(server.url)

    assert updated(client, ann, "*", **{field.name: given for field, given in ann.ListFields()}) == ann
    assert updated(client, ann, tenants=[membership(tenants[1]), membership(tenants[0], "reader")]) == ann
    assert contents(server.url) == before


def test_what_is_unknown_applies_nothing(
    server: Running, client: Client, other_project: Client, ann: pb.User
) -> None:
    """Another project's tenants, applications and roles do not exist."""
    foreign_tenant, foreign_application = tenant(other_project, "Far"), application(other_project, "Far")
    role(other_project, "Foreign")
    before = contents(server.url)

    for fields, reason, metadata in (
        (
            {"tenants": [membership(foreign_tenant)]},
            "TENANT_NOT_FOUND",
            {"tenant_id": foreign_tenant.tenant_id},
        ),
        ({"tenants": [pb.TenantMembership(tenant_id=NOBODY)]}, "TENANT_NOT_FOUND", {"tenant_id": NOBODY}),
        (
            {"applications": [access(foreign_application)]},
            "APPLICATION_NOT_FOUND",
            {"application_id": foreign_application.application_id},
        ),
        (
            {"tenants": [membership(tenant_pb2.Tenant(tenant_id=ann.tenants[0].tenant_id), "Foreign")]},
            "ROLE_NOT_FOUND",
            {"name": "Foreign"},
        ),
    ):
        for request in (create(login_ids=["bob"], **fields), update(ann, given_name="Anna", **fields)):
            with refused("NOT_FOUND", reason) as error:
                ask(client, request)
            assert error.value.metadata == metadata
    assert contents(server.url) == before


def test_fields_out_of_bounds_are_all_named(server: Running, client: Client, ann: pb.User) -> None:
    """Ids, numbers and ends of grants."""
    acme = tenant_pb2.Tenant(tenant_id=ann.tenants[0].tenant_id)
    before = contents(server.url)

    for fields, wrong in (
        (
            {"tenants": [pb.TenantMembership()], "applications": [pb.ApplicationAccess(application_id="7")]},
            ["user.applications[0].application_id", "user.tenants[0].tenant_id"],
        ),
        ({"tenants": [membership(acme)] * 101}, ["user.tenants"]),
        ({"tenants": [membership(acme, *["Reader"] * 101)]}, ["user.tenants[0].roles"]),
        ({"tenants": [membership(acme, pb.RoleGrant())]}, ["user.tenants[0].roles[0]"]),
        (
            {
                "tenants": [membership(acme), membership(acme, grant("Reader", in_days(-1)))],
                "roles": [grant("Reader", in_days(-1))],
            },
            ["user.roles[0].expire_time", "user.tenants[1].roles[0].expire_time"],
        ),
    ):
        assert invalid_fields(client, create(login_ids=["bob"], **fields)) == wrong
        assert invalid_fields(client, update(ann, **fields)) == wrong
    assert contents(server.url) == before


def test_creation_and_update_are_recorded(
    server: Running, client: Client, tenants: list[tenant_pb2.Tenant], ann: pb.User
) -> None:
    """With what the user belonged to before and after."""
    attribute(client, "level")
    updated(client, ann, tenants=[membership(tenants[1])], custom_attributes=values(level="high"))

    creation, change = events_of(server.url, client, ann)

    acme, globex = (held.tenant_id for held in ann.tenants)
    held = {
        acme: {"roles": ["Reader"], "role_expire_times": {}},
        globex: {"roles": [], "role_expire_times": {}},
    }
    assert creation.changes[1]["tenants"] == held
    assert creation.changes[1]["applications"] == [shown.application_id for shown in ann.applications]
    assert change.changes == (
        {"tenants": held, "custom_attributes": {}},
        {"tenants": {globex: held[globex]}, "custom_attributes": {"level": "high"}},
    )


def test_deleted_user_leaves_nothing_behind(
    client: Client, tenants: list[tenant_pb2.Tenant], applications: list[Any], ann: pb.User
) -> None:
    """What only the user had is in use no more."""
    ask(client, delete(ann))

    TENANTS.delete(client, tenants[0])
    APPLICATIONS.delete(client, applications[0])
    assert emails(ask(client, listing()).users) == []
