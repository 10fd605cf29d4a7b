"""A request for every RPC of the contract: tests of what all RPCs have in common go through this table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.descriptor_pb2 import MethodOptions
from roster.v1 import annotations_pb2, management_key_pb2, project_pb2, role_pb2, user_pb2
from roster.v1 import management_key_service_pb2 as key_rpc
from roster.v1 import project_service_pb2 as project_rpc
from roster.v1 import role_service_pb2 as role_rpc
from roster.v1 import user_service_pb2 as user_rpc

from server.handlers import SERVICES
from tests.calling import Client

METHODS: dict[str, MethodDescriptor] = {
    f"{service.descriptor.name}/{method.name}": method
    for service in SERVICES
    for method in service.descriptor.methods
}
"""Every RPC: `RoleService/GetRole`."""


def is_read(method: MethodDescriptor) -> bool:
    """Whether the contract says that the RPC changes nothing."""
    level: int = method.GetOptions().idempotency_level
    return level == MethodOptions.NO_SIDE_EFFECTS


READS = [name for name, method in METHODS.items() if is_read(method)]
WRITES = [name for name, method in METHODS.items() if not is_read(method)]


def required_scope(method: MethodDescriptor) -> str:
    """The scope that the contract asks of the caller's key."""
    option: Any = annotations_pb2.required_scope
    scope: str = method.GetOptions().Extensions[option]
    return scope


@dataclass(frozen=True)
class Ground:
    """A project with something in it for every RPC to work on."""

    project_id: str
    user: user_pb2.User
    role: role_pb2.Role
    key: management_key_pb2.ManagementKey

    @property
    def by_user(self) -> user_pb2.UserRef:
        return user_pb2.UserRef(user_id=self.user.user_id)

    @property
    def by_role(self) -> role_pb2.RoleRef:
        return role_pb2.RoleRef(role_id=self.role.role_id)


def ground(client: Client) -> Ground:
    """Puts a role, a user and a key into the caller's project."""
    role = client.roles.CreateRole(
        role_rpc.CreateRoleRequest(role=role_pb2.Role(name="Reader", permissions=["books:read"]))
    ).role
    user = client.users.CreateUser(
        user_rpc.CreateUserRequest(
            user=user_pb2.User(email="ada@example.com", login_ids=["ada"], given_name="Ada")
        )
    ).user
    key = client.keys.CreateManagementKey(
        key_rpc.CreateManagementKeyRequest(
            management_key=management_key_pb2.ManagementKey(display_name="Ground", scopes=["users:read"])
        )
    ).management_key
    return Ground(client.project_id, user, role, key)


def requests(on: Ground) -> dict[str, Any]:
    """For every RPC a request that succeeds on this ground, and does all that one call of it can do."""
    return {
        "UserService/CreateUser": user_rpc.CreateUserRequest(
            user=user_pb2.User(
                email="grace@example.com", login_ids=["grace"], roles=[user_pb2.RoleGrant(name="Reader")]
            )
        ),
        "UserService/GetUser": user_rpc.GetUserRequest(by=on.by_user),
        "UserService/BatchGetUsers": user_rpc.BatchGetUsersRequest(
            by=[on.by_user, user_pb2.UserRef(email="ada@example.com"), user_pb2.UserRef(login_id="nobody")]
        ),
        "UserService/ListUsers": user_rpc.ListUsersRequest(include_total_size=True),
        "UserService/SearchUsers": user_rpc.SearchUsersRequest(query="ada"),
        "UserService/UpdateUser": user_rpc.UpdateUserRequest(
            by=on.by_user,
            user=user_pb2.User(
                family_name="Lovelace", login_ids=["countess"], roles=[user_pb2.RoleGrant(name="Reader")]
            ),
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
        "RoleService/CreateRole": role_rpc.CreateRoleRequest(role=role_pb2.Role(name="Writer")),
        "RoleService/GetRole": role_rpc.GetRoleRequest(by=on.by_role),
        "RoleService/ListRoles": role_rpc.ListRolesRequest(include_total_size=True),
        "RoleService/UpdateRole": role_rpc.UpdateRoleRequest(
            by=on.by_role, role=role_pb2.Role(description="Reads books")
        ),
        "RoleService/DeleteRole": role_rpc.DeleteRoleRequest(by=on.by_role),
        "RoleService/ListPermissions": role_rpc.ListPermissionsRequest(),
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


def invoke(client: Client, name: str, request: Any, **options: Any) -> Any:
    """Calls the RPC of this name."""
    service, _, method = name.partition("/")
    services = {
        "UserService": client.users,
        "RoleService": client.roles,
        "ProjectService": client.projects,
        "ManagementKeyService": client.keys,
    }
    return getattr(services[service], method)(request, **options)
