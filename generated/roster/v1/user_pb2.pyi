import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class UserStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    USER_STATUS_UNSPECIFIED: _ClassVar[UserStatus]
    USER_STATUS_INVITED: _ClassVar[UserStatus]
    USER_STATUS_ACTIVE: _ClassVar[UserStatus]
    USER_STATUS_INACTIVE: _ClassVar[UserStatus]
    USER_STATUS_BLOCKED: _ClassVar[UserStatus]
    USER_STATUS_EXPIRED: _ClassVar[UserStatus]

class AuthMethod(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    AUTH_METHOD_UNSPECIFIED: _ClassVar[AuthMethod]
    AUTH_METHOD_PASSWORD: _ClassVar[AuthMethod]
    AUTH_METHOD_PASSKEY: _ClassVar[AuthMethod]
    AUTH_METHOD_TOTP: _ClassVar[AuthMethod]
USER_STATUS_UNSPECIFIED: UserStatus
USER_STATUS_INVITED: UserStatus
USER_STATUS_ACTIVE: UserStatus
USER_STATUS_INACTIVE: UserStatus
USER_STATUS_BLOCKED: UserStatus
USER_STATUS_EXPIRED: UserStatus
AUTH_METHOD_UNSPECIFIED: AuthMethod
AUTH_METHOD_PASSWORD: AuthMethod
AUTH_METHOD_PASSKEY: AuthMethod
AUTH_METHOD_TOTP: AuthMethod

class User(_message.Message):
    __slots__ = ("user_id", "login_ids", "email", "email_verified", "phone_number", "phone_number_verified", "given_name", "family_name", "middle_name", "display_name", "picture", "locale", "zoneinfo", "status", "custom_attributes", "metadata", "roles", "tenants", "applications", "permissions", "auth_methods", "mfa_enabled", "password_change_required", "mfa_reset_required", "test", "expire_time", "create_time", "update_time", "last_login_time", "etag")
    class CustomAttributesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: _struct_pb2.Value
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ...) -> None: ...
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    LOGIN_IDS_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    EMAIL_VERIFIED_FIELD_NUMBER: _ClassVar[int]
    PHONE_NUMBER_FIELD_NUMBER: _ClassVar[int]
    PHONE_NUMBER_VERIFIED_FIELD_NUMBER: _ClassVar[int]
    GIVEN_NAME_FIELD_NUMBER: _ClassVar[int]
    FAMILY_NAME_FIELD_NUMBER: _ClassVar[int]
    MIDDLE_NAME_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    PICTURE_FIELD_NUMBER: _ClassVar[int]
    LOCALE_FIELD_NUMBER: _ClassVar[int]
    ZONEINFO_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    CUSTOM_ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    ROLES_FIELD_NUMBER: _ClassVar[int]
    TENANTS_FIELD_NUMBER: _ClassVar[int]
    APPLICATIONS_FIELD_NUMBER: _ClassVar[int]
    PERMISSIONS_FIELD_NUMBER: _ClassVar[int]
    AUTH_METHODS_FIELD_NUMBER: _ClassVar[int]
    MFA_ENABLED_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_CHANGE_REQUIRED_FIELD_NUMBER: _ClassVar[int]
    MFA_RESET_REQUIRED_FIELD_NUMBER: _ClassVar[int]
    TEST_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    LAST_LOGIN_TIME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    login_ids: _containers.RepeatedScalarFieldContainer[str]
    email: str
    email_verified: bool
    phone_number: str
    phone_number_verified: bool
    given_name: str
    family_name: str
    middle_name: str
    display_name: str
    picture: str
    locale: str
    zoneinfo: str
    status: UserStatus
    custom_attributes: _containers.MessageMap[str, _struct_pb2.Value]
    metadata: _struct_pb2.Struct
    roles: _containers.RepeatedCompositeFieldContainer[RoleGrant]
    tenants: _containers.RepeatedCompositeFieldContainer[TenantMembership]
    applications: _containers.RepeatedCompositeFieldContainer[ApplicationAccess]
    permissions: _containers.RepeatedScalarFieldContainer[str]
    auth_methods: _containers.RepeatedScalarFieldContainer[AuthMethod]
    mfa_enabled: bool
    password_change_required: bool
    mfa_reset_required: bool
    test: bool
    expire_time: _timestamp_pb2.Timestamp
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    last_login_time: _timestamp_pb2.Timestamp
    etag: str
    def __init__(self, user_id: _Optional[str] = ..., login_ids: _Optional[_Iterable[str]] = ..., email: _Optional[str] = ..., email_verified: _Optional[bool] = ..., phone_number: _Optional[str] = ..., phone_number_verified: _Optional[bool] = ..., given_name: _Optional[str] = ..., family_name: _Optional[str] = ..., middle_name: _Optional[str] = ..., display_name: _Optional[str] = ..., picture: _Optional[str] = ..., locale: _Optional[str] = ..., zoneinfo: _Optional[str] = ..., status: _Optional[_Union[UserStatus, str]] = ..., custom_attributes: _Optional[_Mapping[str, _struct_pb2.Value]] = ..., metadata: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., roles: _Optional[_Iterable[_Union[RoleGrant, _Mapping]]] = ..., tenants: _Optional[_Iterable[_Union[TenantMembership, _Mapping]]] = ..., applications: _Optional[_Iterable[_Union[ApplicationAccess, _Mapping]]] = ..., permissions: _Optional[_Iterable[str]] = ..., auth_methods: _Optional[_Iterable[_Union[AuthMethod, str]]] = ..., mfa_enabled: _Optional[bool] = ..., password_change_required: _Optional[bool] = ..., mfa_reset_required: _Optional[bool] = ..., test: _Optional[bool] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., last_login_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., etag: _Optional[str] = ...) -> None: ...

