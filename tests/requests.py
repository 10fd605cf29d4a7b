"""A request for every RPC of the contract: tests of what all RPCs have in common go through this table."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.descriptor_pb2 import MethodOptions
from google.protobuf.message_factory import GetMessageClass
from google.protobuf.struct_pb2 import Value
from roster.v1 import (
    annotations_pb2,
    application_pb2,
    custom_attribute_pb2,
    management_key_pb2,
    password_pb2,
    project_pb2,
    role_pb2,
    tenant_pb2,
    user_pb2,
)
from roster.v1 import application_service_pb2 as application_rpc
from roster.v1 import auth_service_pb2 as auth_rpc
from roster.v1 import custom_attribute_service_pb2 as attribute_rpc
from roster.v1 import event_service_pb2 as event_rpc
from roster.v1 import management_key_service_pb2 as key_rpc
from roster.v1 import project_service_pb2 as project_rpc
from roster.v1 import role_service_pb2 as role_rpc
from roster.v1 import tenant_service_pb2 as tenant_rpc
from roster.v1 import user_service_pb2 as user_rpc

from server.handlers import SERVICES
from tests.calling import Client, Stream
from tests.requests_of_actions import ActionGround, action_ground, of_user_actions
from tests.requests_of_batches import of_batches
from tests.requests_of_emails import EmailGround, email_ground, of_emails
from tests.requests_of_passkeys import PasskeyGround, of_passkeys, passkey_ground
from tests.requests_of_sessions import of_sessions, session_ground
from tests.requests_of_sign_ins import SignInGround, of_sign_ins, sign_in_ground
from tests.requests_of_webhooks import WebhookGround, of_webhooks, webhook_ground

METHODS: dict[str, MethodDescriptor] = {
    f"{service.descriptor.name}/{method.name}": method
    for service in SERVICES
    for method in service.descriptor.methods
}
"""Every RPC: `RoleService/GetRole`."""


READS = [
    name
    for name, method in METHODS.items()
    if method.GetOptions().idempotency_level == MethodOptions.NO_SIDE_EFFECTS
]
WRITES = [name for name in METHODS if name not in READS]
BATCHES = [name for name, method in METHODS.items() if method.client_streaming]
"""Those that take many messages, each with items that succeed or fail."""


def required_scope(method: MethodDescriptor) -> str:
    """The scope that the contract asks of the caller's key; '' if the project suffices."""
    option: Any = annotations_pb2.required_scope
    return str(method.GetOptions().Extensions[option])


@dataclass(frozen=True)
class Ground:
    """A project with something in it for every RPC to work on."""

    project_id: str
    user: user_pb2.User
    role: role_pb2.Role
    tenant: tenant_pb2.Tenant
    application: application_pb2.Application
    attribute: custom_attribute_pb2.CustomAttribute
    key: management_key_pb2.ManagementKey
    actions: ActionGround
    webhooks: WebhookGround
    emails: EmailGround
    session: auth_rpc.SignInResponse
    """Of the user."""
    passkeys: PasskeyGround
    sign_in: SignInGround

    @property
    def by_user(self) -> user_pb2.UserRef:
        return user_pb2.UserRef(user_id=self.user.user_id)

    @property
    def by_role(self) -> role_pb2.RoleRef:
        return role_pb2.RoleRef(role_id=self.role.role_id)

    @property
    def belongings(self) -> dict[str, Any]:
        """All that a user can have of the project, as fields of a user."""
        roles = [user_pb2.RoleGrant(name="Reader")]
        return {
            "roles": roles,
            "tenants": [user_pb2.TenantMembership(tenant_id=self.tenant.tenant_id, roles=roles)],
            "applications": [user_pb2.ApplicationAccess(application_id=self.application.application_id)],
            "custom_attributes": {"level": Value(number_value=7)},
        }


