"""Tenants, applications and custom attributes: what is refused, and why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from google.protobuf.struct_pb2 import Value
from roster.v1 import application_pb2, custom_attribute_pb2, tenant_pb2, user_pb2
from roster.v1 import application_service_pb2 as application_rpc
from roster.v1 import custom_attribute_service_pb2 as attribute_rpc
from roster.v1 import tenant_service_pb2 as tenant_rpc
from roster.v1 import user_service_pb2 as user_rpc

from server.config import MAX_CUSTOM_ATTRIBUTES
from tests.calling import Client, refused
from tests.conftest import Running, sql
from tests.requests import Ground, ground, invoke, requests
from tests.rows import contents

ADD, SET = user_rpc.MODIFY_MODE_ADD, user_rpc.MODIFY_MODE_SET


@pytest.fixture
def on(client: Client) -> Ground:
    """One of everything."""
    return ground(client)


def create_tenant(client: Client, **values: Any) -> tenant_pb2.Tenant:
    request = tenant_rpc.CreateTenantRequest(tenant=tenant_pb2.Tenant(**values))
    created: tenant_pb2.Tenant = client.tenants.CreateTenant(request).tenant
    return created


def create_application(client: Client, **values: Any) -> application_pb2.Application:
    request = application_rpc.CreateApplicationRequest(application=application_pb2.Application(**values))
    created: application_pb2.Application = client.applications.CreateApplication(request).application
    return created


def create_attribute(client: Client, **values: Any) -> custom_attribute_pb2.CustomAttribute:
    values = {"type": custom_attribute_pb2.ATTRIBUTE_TYPE_STRING, **values}
    request = attribute_rpc.CreateCustomAttributeRequest(
        custom_attribute=custom_attribute_pb2.CustomAttribute(**values)
    )
    created: custom_attribute_pb2.CustomAttribute = client.attributes.CreateCustomAttribute(
        request
    ).custom_attribute
    return created


Create = Callable[..., Any]


@pytest.mark.parametrize(
    ("create", "id_field", "name", "same_name", "name_taken", "id_taken"),
    [
        (create_tenant, "tenant_id", "Globex", "ＧＬＯＢＥＸ", "TENANT_NAME_TAKEN", "TENANT_ID_TAKEN"),
        (
            create_application,
            "application_id",
            "Portal",
            "portal",
            "APPLICATION_NAME_TAKEN",
            "APPLICATION_ID_TAKEN",
        ),
        (
            create_attribute,
            "custom_attribute_id",
            "colour",
            "colour",
            "CUSTOM_ATTRIBUTE_NAME_TAKEN",
            "CUSTOM_ATTRIBUTE_ID_TAKEN",
        ),
    ],
)
def test_names_and_ids_are_unique_in_a_project(
    client: Client,
    other_project: Client,
    create: Create,
    id_field: str,
    name: str,
    same_name: str,
    name_taken: str,
    id_taken: str,
) -> None:
    """Another project may have the same."""
    taken = getattr(create(client, name=name), id_field)

    with refused("ALREADY_EXISTS", name_taken):
        create(client, name=same_name)
    with refused("ALREADY_EXISTS", id_taken):
        create(client, name="Another", **{id_field: taken})

    assert getattr(create(other_project, name=name, **{id_field: taken}), id_field) == taken


@pytest.mark.parametrize(
    ("name", "id_field", "reason"),
    [
        ("TenantService/GetTenant", "tenant_id", "TENANT_NOT_FOUND"),
        ("TenantService/UpdateTenant", "tenant_id", "TENANT_NOT_FOUND"),
        ("TenantService/DeleteTenant", "tenant_id", "TENANT_NOT_FOUND"),
        ("UserService/CheckPermissions", "tenant_id", "TENANT_NOT_FOUND"),
        ("UserService/ModifyUserRoles", "tenant_id", "TENANT_NOT_FOUND"),
        ("UserService/ModifyUserTenants", "tenant_ids", "TENANT_NOT_FOUND"),
        ("ApplicationService/GetApplication", "application_id", "APPLICATION_NOT_FOUND"),
        ("ApplicationService/UpdateApplication", "application_id", "APPLICATION_NOT_FOUND"),
        ("ApplicationService/DeleteApplication", "application_id", "APPLICATION_NOT_FOUND"),
        ("UserService/ModifyUserApplications", "application_ids", "APPLICATION_NOT_FOUND"),
        ("CustomAttributeService/GetCustomAttribute", "custom_attribute_id", "CUSTOM_ATTRIBUTE_NOT_FOUND"),
        ("CustomAttributeService/UpdateCustomAttribute", "custom_attribute_id", "CUSTOM_ATTRIBUTE_NOT_FOUND"),
        ("CustomAttributeService/DeleteCustomAttribute", "custom_attribute_id", "CUSTOM_ATTRIBUTE_NOT_FOUND"),
    ],
)
def test_what_does_not_exist_is_not_found(
    server: Running, client: Client, on: Ground, name: str, id_field: str, reason: str
) -> None:
    """The error repeats the id, and nothing is changed."""
    nowhere = str(uuid4())
    request = requests(on)[name]
    if id_field.endswith("s"):
        del getattr(request, id_field)[:]
        getattr(request, id_field).append(nowhere)
    else:
        setattr(request, id_field, nowhere)
    before = contents(server.url)

    with refused("NOT_FOUND", reason) as error:
        invoke(client, name, request)

    assert error.value.metadata == {id_field.removesuffix("s"): nowhere}
    assert contents(server.url) == before


def test_undeclared_attribute_is_not_found(server: Running, client: Client, on: Ground) -> None:
    """In a user and in a filter, by its name."""
    before = contents(server.url)
    user = user_pb2.User(custom_attributes={"shoe_size": Value(number_value=40)})
    condition = user_rpc.AttributeCondition(name="shoe_size", equals=Value(number_value=40))

    for name, request in (
        ("UserService/UpdateUser", user_rpc.UpdateUserRequest(by=on.by_user, user=user)),
        (
            "UserService/ListUsers",
            user_rpc.ListUsersRequest(filter=user_rpc.UserFilter(attributes=[condition])),
        ),
    ):
        with refused("NOT_FOUND", "CUSTOM_ATTRIBUTE_NOT_FOUND") as error:
            invoke(client, name, request)
        assert error.value.metadata == {"name": "shoe_size"}
    assert contents(server.url) == before


def test_tenant_or_application_in_use_is_deleted_only_by_force(client: Client, on: Ground) -> None:
    """Then it is taken from those who have it."""
    for name in ("UserService/ModifyUserTenants", "UserService/ModifyUserApplications"):
        invoke(client, name, requests(on)[name])
    for name, reason in (
        ("TenantService/DeleteTenant", "TENANT_IN_USE"),
        ("ApplicationService/DeleteApplication", "APPLICATION_IN_USE"),
    ):
        request = requests(on)[name]
        request.force = False
        with refused("FAILED_PRECONDITION", reason):
            invoke(client, name, request)
        request.force = True
        invoke(client, name, request)

    user = client.users.GetUser(user_rpc.GetUserRequest(by=on.by_user)).user
    assert (list(user.tenants), list(user.applications)) == ([], [])


def test_roles_in_a_tenant_take_a_membership(client: Client, on: Ground) -> None:
    """The tenant must be the user's."""
    request = requests(on)["UserService/ModifyUserRoles"]
    request.tenant_id = on.tenant.tenant_id
    with refused("FAILED_PRECONDITION", "NOT_IN_TENANT") as error:
        client.users.ModifyUserRoles(request)
    assert error.value.metadata == {"tenant_id": on.tenant.tenant_id}

    client.users.ModifyUserTenants(requests(on)["UserService/ModifyUserTenants"])

    assert client.users.ModifyUserRoles(request).user.tenants[0].roles[0].name == "Reader"


