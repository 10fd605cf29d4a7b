"""UserService: takes the request, calls the domain, converts the answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from roster.v1 import user_batch_pb2 as batch
from roster.v1 import user_pb2 as pb
from roster.v1 import user_service_pb2 as rpc

from server import convert
from server.config import MAX_PLAIN_PASSWORDS
from server.domain.holdings import Wishes
from server.domain.memberships import Memberships
from server.domain.new_users import NewUser, Past
from server.domain.permissions import Permissions
from server.domain.user import SETTABLE, UserRef
from server.domain.user_batch_changes import UserBatchChanges, UserUpdate
from server.domain.user_batches import UserBatches
from server.domain.user_exports import UserExports
from server.domain.user_lists import UserLists
from server.domain.user_passwords import UserPasswords
from server.domain.user_statuses import UserStatuses
from server.domain.users import Users
from server.domain.welcomes import Welcome
from server.errors import Error, Reason, Violation
from server.handlers.batches import Batches, Kind
from server.handlers.paging import fitted, page_request
from server.handlers.streams import line_of
from server.handlers.user_sign_ins import SignInParts, UserSignIns
from server.interceptors.call import Call, Checked

_HOLDINGS: Final = ("roles", "tenants", "applications", "custom_attributes")
_UPDATABLE: Final = (*SETTABLE, *_HOLDINGS)


class UserService(UserSignIns):
    """The users of the caller's project."""

    def __init__(  # noqa: PLR0913, PLR0917 - a part for each kind of use case
        self,
        users: Users,
        lists: UserLists,
        statuses: UserStatuses,
        memberships: Memberships,
        passwords: UserPasswords,
        permissions: Permissions,
        creations: UserBatches,
        changes: UserBatchChanges,
        batches: Batches,
        exports: UserExports[batch.ExportedUser],
        sign_ins: SignInParts,
    ) -> None:
        super().__init__(sign_ins)
        self._users = users
        self._lists = lists
        self._statuses = statuses
        self._memberships = memberships
        self._passwords = passwords
        self._permissions = permissions
        self._creations = creations
        self._changes = changes
        self._batches = batches
        self._exports = exports

    def CreateUser(self, request: rpc.CreateUserRequest, call: Call) -> rpc.CreateUserResponse:
        asked = request.user
        has_password = request.HasField("password")
        user = self._users.create(
            call.caller,
            convert.values_of(asked, convert.populated(asked, SETTABLE), "user"),
            _wishes(asked, _HOLDINGS),
            user_id=asked.user_id.lower(),
            status=convert.user_status(asked.status or pb.USER_STATUS_INVITED),
            password=convert.new_password(request.password) if has_password else None,
            welcome=Welcome(request.invite, request.send_verification_email),
        )
        return rpc.CreateUserResponse(user=convert.user_message(user))

    def GetUser(self, request: rpc.GetUserRequest, call: Call) -> rpc.GetUserResponse:
        user = self._users.get(call.caller, convert.user_ref(request.by, call.caller))
        response = rpc.GetUserResponse()
        convert.write_user(response.user, user)
        return response

    def BatchGetUsers(self, request: rpc.BatchGetUsersRequest, call: Call) -> rpc.BatchGetUsersResponse:
        found = self._users.batch_get(call.caller, [convert.user_ref(by, call.caller) for by in request.by])
        response = rpc.BatchGetUsersResponse(
            not_found=[by for by, user in zip(request.by, found, strict=True) if user is None]
        )
        convert.add_users(response.users, (user for user in found if user is not None))
        return response

    def ListUsers(self, request: rpc.ListUsersRequest, call: Call) -> rpc.ListUsersResponse:
        order, _, direction = (request.order_by or "create_time desc").partition(" ")
        page = self._lists.list(
            call.caller,
            convert.user_filter(request.filter),
            order,
            direction == "desc",
            page_request(request, call),
        )
        response = rpc.ListUsersResponse(total_size=page.total)
        convert.add_users(response.users, page.items)
        response.next_page_token = fitted(response.users, page)
        return response

    def SearchUsers(self, request: rpc.SearchUsersRequest, call: Call) -> rpc.SearchUsersResponse:
        page = self._lists.search(
            call.caller,
            request.query,
            convert.search_field(request.search_by),
            convert.user_filter(request.filter),
            page_request(request, call),
        )
        response = rpc.SearchUsersResponse()
        convert.add_users(response.users, page.items)
        response.next_page_token = fitted(response.users, page)
        return response

    def UpdateUser(self, request: rpc.UpdateUserRequest, call: Call) -> rpc.UpdateUserResponse:
        asked = request.user
        paths = convert.masked(asked, request.update_mask, _UPDATABLE)
        user = self._users.update(
            call.caller,
            convert.user_ref(request.by, call.caller),
            convert.values_of(asked, [path for path in paths if path in SETTABLE], "user"),
            _wishes(asked, paths, convert.named_attributes(request.update_mask)),
            etag=asked.etag,
        )
        return rpc.UpdateUserResponse(user=convert.user_message(user))

    def DeleteUser(self, request: rpc.DeleteUserRequest, call: Call) -> rpc.DeleteUserResponse:
        self._users.delete(call.caller, convert.user_ref(request.by, call.caller), request.etag)
        return rpc.DeleteUserResponse()

    def SetUserStatus(self, request: rpc.SetUserStatusRequest, call: Call) -> rpc.SetUserStatusResponse:
        user = self._statuses.set(
            call.caller, convert.user_ref(request.by, call.caller), convert.user_status(request.status)
        )
        return rpc.SetUserStatusResponse(user=convert.user_message(user))

    def UpdateUserLoginId(
        self, request: rpc.UpdateUserLoginIdRequest, call: Call
    ) -> rpc.UpdateUserLoginIdResponse:
        user = self._users.update_login_id(
            call.caller,
            convert.user_ref(request.by, call.caller),
            request.login_id.strip(),
            request.new_login_id.strip(),
        )
        return rpc.UpdateUserLoginIdResponse(user=convert.user_message(user))

    def ModifyUserRoles(self, request: rpc.ModifyUserRolesRequest, call: Call) -> rpc.ModifyUserRolesResponse:
        user = self._memberships.modify_roles(
            call.caller,
            convert.user_ref(request.by, call.caller),
            convert.MODES[request.mode],
            convert.role_requests(request.roles, "roles"),
            request.tenant_id.lower(),
        )
        return rpc.ModifyUserRolesResponse(user=convert.user_message(user))

    def ModifyUserTenants(
        self, request: rpc.ModifyUserTenantsRequest, call: Call
    ) -> rpc.ModifyUserTenantsResponse:
        user = self._memberships.modify_tenants(
            call.caller,
            convert.user_ref(request.by, call.caller),
            convert.MODES[request.mode],
            [tenant_id.lower() for tenant_id in request.tenant_ids],
        )
        return rpc.ModifyUserTenantsResponse(user=convert.user_message(user))

    def ModifyUserApplications(
        self, request: rpc.ModifyUserApplicationsRequest, call: Call
    ) -> rpc.ModifyUserApplicationsResponse:
        user = self._memberships.modify_applications(
            call.caller,
            convert.user_ref(request.by, call.caller),
            convert.MODES[request.mode],
            [application_id.lower() for application_id in request.application_ids],
        )
        return rpc.ModifyUserApplicationsResponse(user=convert.user_message(user))

    def SetUserPassword(self, request: rpc.SetUserPasswordRequest, call: Call) -> rpc.SetUserPasswordResponse:
        user = self._passwords.set(
            call.caller, convert.user_ref(request.by, call.caller), convert.new_password(request.password)
        )
        return rpc.SetUserPasswordResponse(user=convert.user_message(user))

    def ExpireUserPassword(
        self, request: rpc.ExpireUserPasswordRequest, call: Call
    ) -> rpc.ExpireUserPasswordResponse:
        user = self._passwords.expire(call.caller, convert.user_ref(request.by, call.caller))
        return rpc.ExpireUserPasswordResponse(user=convert.user_message(user))

    def CheckPermissions(
        self, request: rpc.CheckPermissionsRequest, call: Call
    ) -> rpc.CheckPermissionsResponse:
        check = self._permissions.check(
            call.caller,
            convert.user_ref(request.by, call.caller),
            request.permissions,
            request.tenant_id.lower(),
        )
        return convert.check_message(check)

    def BatchCreateUsers(
        self, requests: Iterator[Checked], call: Call
    ) -> Iterator[batch.BatchCreateUsersResponse]:
        def prepare(item: batch.CreateUsersItem) -> NewUser:
            asked = item.user
            past = Past(
                convert.within("user", convert.instant, asked, "create_time"),
                convert.within("user", convert.instant, asked, "last_login_time"),
                item.blocked,
            )
            present = convert.populated(asked, _UPDATABLE)
            return self._creations.prepare(
                call.caller,
                convert.values_of(asked, [name for name in present if name in SETTABLE], "user"),
                _wishes(asked, present),
                past,
                user_id=asked.user_id.lower(),
                status=convert.user_status(asked.status or pb.USER_STATUS_INVITED),
                password=convert.new_password(item.password) if item.HasField("password") else None,
            )

        kind = Kind(
            prepare,
            self._creations.create,
            convert.user_result,
            batch.BatchCreateUsersResponse,
            welcomes=True,
            check=_require_few_plain_passwords,
        )
        return self._batches.run(requests, call, kind)

    def BatchUpdateUsers(
        self, requests: Iterator[Checked], call: Call
    ) -> Iterator[batch.BatchUpdateUsersResponse]:
        def prepare(item: batch.UpdateUsersItem) -> UserUpdate:
            asked = item.user
            paths = convert.masked(asked, item.update_mask, _UPDATABLE)
            return UserUpdate.of(
                convert.user_ref(item.by, call.caller),
                convert.values_of(asked, [path for path in paths if path in SETTABLE], "user"),
                _wishes(asked, paths, convert.named_attributes(item.update_mask)),
                asked.etag,
            )

        kind = Kind(prepare, self._changes.update, convert.user_result, batch.BatchUpdateUsersResponse)
        return self._batches.run(requests, call, kind)

    def BatchDeleteUsers(
        self, requests: Iterator[Checked], call: Call
    ) -> Iterator[batch.BatchDeleteUsersResponse]:
        def prepare(item: batch.DeleteUsersItem) -> UserRef:
            return convert.user_ref(item.by, call.caller)

        kind = Kind(prepare, self._changes.delete, convert.user_result, batch.BatchDeleteUsersResponse)
        return self._batches.run(requests, call, kind)

    def ExportUsers(self, request: rpc.ExportUsersRequest, call: Call) -> Iterator[rpc.ExportUsersResponse]:
        asked = convert.export_request(request)
        export = self._exports.begin(call.caller, asked, line_of(call, asked.require_scope))
        if not call.context.add_callback(export.leave):
            return
        for items, resume_token in self._exports.messages(export):
            yield rpc.ExportUsersResponse(items=items, resume_token=resume_token)

    def DeleteTestUsers(self, request: rpc.DeleteTestUsersRequest, call: Call) -> rpc.DeleteTestUsersResponse:
        return rpc.DeleteTestUsersResponse(deleted_count=self._users.delete_test_users(call.caller))


def _require_few_plain_passwords(message: batch.BatchCreateUsersRequest) -> None:
    """Raises FIELDS_INVALID for more than are hashed in the time that a client waits."""
    if sum(bool(item.password.plain) for item in message.items) > MAX_PLAIN_PASSWORDS:
        problem = f"must hold no more than {MAX_PLAIN_PASSWORDS} plain passwords"
        raise Error(Reason.FIELDS_INVALID, violations=[Violation("items", problem)])


def _wishes(asked: pb.User, paths: Sequence[str], attributes: Sequence[str] = ()) -> Wishes:
    """What the user is to hold, of what these paths name; `attributes` are those named one by one."""
    whole = "custom_attributes" in paths
    names = [*asked.custom_attributes, *attributes] if whole else attributes
    return Wishes(
        roles=convert.role_requests(asked.roles, "user.roles") if "roles" in paths else None,
        tenants=convert.tenant_requests(asked.tenants) if "tenants" in paths else None,
        application_ids=tuple([access.application_id.lower() for access in asked.applications])
        if "applications" in paths
        else None,
        attributes=convert.attribute_values(asked, names) if whole or names else None,
        other_attributes_stay=not whole,
    )