PLAIN = "correct horse 1"
# Of a scheme that costs nothing to check: these tests are not about hashing.
PASSWORD = password_pb2.Password(
    hashed=password_pb2.HashedPassword(
        salted_digest=password_pb2.SaltedDigestHash(
            algorithm=password_pb2.DIGEST_ALGORITHM_SHA256,
            digest=hashlib.sha256(b"salt" + PLAIN.encode()).digest(),
            salt=b"salt",
        )
    )
)


def ground(client: Client) -> Ground:
    """Puts one of everything into the caller's project, and a test user."""
    role = client.roles.CreateRole(
        role_rpc.CreateRoleRequest(role=role_pb2.Role(name="Reader", permissions=["books:read"]))
    ).role
    tenant = client.tenants.CreateTenant(
        tenant_rpc.CreateTenantRequest(tenant=tenant_pb2.Tenant(name="Acme"))
    ).tenant
    application = client.applications.CreateApplication(
        application_rpc.CreateApplicationRequest(application=application_pb2.Application(name="Shop"))
    ).application
    attribute = client.attributes.CreateCustomAttribute(
        attribute_rpc.CreateCustomAttributeRequest(
            custom_attribute=custom_attribute_pb2.CustomAttribute(
                name="level", type=custom_attribute_pb2.ATTRIBUTE_TYPE_NUMBER
            )
        )
    ).custom_attribute
    key = client.keys.CreateManagementKey(
        key_rpc.CreateManagementKeyRequest(
            management_key=management_key_pb2.ManagementKey(display_name="Ground", scopes=["users:read"])
        )
    ).management_key
    ada = user_pb2.User(email="ada@example.com", login_ids=["ada"], given_name="Ada")
    bot = user_pb2.User(login_ids=["bot"], test=True)
    user, tester = (
        client.users.CreateUser(user_rpc.CreateUserRequest(user=one, password=PASSWORD)).user
        for one in (ada, bot)
    )
    actions = action_ground(client, user, blocked=tester)
    webhooks = webhook_ground(client)
    session = session_ground(client, "ada", PLAIN)
    return Ground(
        project_id=client.project_id,
        user=user,
        role=role,
        tenant=tenant,
        application=application,
        attribute=attribute,
        key=key,
        actions=actions,
        webhooks=webhooks,
        session=session,
        passkeys=passkey_ground(client, user, session.access_token),
        sign_in=sign_in_ground(client, PASSWORD, PLAIN),
        emails=email_ground(client),
    )


def requests(on: Ground) -> dict[str, Any]:
    """For every RPC a request that succeeds on this ground, and does all that one call of it can do."""
    return {
        **_of_users(on),
        **_of_roles(on),
        **_of_tenants(on),
        **_of_applications(on),
        **_of_custom_attributes(on),
        **_of_projects(on),
        **_of_keys(on),
        **_of_events(on),
        **of_user_actions(on),
        **of_batches(on, PASSWORD),
        **of_webhooks(on.webhooks),
        **of_emails(on),
        **of_sign_ins(on, PLAIN),
        **of_sessions(on),
        **of_passkeys(on),
    }