class TenantMembership(_message.Message):
    __slots__ = ("tenant_id", "name", "roles", "permissions")
    TENANT_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    ROLES_FIELD_NUMBER: _ClassVar[int]
    PERMISSIONS_FIELD_NUMBER: _ClassVar[int]
    tenant_id: str
    name: str
    roles: _containers.RepeatedCompositeFieldContainer[RoleGrant]
    permissions: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, tenant_id: _Optional[str] = ..., name: _Optional[str] = ..., roles: _Optional[_Iterable[_Union[RoleGrant, _Mapping]]] = ..., permissions: _Optional[_Iterable[str]] = ...) -> None: ...

class ApplicationAccess(_message.Message):
    __slots__ = ("application_id", "name")
    APPLICATION_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    application_id: str
    name: str
    def __init__(self, application_id: _Optional[str] = ..., name: _Optional[str] = ...) -> None: ...

class RoleGrant(_message.Message):
    __slots__ = ("role_id", "name", "permissions", "expire_time")
    ROLE_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PERMISSIONS_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    role_id: str
    name: str
    permissions: _containers.RepeatedScalarFieldContainer[str]
    expire_time: _timestamp_pb2.Timestamp
    def __init__(self, role_id: _Optional[str] = ..., name: _Optional[str] = ..., permissions: _Optional[_Iterable[str]] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class UserRef(_message.Message):
    __slots__ = ("user_id", "email", "phone_number", "login_id", "access_token")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    PHONE_NUMBER_FIELD_NUMBER: _ClassVar[int]
    LOGIN_ID_FIELD_NUMBER: _ClassVar[int]
    ACCESS_TOKEN_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    email: str
    phone_number: str
    login_id: str
    access_token: str
    def __init__(self, user_id: _Optional[str] = ..., email: _Optional[str] = ..., phone_number: _Optional[str] = ..., login_id: _Optional[str] = ..., access_token: _Optional[str] = ...) -> None: ...
