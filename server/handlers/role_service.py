"""RoleService: takes the request, calls the domain, converts the answer."""

from __future__ import annotations

from roster.v1 import role_service_pb2 as rpc

from server import convert
from server.domain.roles import SETTABLE, Roles
from server.handlers.paging import page_request
from server.interceptors.call import Call


class RoleService:
    """The roles of the caller's project."""

    def __init__(self, roles: Roles) -> None:
        self._roles = roles

    def CreateRole(self, request: rpc.CreateRoleRequest, call: Call) -> rpc.CreateRoleResponse:
        asked = request.role
        role = self._roles.create(
            call.caller,
            convert.values_of(asked, convert.populated(asked, SETTABLE), "role"),
            role_id=asked.role_id.lower(),
        )
        return rpc.CreateRoleResponse(role=convert.role_message(role))

    def GetRole(self, request: rpc.GetRoleRequest, call: Call) -> rpc.GetRoleResponse:
        role = self._roles.get(call.caller, convert.role_ref(request.by))
        return rpc.GetRoleResponse(role=convert.role_message(role))

    def ListRoles(self, request: rpc.ListRolesRequest, call: Call) -> rpc.ListRolesResponse:
        page = self._roles.list(call.caller, page_request(request, call))
        return rpc.ListRolesResponse(
            roles=[convert.role_message(role) for role in page.items],
            next_page_token=page.next_token,
            total_size=page.total,
        )

    def UpdateRole(self, request: rpc.UpdateRoleRequest, call: Call) -> rpc.UpdateRoleResponse:
        asked = request.role
        paths = convert.masked(asked, request.update_mask, tuple(SETTABLE))
        role = self._roles.update(
            call.caller,
            convert.role_ref(request.by),
            convert.values_of(asked, paths, "role"),
            asked.etag,
        )
        return rpc.UpdateRoleResponse(role=convert.role_message(role))

    def DeleteRole(self, request: rpc.DeleteRoleRequest, call: Call) -> rpc.DeleteRoleResponse:
        self._roles.delete(call.caller, convert.role_ref(request.by), force=request.force, etag=request.etag)
        return rpc.DeleteRoleResponse()

    def ListPermissions(self, request: rpc.ListPermissionsRequest, call: Call) -> rpc.ListPermissionsResponse:
        page = self._roles.list_permissions(call.caller, page_request(request, call))
        return rpc.ListPermissionsResponse(
            permissions=[
                rpc.Permission(permission=permission, role_count=roles) for permission, roles in page.items
            ],
            next_page_token=page.next_token,
        )