def _of_users(on: Ground) -> dict[str, Any]:
    tenants, applications = [on.tenant.tenant_id], [on.application.application_id]
    return {
        "UserService/CreateUser": user_rpc.CreateUserRequest(
            user=user_pb2.User(email="grace@example.com", login_ids=["grace"], **on.belongings),
            password=PASSWORD,
        ),
        "UserService/GetUser": user_rpc.GetUserRequest(by=on.by_user),
        "UserService/ExportUsers": user_rpc.ExportUsersRequest(),
        "UserService/BatchGetUsers": user_rpc.BatchGetUsersRequest(
            by=[on.by_user, user_pb2.UserRef(email="ada@example.com"), user_pb2.UserRef(login_id="nobody")]
        ),
        "UserService/ListUsers": user_rpc.ListUsersRequest(include_total_size=True),
        "UserService/SearchUsers": user_rpc.SearchUsersRequest(query="ada"),
        "UserService/UpdateUser": user_rpc.UpdateUserRequest(
            by=on.by_user,
            user=user_pb2.User(family_name="Lovelace", login_ids=["countess"], **on.belongings),
        ),
        "UserService/DeleteUser": user_rpc.DeleteUserRequest(by=on.by_user),
        "UserService/SetUserStatus": user_rpc.SetUserStatusRequest(
            by=on.by_user, status=user_pb2.USER_STATUS_INACTIVE
        ),
        "UserService/UpdateUserLoginId": user_rpc.UpdateUserLoginIdRequest(
            by=on.by_user, login_id="ada", new_login_id="lovelace"
        ),
        "UserService/ModifyUserRoles": user_rpc.ModifyUserRolesRequest(
            by=on.by_user, mode=user_rpc.MODIFY_MODE_ADD, roles=[user_pb2.RoleGrant(role_id=on.role.role_id)]
        ),
        "UserService/ModifyUserTenants": user_rpc.ModifyUserTenantsRequest(
            by=on.by_user, mode=user_rpc.MODIFY_MODE_ADD, tenant_ids=tenants
        ),
        "UserService/ModifyUserApplications": user_rpc.ModifyUserApplicationsRequest(
            by=on.by_user, mode=user_rpc.MODIFY_MODE_ADD, application_ids=applications
        ),
        "UserService/SetUserPassword": user_rpc.SetUserPasswordRequest(by=on.by_user, password=PASSWORD),
        "UserService/ExpireUserPassword": user_rpc.ExpireUserPasswordRequest(by=on.by_user),
        "UserService/CheckPermissions": user_rpc.CheckPermissionsRequest(
            by=on.by_user, permissions=["books:read"], tenant_id=on.tenant.tenant_id
        ),
        "UserService/DeleteTestUsers": user_rpc.DeleteTestUsersRequest(),
    }


def _of_roles(on: Ground) -> dict[str, Any]:
    return {
        "RoleService/CreateRole": role_rpc.CreateRoleRequest(role=role_pb2.Role(name="Writer")),
        "RoleService/GetRole": role_rpc.GetRoleRequest(by=on.by_role),
        "RoleService/ListRoles": role_rpc.ListRolesRequest(include_total_size=True),
        "RoleService/UpdateRole": role_rpc.UpdateRoleRequest(
            by=on.by_role, role=role_pb2.Role(description="Reads books")
        ),
        "RoleService/DeleteRole": role_rpc.DeleteRoleRequest(by=on.by_role),
        "RoleService/ListPermissions": role_rpc.ListPermissionsRequest(),
    }


def _of_tenants(on: Ground) -> dict[str, Any]:
    tenant_id = on.tenant.tenant_id
    return {
        "TenantService/CreateTenant": tenant_rpc.CreateTenantRequest(tenant=tenant_pb2.Tenant(name="Second")),
        "TenantService/GetTenant": tenant_rpc.GetTenantRequest(tenant_id=tenant_id),
        "TenantService/ListTenants": tenant_rpc.ListTenantsRequest(include_total_size=True),
        "TenantService/UpdateTenant": tenant_rpc.UpdateTenantRequest(
            tenant_id=tenant_id, tenant=tenant_pb2.Tenant(description="Changed")
        ),
        "TenantService/DeleteTenant": tenant_rpc.DeleteTenantRequest(tenant_id=tenant_id, force=True),
    }


def _of_applications(on: Ground) -> dict[str, Any]:
    application_id = on.application.application_id
    return {
        "ApplicationService/CreateApplication": application_rpc.CreateApplicationRequest(
            application=application_pb2.Application(name="Second")
        ),
        "ApplicationService/GetApplication": application_rpc.GetApplicationRequest(
            application_id=application_id
        ),
        "ApplicationService/ListApplications": application_rpc.ListApplicationsRequest(
            include_total_size=True
        ),
        "ApplicationService/UpdateApplication": application_rpc.UpdateApplicationRequest(
            application_id=application_id, application=application_pb2.Application(description="Changed")
        ),
        "ApplicationService/DeleteApplication": application_rpc.DeleteApplicationRequest(
            application_id=application_id, force=True
        ),
    }


