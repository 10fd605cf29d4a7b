import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from roster.v1 import annotations_pb2 as _annotations_pb2_1
from roster.v1 import passkey_pb2 as _passkey_pb2
from roster.v1 import password_pb2 as _password_pb2
from roster.v1 import role_pb2 as _role_pb2
from roster.v1 import session_pb2 as _session_pb2
from roster.v1 import user_pb2 as _user_pb2
from roster.v1 import user_action_pb2 as _user_action_pb2
from roster.v1 import user_batch_pb2 as _user_batch_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class TestUsers(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TEST_USERS_UNSPECIFIED: _ClassVar[TestUsers]
    TEST_USERS_EXCLUDE: _ClassVar[TestUsers]
    TEST_USERS_INCLUDE: _ClassVar[TestUsers]
    TEST_USERS_ONLY: _ClassVar[TestUsers]

class SearchBy(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SEARCH_BY_UNSPECIFIED: _ClassVar[SearchBy]
    SEARCH_BY_ALL: _ClassVar[SearchBy]
    SEARCH_BY_EMAIL: _ClassVar[SearchBy]
    SEARCH_BY_GIVEN_NAME: _ClassVar[SearchBy]
    SEARCH_BY_FAMILY_NAME: _ClassVar[SearchBy]
    SEARCH_BY_MIDDLE_NAME: _ClassVar[SearchBy]
    SEARCH_BY_DISPLAY_NAME: _ClassVar[SearchBy]
    SEARCH_BY_PHONE_NUMBER: _ClassVar[SearchBy]
    SEARCH_BY_LOGIN_ID: _ClassVar[SearchBy]

class ModifyMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MODIFY_MODE_UNSPECIFIED: _ClassVar[ModifyMode]
    MODIFY_MODE_ADD: _ClassVar[ModifyMode]
    MODIFY_MODE_SET: _ClassVar[ModifyMode]
    MODIFY_MODE_REMOVE: _ClassVar[ModifyMode]
TEST_USERS_UNSPECIFIED: TestUsers
TEST_USERS_EXCLUDE: TestUsers
TEST_USERS_INCLUDE: TestUsers
TEST_USERS_ONLY: TestUsers
SEARCH_BY_UNSPECIFIED: SearchBy
SEARCH_BY_ALL: SearchBy
SEARCH_BY_EMAIL: SearchBy
SEARCH_BY_GIVEN_NAME: SearchBy
SEARCH_BY_FAMILY_NAME: SearchBy
SEARCH_BY_MIDDLE_NAME: SearchBy
SEARCH_BY_DISPLAY_NAME: SearchBy
SEARCH_BY_PHONE_NUMBER: SearchBy
SEARCH_BY_LOGIN_ID: SearchBy
MODIFY_MODE_UNSPECIFIED: ModifyMode
MODIFY_MODE_ADD: ModifyMode
MODIFY_MODE_SET: ModifyMode
MODIFY_MODE_REMOVE: ModifyMode

class CreateUserRequest(_message.Message):
    __slots__ = ("user", "password", "invite", "send_verification_email", "request_id")
    USER_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    INVITE_FIELD_NUMBER: _ClassVar[int]
    SEND_VERIFICATION_EMAIL_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    user: _user_pb2.User
    password: _password_pb2.Password
    invite: bool
    send_verification_email: bool
    request_id: str
    def __init__(self, user: _Optional[_Union[_user_pb2.User, _Mapping]] = ..., password: _Optional[_Union[_password_pb2.Password, _Mapping]] = ..., invite: _Optional[bool] = ..., send_verification_email: _Optional[bool] = ..., request_id: _Optional[str] = ...) -> None: ...

class CreateUserResponse(_message.Message):
    __slots__ = ("user",)
    USER_FIELD_NUMBER: _ClassVar[int]
    user: _user_pb2.User
    def __init__(self, user: _Optional[_Union[_user_pb2.User, _Mapping]] = ...) -> None: ...

class GetUserRequest(_message.Message):
    __slots__ = ("by",)
    BY_FIELD_NUMBER: _ClassVar[int]
    by: _user_pb2.UserRef
    def __init__(self, by: _Optional[_Union[_user_pb2.UserRef, _Mapping]] = ...) -> None: ...

class GetUserResponse(_message.Message):
    __slots__ = ("user",)
    USER_FIELD_NUMBER: _ClassVar[int]
    user: _user_pb2.User
    def __init__(self, user: _Optional[_Union[_user_pb2.User, _Mapping]] = ...) -> None: ...

class BatchGetUsersRequest(_message.Message):
    __slots__ = ("by",)
    BY_FIELD_NUMBER: _ClassVar[int]
    by: _containers.RepeatedCompositeFieldContainer[_user_pb2.UserRef]
    def __init__(self, by: _Optional[_Iterable[_Union[_user_pb2.UserRef, _Mapping]]] = ...) -> None: ...

class BatchGetUsersResponse(_message.Message):
    __slots__ = ("users", "not_found")
    USERS_FIELD_NUMBER: _ClassVar[int]
    NOT_FOUND_FIELD_NUMBER: _ClassVar[int]
    users: _containers.RepeatedCompositeFieldContainer[_user_pb2.User]
    not_found: _containers.RepeatedCompositeFieldContainer[_user_pb2.UserRef]
    def __init__(self, users: _Optional[_Iterable[_Union[_user_pb2.User, _Mapping]]] = ..., not_found: _Optional[_Iterable[_Union[_user_pb2.UserRef, _Mapping]]] = ...) -> None: ...

class UserFilter(_message.Message):
    __slots__ = ("any_roles", "all_roles", "statuses", "email_verified", "phone_number_verified", "created_after", "created_before", "updated_after", "updated_before", "user_ids", "emails", "phone_numbers", "login_ids", "tenant_ids", "tenant_roles", "application_ids", "active_user_action_ids", "auth_methods", "attributes", "last_login_after", "last_login_before", "test_users")
    ANY_ROLES_FIELD_NUMBER: _ClassVar[int]
    ALL_ROLES_FIELD_NUMBER: _ClassVar[int]
    STATUSES_FIELD_NUMBER: _ClassVar[int]
    EMAIL_VERIFIED_FIELD_NUMBER: _ClassVar[int]
    PHONE_NUMBER_VERIFIED_FIELD_NUMBER: _ClassVar[int]
    CREATED_AFTER_FIELD_NUMBER: _ClassVar[int]
    CREATED_BEFORE_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AFTER_FIELD_NUMBER: _ClassVar[int]
    UPDATED_BEFORE_FIELD_NUMBER: _ClassVar[int]
    USER_IDS_FIELD_NUMBER: _ClassVar[int]
    EMAILS_FIELD_NUMBER: _ClassVar[int]
    PHONE_NUMBERS_FIELD_NUMBER: _ClassVar[int]
    LOGIN_IDS_FIELD_NUMBER: _ClassVar[int]
    TENANT_IDS_FIELD_NUMBER: _ClassVar[int]
    TENANT_ROLES_FIELD_NUMBER: _ClassVar[int]
    APPLICATION_IDS_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_USER_ACTION_IDS_FIELD_NUMBER: _ClassVar[int]
    AUTH_METHODS_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    LAST_LOGIN_AFTER_FIELD_NUMBER: _ClassVar[int]
    LAST_LOGIN_BEFORE_FIELD_NUMBER: _ClassVar[int]
    TEST_USERS_FIELD_NUMBER: _ClassVar[int]
    any_roles: _containers.RepeatedCompositeFieldContainer[_role_pb2.RoleRef]
    all_roles: _containers.RepeatedCompositeFieldContainer[_role_pb2.RoleRef]
    statuses: _containers.RepeatedScalarFieldContainer[_user_pb2.UserStatus]
    email_verified: bool
    phone_number_verified: bool
    created_after: _timestamp_pb2.Timestamp
    created_before: _timestamp_pb2.Timestamp
    updated_after: _timestamp_pb2.Timestamp
    updated_before: _timestamp_pb2.Timestamp
    user_ids: _containers.RepeatedScalarFieldContainer[str]
    emails: _containers.RepeatedScalarFieldContainer[str]
    phone_numbers: _containers.RepeatedScalarFieldContainer[str]
    login_ids: _containers.RepeatedScalarFieldContainer[str]
    tenant_ids: _containers.RepeatedScalarFieldContainer[str]
    tenant_roles: _containers.RepeatedCompositeFieldContainer[TenantRole]
    application_ids: _containers.RepeatedScalarFieldContainer[str]
    active_user_action_ids: _containers.RepeatedScalarFieldContainer[str]
    auth_methods: _containers.RepeatedScalarFieldContainer[_user_pb2.AuthMethod]
    attributes: _containers.RepeatedCompositeFieldContainer[AttributeCondition]
    last_login_after: _timestamp_pb2.Timestamp
    last_login_before: _timestamp_pb2.Timestamp
    test_users: TestUsers
    def __init__(self, any_roles: _Optional[_Iterable[_Union[_role_pb2.RoleRef, _Mapping]]] = ..., all_roles: _Optional[_Iterable[_Union[_role_pb2.RoleRef, _Mapping]]] = ..., statuses: _Optional[_Iterable[_Union[_user_pb2.UserStatus, str]]] = ..., email_verified: _Optional[bool] = ..., phone_number_verified: _Optional[bool] = ..., created_after: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., created_before: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., updated_after: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., updated_before: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., user_ids: _Optional[_Iterable[str]] = ..., emails: _Optional[_Iterable[str]] = ..., phone_numbers: _Optional[_Iterable[str]] = ..., login_ids: _Optional[_Iterable[str]] = ..., tenant_ids: _Optional[_Iterable[str]] = ..., tenant_roles: _Optional[_Iterable[_Union[TenantRole, _Mapping]]] = ..., application_ids: _Optional[_Iterable[str]] = ..., active_user_action_ids: _Optional[_Iterable[str]] = ..., auth_methods: _Optional[_Iterable[_Union[_user_pb2.AuthMethod, str]]] = ..., attributes: _Optional[_Iterable[_Union[AttributeCondition, _Mapping]]] = ..., last_login_after: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., last_login_before: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., test_users: _Optional[_Union[TestUsers, str]] = ...) -> None: ...

class TenantRole(_message.Message):
    __slots__ = ("tenant_id", "role")
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    tenant_id: str
    role: _role_pb2.RoleRef
    def __init__(self, tenant_id: _Optional[str] = ..., role: _Optional[_Union[_role_pb2.RoleRef, _Mapping]] = ...) -> None: ...

class AttributeCondition(_message.Message):
    __slots__ = ("name", "equals", "range")
    NAME_FIELD_NUMBER: _ClassVar[int]
    EQUALS_FIELD_NUMBER: _ClassVar[int]
    RANGE_FIELD_NUMBER: _ClassVar[int]
    name: str
    equals: _struct_pb2.Value
    range: AttributeRange
    def __init__(self, name: _Optional[str] = ..., equals: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ..., range: _Optional[_Union[AttributeRange, _Mapping]] = ...) -> None: ...

class AttributeRange(_message.Message):
    __slots__ = ("at_least", "less_than")
    AT_LEAST_FIELD_NUMBER: _ClassVar[int]
    LESS_THAN_FIELD_NUMBER: _ClassVar[int]
    at_least: _struct_pb2.Value
    less_than: _struct_pb2.Value
    def __init__(self, at_least: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ..., less_than: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ...) -> None: ...

class ListUsersRequest(_message.Message):
    __slots__ = ("filter", "order_by", "page_size", "page_token", "skip", "include_total_size")
    FILTER_FIELD_NUMBER: _ClassVar[int]
    ORDER_BY_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SKIP_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_TOTAL_SIZE_FIELD_NUMBER: _ClassVar[int]
    filter: UserFilter
    order_by: str
    page_size: int
    page_token: str
    skip: int
    include_total_size: bool
    def __init__(self, filter: _Optional[_Union[UserFilter, _Mapping]] = ..., order_by: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., skip: _Optional[int] = ..., include_total_size: _Optional[bool] = ...) -> None: ...

class ListUsersResponse(_message.Message):
    __slots__ = ("users", "next_page_token", "total_size")
    USERS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SIZE_FIELD_NUMBER: _ClassVar[int]
    users: _containers.RepeatedCompositeFieldContainer[_user_pb2.User]
    next_page_token: str
    total_size: int
    def __init__(self, users: _Optional[_Iterable[_Union[_user_pb2.User, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., total_size: _Optional[int] = ...) -> None: ...

class SearchUsersRequest(_message.Message):
    __slots__ = ("query", "search_by", "filter", "page_size", "page_token")
    QUERY_FIELD_NUMBER: _ClassVar[int]
    SEARCH_BY_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    query: str
    search_by: SearchBy
    filter: UserFilter
    page_size: int
    page_token: str
    def __init__(self, query: _Optional[str] = ..., search_by: _Optional[_Union[SearchBy, str]] = ..., filter: _Optional[_Union[UserFilter, _Mapping]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class SearchUsersResponse(_message.Message):
    __slots__ = ("users", "next_page_token")
    USERS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    users: _containers.RepeatedCompositeFieldContainer[_user_pb2.User]
    next_page_token: str
    def __init__(self, users: _Optional[_Iterable[_Union[_user_pb2.User, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class UpdateUserRequest(_message.Message):
    __slots__ = ("by", "user", "update_mask", "request_id")
    BY_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    by: _user_pb2.UserRef
    user: _user_pb2.User
    update_mask: _field_mask_pb2.FieldMask
    request_id: str
    def __init__(self, by: _Optional[_Union[_user_pb2.UserRef, _Mapping]] = ..., user: _Optional[_Union[_user_pb2.User, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class UpdateUserResponse(_message.Message):
    __slots__ = ("user",)
    USER_FIELD_NUMBER: _ClassVar[int]
    user: _user_pb2.User
    def __init__(self, user: _Optional[_Union[_user_pb2.User, _Mapping]] = ...) -> None: ...

class DeleteUserRequest(_message.Message):
    __slots__ = ("by", "etag", "request_id")
    BY_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    by: _user_pb2.UserRef
    etag: str
    request_id: str
    def __init__(self, by: _Optional[_Union[_user_pb2.UserRef, _Mapping]] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class DeleteUserResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class SetUserStatusRequest(_message.Message):
    __slots__ = ("by", "status", "request_id")
    BY_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    by: _user_pb2.UserRef
    status: _user_pb2.UserStatus
    request_id: str
    def __init__(self, by: _Optional[_Union[_user_pb2.UserRef, _Mapping]] = ..., status: _Optional[_Union[_user_pb2.UserStatus, str]] = ..., request_id: _Optional[str] = ...) -> None: ...

class SetUserStatusResponse(_message.Message):
    __slots__ = ("user",)
    USER_FIELD_NUMBER: _ClassVar[int]
    user: _user_pb2.User
    def __init__(self, user: _Optional[_Union[_user_pb2.User, _Mapping]] = ...) -> None: ...

class UpdateUserLoginIdRequest(_message.Message):
    __slots__ = ("by", "login_id", "new_login_id", "request_id")
    BY_FIELD_NUMBER: _ClassVar[int]
    LOGIN_ID_FIELD_NUMBER: _ClassVar[int]
    NEW_LOGIN_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    by: _user_pb2.UserRef
    login_id: str
    new_login_id: str
    request_id: str
    def __init__(self, by: _Optional[_Union[_user_pb2.UserRef, _Mapping]] = ..., login_id: _Optional[str] = ..., new_login_id: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class UpdateUserLoginIdResponse(_message.Message):
    __slots__ = ("user",)
    USER_FIELD_NUMBER: _ClassVar[int]
    user: _user_pb2.User
    def __init__(self, user: _Optional[_Union[_user_pb2.User, _Mapping]] = ...) -> None: ...

class ModifyUserRolesRequest(_message.Message):
    __slots__ = ("by", "mode", "roles", "tenant_id", "request_id")
    BY_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    ROLES_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    by: _user_pb2.UserRef
    mode: ModifyMode
    roles: _containers.RepeatedCompositeFieldContainer[_user_pb2.RoleGrant]
    tenant_id: str
    request_id: str
    def __init__(self, by: _Optional[_Union[_user_pb2.UserRef, _Mapping]] = ..., mode: _Optional[_Union[ModifyMode, str]] = ..., roles: _Optional[_Iterable[_Union[_user_pb2.RoleGrant, _Mapping]]] = ..., tenant_id: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class ModifyUserRolesResponse(_message.Message):
    __slots__ = ("user",)
    USER_FIELD_NUMBER: _ClassVar[int]
    user: _user_pb2.User
    def __init__(self, user: _Optional[_Union[_user_pb2.User, _Mapping]] = ...) -> None: ...

class ModifyUserTenantsRequest(_message.Message):
    __slots__ = ("by", "mode", "tenant_ids", "request_id")
    BY_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    TENANT_IDS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    by: _user_pb2.UserRef
    mode: ModifyMode
    tenant_ids: _containers.RepeatedScalarFieldContainer[str]
    request_id: str
    def __init__(self, by: _Optional[_Union[_user_pb2.UserRef, _Mapping]] = ..., mode: _Optional[_Union[ModifyMode, str]] = ..., tenant_ids: _Optional[_Iterable[str]] = ..., request_id: _Optional[str] = ...) -> None: ...

class ModifyUserTenantsResponse(_message.Message):
    __slots__ = ("user",)
    USER_FIELD_NUMBER: _ClassVar[int]
    user: _user_pb2.User
    def __init__(self, user: _Optional[_Union[_user_pb2.User, _Mapping]] = ...) -> None: ...

class ModifyUserApplicationsRequest(_message.Message):
    __slots__ = ("by", "mode", "application_ids", "request_id")
    BY_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    APPLICATION_IDS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    by: _user_pb2.UserRef
    mode: ModifyMode
    application_ids: _containers.RepeatedScalarFieldContainer[str]
    request_id: str
    def __init__(self, by: _Optional[_Union[_user_pb2.UserRef, _Mapping]] = ..., mode: _Optional[_Union[ModifyMode, str]] = ..., application_ids: _Optional[_Iterable[str]] = ..., request_id: _Optional[str] = ...) -> None: ...

class ModifyUserApplicationsResponse(_message.Message):
    __slots__ = ("user",)
    USER_FIELD_NUMBER: _ClassVar[int]
    user: _user_pb2.User
    def __init__(self, user: _Optional[_Union[_user_pb2.User, _Mapping]] = ...) -> None: ...

class SetUserPasswordRequest(_message.Message):
    __slots__ = ("by", "password", "request_id")
    BY_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    by: _user_pb2.UserRef
    password: _password_pb2.Password
    request_id: str
    def __init__(self, by: _Optional[_Union[_user_pb2.UserRef, _Mapping]] = ..., password: _Optional[_Union[_password_pb2.Password, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class SetUserPasswordResponse(_message.Message):
    __slots__ = ("user",)
    USER_FIELD_NUMBER: _ClassVar[int]
    user: _user_pb2.User
    def __init__(self, user: _Optional[_Union[_user_pb2.User, _Mapping]] = ...) -> None: ...

class ExpireUserPasswordRequest(_message.Message):
    __slots__ = ("by", "request_id")
    BY_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    by: _user_pb2.UserRef
    request_id: str
    def __init__(self, by: _Optional[_Union[_user_pb2.UserRef, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class ExpireUserPasswordResponse(_message.Message):
    __slots__ = ("user",)
    USER_FIELD_NUMBER: _ClassVar[int]
    user: _user_pb2.User
    def __init__(self, user: _Optional[_Union[_user_pb2.User, _Mapping]] = ...) -> None: ...

class CheckPermissionsRequest(_message.Message):
    __slots__ = ("by", "permissions", "tenant_id")
    BY_FIELD_NUMBER: _ClassVar[int]
    PERMISSIONS_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    by: _user_pb2.UserRef
    permissions: _containers.RepeatedScalarFieldContainer[str]
    tenant_id: str
    def __init__(self, by: _Optional[_Union[_user_pb2.UserRef, _Mapping]] = ..., permissions: _Optional[_Iterable[str]] = ..., tenant_id: _Optional[str] = ...) -> None: ...

class CheckPermissionsResponse(_message.Message):
    __slots__ = ("results", "status", "login_preventions")
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    LOGIN_PREVENTIONS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[PermissionResult]
    status: _user_pb2.UserStatus
    login_preventions: _containers.RepeatedCompositeFieldContainer[_user_action_pb2.LoginPrevention]
    def __init__(self, results: _Optional[_Iterable[_Union[PermissionResult, _Mapping]]] = ..., status: _Optional[_Union[_user_pb2.UserStatus, str]] = ..., login_preventions: _Optional[_Iterable[_Union[_user_action_pb2.LoginPrevention, _Mapping]]] = ...) -> None: ...

class PermissionResult(_message.Message):
    __slots__ = ("permission", "allowed", "sources")
    PERMISSION_FIELD_NUMBER: _ClassVar[int]
    ALLOWED_FIELD_NUMBER: _ClassVar[int]
    SOURCES_FIELD_NUMBER: _ClassVar[int]
    permission: str
    allowed: bool
    sources: _containers.RepeatedCompositeFieldContainer[PermissionSource]
    def __init__(self, permission: _Optional[str] = ..., allowed: _Optional[bool] = ..., sources: _Optional[_Iterable[_Union[PermissionSource, _Mapping]]] = ...) -> None: ...

class PermissionSource(_message.Message):
    __slots__ = ("role_id", "role_name", "tenant_id", "expire_time")
    ROLE_ID_FIELD_NUMBER: _ClassVar[int]
    ROLE_NAME_FIELD_NUMBER: _ClassVar[int]
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    role_id: str
    role_name: str
    tenant_id: str
    expire_time: _timestamp_pb2.Timestamp
    def __init__(self, role_id: _Optional[str] = ..., role_name: _Optional[str] = ..., tenant_id: _Optional[str] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class DeleteTestUsersRequest(_message.Message):
    __slots__ = ("request_id",)
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    def __init__(self, request_id: _Optional[str] = ...) -> None: ...

class DeleteTestUsersResponse(_message.Message):
    __slots__ = ("deleted_count",)
    DELETED_COUNT_FIELD_NUMBER: _ClassVar[int]
    deleted_count: int
    def __init__(self, deleted_count: _Optional[int] = ...) -> None: ...

class ExportUsersRequest(_message.Message):
    __slots__ = ("filter", "include_password_hashes", "resume_token", "page_size")
    FILTER_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_PASSWORD_HASHES_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    filter: UserFilter
    include_password_hashes: bool
    resume_token: str
    page_size: int
    def __init__(self, filter: _Optional[_Union[UserFilter, _Mapping]] = ..., include_password_hashes: _Optional[bool] = ..., resume_token: _Optional[str] = ..., page_size: _Optional[int] = ...) -> None: ...

class ExportUsersResponse(_message.Message):
    __slots__ = ("items", "resume_token")
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    items: _containers.RepeatedCompositeFieldContainer[_user_batch_pb2.ExportedUser]
    resume_token: str
    def __init__(self, items: _Optional[_Iterable[_Union[_user_batch_pb2.ExportedUser, _Mapping]]] = ..., resume_token: _Optional[str] = ...) -> None: ...

class ListUserSessionsRequest(_message.Message):
    __slots__ = ("by", "page_size", "page_token")
    BY_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    by: _user_pb2.UserRef
    page_size: int
    page_token: str
    def __init__(self, by: _Optional[_Union[_user_pb2.UserRef, _Mapping]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListUserSessionsResponse(_message.Message):
    __slots__ = ("sessions", "next_page_token")
    SESSIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    sessions: _containers.RepeatedCompositeFieldContainer[_session_pb2.Session]
    next_page_token: str
    def __init__(self, sessions: _Optional[_Iterable[_Union[_session_pb2.Session, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class RevokeUserSessionsRequest(_message.Message):
    __slots__ = ("by", "session_ids", "request_id")
    BY_FIELD_NUMBER: _ClassVar[int]
    SESSION_IDS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    by: _user_pb2.UserRef
    session_ids: _containers.RepeatedScalarFieldContainer[str]
    request_id: str
    def __init__(self, by: _Optional[_Union[_user_pb2.UserRef, _Mapping]] = ..., session_ids: _Optional[_Iterable[str]] = ..., request_id: _Optional[str] = ...) -> None: ...

class RevokeUserSessionsResponse(_message.Message):
    __slots__ = ("revoked_count",)
    REVOKED_COUNT_FIELD_NUMBER: _ClassVar[int]
    revoked_count: int
    def __init__(self, revoked_count: _Optional[int] = ...) -> None: ...

class ListUserLoginsRequest(_message.Message):
    __slots__ = ("by", "page_size", "page_token")
    BY_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    by: _user_pb2.UserRef
    page_size: int
    page_token: str
    def __init__(self, by: _Optional[_Union[_user_pb2.UserRef, _Mapping]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListUserLoginsResponse(_message.Message):
    __slots__ = ("logins", "next_page_token")
    LOGINS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    logins: _containers.RepeatedCompositeFieldContainer[_session_pb2.Login]
    next_page_token: str
    def __init__(self, logins: _Optional[_Iterable[_Union[_session_pb2.Login, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetUserProviderTokenRequest(_message.Message):
    __slots__ = ("by", "provider")
    BY_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_FIELD_NUMBER: _ClassVar[int]
    by: _user_pb2.UserRef
    provider: str
    def __init__(self, by: _Optional[_Union[_user_pb2.UserRef, _Mapping]] = ..., provider: _Optional[str] = ...) -> None: ...

class GetUserProviderTokenResponse(_message.Message):
    __slots__ = ("provider_token",)
    PROVIDER_TOKEN_FIELD_NUMBER: _ClassVar[int]
    provider_token: _passkey_pb2.ProviderToken
    def __init__(self, provider_token: _Optional[_Union[_passkey_pb2.ProviderToken, _Mapping]] = ...) -> None: ...

class SetUserProviderTokenRequest(_message.Message):
    __slots__ = ("by", "provider_token", "request_id")
    BY_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_TOKEN_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    by: _user_pb2.UserRef
    provider_token: _passkey_pb2.ProviderToken
    request_id: str
    def __init__(self, by: _Optional[_Union[_user_pb2.UserRef, _Mapping]] = ..., provider_token: _Optional[_Union[_passkey_pb2.ProviderToken, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class SetUserProviderTokenResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListUserPasskeysRequest(_message.Message):
    __slots__ = ("by", "page_size", "page_token")
    BY_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    by: _user_pb2.UserRef
    page_size: int
    page_token: str
    def __init__(self, by: _Optional[_Union[_user_pb2.UserRef, _Mapping]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListUserPasskeysResponse(_message.Message):
    __slots__ = ("passkeys", "next_page_token")
    PASSKEYS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    passkeys: _containers.RepeatedCompositeFieldContainer[_passkey_pb2.Passkey]
    next_page_token: str
    def __init__(self, passkeys: _Optional[_Iterable[_Union[_passkey_pb2.Passkey, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class DeleteUserPasskeysRequest(_message.Message):
    __slots__ = ("by", "passkey_ids", "request_id")
    BY_FIELD_NUMBER: _ClassVar[int]
    PASSKEY_IDS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    by: _user_pb2.UserRef
    passkey_ids: _containers.RepeatedScalarFieldContainer[str]
    request_id: str
    def __init__(self, by: _Optional[_Union[_user_pb2.UserRef, _Mapping]] = ..., passkey_ids: _Optional[_Iterable[str]] = ..., request_id: _Optional[str] = ...) -> None: ...

class DeleteUserPasskeysResponse(_message.Message):
    __slots__ = ("deleted_count",)
    DELETED_COUNT_FIELD_NUMBER: _ClassVar[int]
    deleted_count: int
    def __init__(self, deleted_count: _Optional[int] = ...) -> None: ...

class ResetUserMfaRequest(_message.Message):
    __slots__ = ("by", "request_id")
    BY_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    by: _user_pb2.UserRef
    request_id: str
    def __init__(self, by: _Optional[_Union[_user_pb2.UserRef, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class ResetUserMfaResponse(_message.Message):
    __slots__ = ("user",)
    USER_FIELD_NUMBER: _ClassVar[int]
    user: _user_pb2.User
    def __init__(self, user: _Optional[_Union[_user_pb2.User, _Mapping]] = ...) -> None: ...