@pytest.mark.parametrize(
    ("create", "rpc", "field", "reason"),
    [
        (create_tenant, user_rpc.ModifyUserTenantsRequest, "tenant_ids", "TOO_MANY_TENANTS"),
        (
            create_application,
            user_rpc.ModifyUserApplicationsRequest,
            "application_ids",
            "TOO_MANY_APPLICATIONS",
        ),
    ],
)
def test_user_has_a_hundred_of_each_at_most(
    server: Running, client: Client, on: Ground, create: Create, rpc: Any, field: str, reason: str
) -> None:
    """One more is refused, and the hundred stay."""
    ids = [getattr(create(client, name=f"Number {n}"), field.removesuffix("s")) for n in range(101)]
    modify = getattr(client.users, rpc.DESCRIPTOR.name.removesuffix("Request"))
    modify(rpc(by=on.by_user, mode=SET, **{field: ids[:100]}))
    before = contents(server.url)

    with refused("FAILED_PRECONDITION", reason) as error:
        modify(rpc(by=on.by_user, mode=ADD, **{field: ids[100:]}))

    assert error.value.metadata == {"limit": "100"}
    assert contents(server.url) == before


def test_project_has_two_hundred_attributes_at_most(server: Running, client: Client) -> None:
    """One more is refused."""
    sql(
        server.url,
        "INSERT INTO custom_attributes (project_id, custom_attribute_id, name, display_name, type,"
        " options, default_value, required)"
        " SELECT %s, gen_random_uuid(), 'a' || n, '', 'STRING', '{}', NULL, false"
        " FROM generate_series(1, %s) AS n",
        client.project_id,
        MAX_CUSTOM_ATTRIBUTES - 1,
    )
    create_attribute(client, name="last")

    with refused("FAILED_PRECONDITION", "CUSTOM_ATTRIBUTE_LIMIT") as error:
        create_attribute(client, name="more")

    assert error.value.metadata == {"limit": str(MAX_CUSTOM_ATTRIBUTES)}


def test_option_that_someone_chose_cannot_be_removed(client: Client, on: Ground) -> None:
    """Others can."""
    size = create_attribute(
        client,
        name="size",
        type=custom_attribute_pb2.ATTRIBUTE_TYPE_SINGLE_SELECT,
        options=["small", "medium", "large"],
    )
    chosen = user_pb2.User(custom_attributes={"size": Value(string_value="large")})
    client.users.UpdateUser(user_rpc.UpdateUserRequest(by=on.by_user, user=chosen))

    def keep(*options: str) -> Any:
        return client.attributes.UpdateCustomAttribute(
            attribute_rpc.UpdateCustomAttributeRequest(
                custom_attribute_id=size.custom_attribute_id,
                custom_attribute=custom_attribute_pb2.CustomAttribute(options=options),
            )
        ).custom_attribute

    with refused("FAILED_PRECONDITION", "ATTRIBUTE_OPTION_IN_USE") as error:
        keep("small", "medium")
    assert error.value.metadata == {"option": "large"}
    assert list(keep("small", "large").options) == ["small", "large"]