def _of_custom_attributes(on: Ground) -> dict[str, Any]:
    attribute_id, text = on.attribute.custom_attribute_id, custom_attribute_pb2.ATTRIBUTE_TYPE_STRING
    another = custom_attribute_pb2.CustomAttribute(name="nickname", type=text)
    return {
        "CustomAttributeService/CreateCustomAttribute": attribute_rpc.CreateCustomAttributeRequest(
            custom_attribute=another
        ),
        "CustomAttributeService/GetCustomAttribute": attribute_rpc.GetCustomAttributeRequest(
            custom_attribute_id=attribute_id
        ),
        "CustomAttributeService/ListCustomAttributes": attribute_rpc.ListCustomAttributesRequest(
            include_total_size=True
        ),
        "CustomAttributeService/UpdateCustomAttribute": attribute_rpc.UpdateCustomAttributeRequest(
            custom_attribute_id=attribute_id,
            custom_attribute=custom_attribute_pb2.CustomAttribute(display_name="Level"),
        ),
        "CustomAttributeService/DeleteCustomAttribute": attribute_rpc.DeleteCustomAttributeRequest(
            custom_attribute_id=attribute_id
        ),
    }


def _of_projects(on: Ground) -> dict[str, Any]:
    return {
        "ProjectService/CreateProject": project_rpc.CreateProjectRequest(
            project=project_pb2.Project(display_name="Second")
        ),
        "ProjectService/GetProject": project_rpc.GetProjectRequest(project_id=on.project_id),
        "ProjectService/ListProjects": project_rpc.ListProjectsRequest(include_total_size=True),
        "ProjectService/UpdateProject": project_rpc.UpdateProjectRequest(
            project=project_pb2.Project(project_id=on.project_id, display_name="Renamed")
        ),
        "ProjectService/DeleteProject": project_rpc.DeleteProjectRequest(
            project_id=on.project_id, force=True
        ),
    }


def _of_keys(on: Ground) -> dict[str, Any]:
    return {
        "ManagementKeyService/CreateManagementKey": key_rpc.CreateManagementKeyRequest(
            management_key=management_key_pb2.ManagementKey(scopes=["users:read"])
        ),
        "ManagementKeyService/GetManagementKey": key_rpc.GetManagementKeyRequest(key_id=on.key.key_id),
        "ManagementKeyService/ListManagementKeys": key_rpc.ListManagementKeysRequest(include_total_size=True),
        "ManagementKeyService/UpdateManagementKey": key_rpc.UpdateManagementKeyRequest(
            key_id=on.key.key_id,
            management_key=management_key_pb2.ManagementKey(display_name="Renamed"),
        ),
        "ManagementKeyService/RotateManagementKey": key_rpc.RotateManagementKeyRequest(key_id=on.key.key_id),
        "ManagementKeyService/RevokeManagementKey": key_rpc.RevokeManagementKeyRequest(key_id=on.key.key_id),
    }


def _of_events(on: Ground) -> dict[str, Any]:
    return {
        "EventService/ListEvents": event_rpc.ListEventsRequest(
            types=["user.*"], subject_id=on.user.user_id, page_size=1
        ),
        "EventService/WatchEvents": event_rpc.WatchEventsRequest(types=["user.*"]),
    }


def invoke(client: Client, name: str, request: Any, **options: Any) -> Any:
    """Calls the RPC of this name; of one that is answered by many messages the first, or an empty one for
    none."""
    service, _, method = name.partition("/")
    services = {
        "UserService": client.users,
        "RoleService": client.roles,
        "TenantService": client.tenants,
        "ApplicationService": client.applications,
        "CustomAttributeService": client.attributes,
        "ProjectService": client.projects,
        "ManagementKeyService": client.keys,
        "EventService": client.events,
        "UserActionService": client.actions,
        "WebhookService": client.webhooks,
        "AuthService": client.auth,
        "EmailTemplateService": client.email_templates,
    }
    answer = getattr(services[service], method)(request, **options)
    if not isinstance(answer, Stream):
        return answer
    try:
        return next(answer, GetMessageClass(METHODS[name].output_type)())
    finally:
        answer.cancel()
