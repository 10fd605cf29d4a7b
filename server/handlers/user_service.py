"""UserService: takes the request, calls the domain, converts the answer."""

from __future__ import annotations

from typing import Final

from roster.v1 import user_pb2 as pb
from roster.v1 import user_service_pb2 as rpc

from server import convert
from server.domain.user import SETTABLE
from server.domain.user_lists import UserLists
from server.domain.users import Users
from server.handlers.paging import page_request
from server.interceptors.call import Call

_UPDATABLE: Final = (*SETTABLE, "roles")


class UserService:
    """The users of the caller's project."""

    def __init__(self, users: Users, lists: UserLists) -> None:
        self._users = users
        self._lists = lists

    def CreateUser(self, request: rpc.CreateUserRequest, call: Call) -> rpc.CreateUserResponse:
        asked = request.user
        user = self._users.create(
            call.caller,
            convert.values_of(asked, convert.populated(asked, SETTABLE), "user"),
            user_id=asked.user_id.lower(),
            status=convert.user_status(asked.status or pb.USER_STATUS_INVITED),
            roles=convert.role_requests(asked.roles, "user.roles"),
        )
        return rpc.CreateUserResponse(user=convert.user_message(user))

    def GetUser(self, request: rpc.GetUserRequest, call: Call) -> rpc.GetUserResponse:
        user = self._users.get(call.caller, convert.user_ref(request.by))
        return rpc.GetUserResponse(user=convert.user_message(user))

    def BatchGetUsers(self, request: rpc.BatchGetUsersRequest, call: Call) -> rpc.BatchGetUsersResponse:
        found = self._users.batch_get(call.caller, [convert.user_ref(by) for by in request.by])
        return rpc.BatchGetUsersResponse(
            users=[convert.user_message(user) for user in found if user is not None],
            not_found=[by for by, user in zip(request.by, found, strict=True) if user is None],
        )

    def ListUsers(self, request: rpc.ListUsersRequest, call: Call) -> rpc.ListUsersResponse:
        order, _, direction = (request.order_by or "create_time desc").partition(" ")
        page = self._lists.list(
            call.caller,
            convert.user_filter(request.filter),
            order,
            direction == "desc",
            page_request(request, call),
        )
        return rpc.ListUsersResponse(
            users=[convert.user_message(user) for user in page.items],
            next_page_token=page.next_token,
            total_size=page.total,
        )

    def SearchUsers(self, request: rpc.SearchUsersRequest, call: Call) -> rpc.SearchUsersResponse:
        page = self._lists.search(
            call.caller,
            request.query,
            convert.search_field(request.search_by),
            convert.user_filter(request.filter),
            page_request(request, call),
        )
        return rpc.SearchUsersResponse(
            users=[convert.user_message(user) for user in page.items],
            next_page_token=page.next_token,
        )

    def UpdateUser(self, request: rpc.UpdateUserRequest, call: Call) -> rpc.UpdateUserResponse:
        asked = request.user
        paths = convert.masked(asked, request.update_mask, _UPDATABLE)
        roles = convert.role_requests(asked.roles, "user.roles") if "roles" in paths else None
        user = self._users.update(
            call.caller,
            convert.user_ref(request.by),
            convert.values_of(asked, [path for path in paths if path != "roles"], "user"),
            roles=roles,
            etag=asked.etag,
        )
        return rpc.UpdateUserResponse(user=convert.user_message(user))

    def DeleteUser(self, request: rpc.DeleteUserRequest, call: Call) -> rpc.DeleteUserResponse:
        self._users.delete(call.caller, convert.user_ref(request.by), request.etag)
        return rpc.DeleteUserResponse()

    def SetUserStatus(self, request: rpc.SetUserStatusRequest, call: Call) -> rpc.SetUserStatusResponse:
        user = self._users.set_status(
            call.caller, convert.user_ref(request.by), convert.user_status(request.status)
        )
        return rpc.SetUserStatusResponse(user=convert.user_message(user))

    def UpdateUserLoginId(
        self, request: rpc.UpdateUserLoginIdRequest, call: Call
    ) -> rpc.UpdateUserLoginIdResponse:
        user = self._users.update_login_id(
            call.caller,
            convert.user_ref(request.by),
            request.login_id.strip(),
            request.new_login_id.strip(),
        )
        return rpc.UpdateUserLoginIdResponse(user=convert.user_message(user))

    def ModifyUserRoles(
        self, request: rpc.ModifyUserRolesRequest, call: Call
    ) -> rpc.ModifyUserRolesResponse:
        user = self._users.modify_roles(
            call.caller,
            convert.user_ref(request.by),
            convert.MODES[request.mode],
            convert.role_requests(request.roles, "roles"),
        )
        return rpc.ModifyUserRolesResponse(user=convert.user_message(user))
