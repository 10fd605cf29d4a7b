import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from roster.v1 import annotations_pb2 as _annotations_pb2_1
from roster.v1 import batch_pb2 as _batch_pb2
from roster.v1 import user_pb2 as _user_pb2
from roster.v1 import user_action_pb2 as _user_action_pb2
from roster.v1 import user_action_batch_pb2 as _user_action_batch_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class UserActionStates(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    USER_ACTION_STATES_UNSPECIFIED: _ClassVar[UserActionStates]
    USER_ACTION_STATES_ACTIVE: _ClassVar[UserActionStates]
    USER_ACTION_STATES_INACTIVE: _ClassVar[UserActionStates]
    USER_ACTION_STATES_ALL: _ClassVar[UserActionStates]

class IfAlreadyActive(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    IF_ALREADY_ACTIVE_UNSPECIFIED: _ClassVar[IfAlreadyActive]
    IF_ALREADY_ACTIVE_ALLOW: _ClassVar[IfAlreadyActive]
    IF_ALREADY_ACTIVE_REJECT: _ClassVar[IfAlreadyActive]
    IF_ALREADY_ACTIVE_RETURN_EXISTING: _ClassVar[IfAlreadyActive]
USER_ACTION_STATES_UNSPECIFIED: UserActionStates
USER_ACTION_STATES_ACTIVE: UserActionStates
USER_ACTION_STATES_INACTIVE: UserActionStates
USER_ACTION_STATES_ALL: UserActionStates
IF_ALREADY_ACTIVE_UNSPECIFIED: IfAlreadyActive
IF_ALREADY_ACTIVE_ALLOW: IfAlreadyActive
IF_ALREADY_ACTIVE_REJECT: IfAlreadyActive
IF_ALREADY_ACTIVE_RETURN_EXISTING: IfAlreadyActive

class CreateUserActionRequest(_message.Message):
    __slots__ = ("user_action", "request_id")
    USER_ACTION_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    user_action: _user_action_pb2.UserAction
    request_id: str
    def __init__(self, user_action: _Optional[_Union[_user_action_pb2.UserAction, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class CreateUserActionResponse(_message.Message):
    __slots__ = ("user_action",)
    USER_ACTION_FIELD_NUMBER: _ClassVar[int]
    user_action: _user_action_pb2.UserAction
    def __init__(self, user_action: _Optional[_Union[_user_action_pb2.UserAction, _Mapping]] = ...) -> None: ...

class GetUserActionRequest(_message.Message):
    __slots__ = ("user_action_id",)
    USER_ACTION_ID_FIELD_NUMBER: _ClassVar[int]
    user_action_id: str
    def __init__(self, user_action_id: _Optional[str] = ...) -> None: ...

class GetUserActionResponse(_message.Message):
    __slots__ = ("user_action",)
    USER_ACTION_FIELD_NUMBER: _ClassVar[int]
    user_action: _user_action_pb2.UserAction
    def __init__(self, user_action: _Optional[_Union[_user_action_pb2.UserAction, _Mapping]] = ...) -> None: ...

class ListUserActionsRequest(_message.Message):
    __slots__ = ("states", "page_size", "page_token", "skip", "include_total_size")
    STATES_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SKIP_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_TOTAL_SIZE_FIELD_NUMBER: _ClassVar[int]
    states: UserActionStates
    page_size: int
    page_token: str
    skip: int
    include_total_size: bool
    def __init__(self, states: _Optional[_Union[UserActionStates, str]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., skip: _Optional[int] = ..., include_total_size: _Optional[bool] = ...) -> None: ...

class ListUserActionsResponse(_message.Message):
    __slots__ = ("user_actions", "next_page_token", "total_size")
    USER_ACTIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SIZE_FIELD_NUMBER: _ClassVar[int]
    user_actions: _containers.RepeatedCompositeFieldContainer[_user_action_pb2.UserAction]
    next_page_token: str
    total_size: int
    def __init__(self, user_actions: _Optional[_Iterable[_Union[_user_action_pb2.UserAction, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., total_size: _Optional[int] = ...) -> None: ...

class UpdateUserActionRequest(_message.Message):
    __slots__ = ("user_action_id", "user_action", "update_mask", "request_id")
    USER_ACTION_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ACTION_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    user_action_id: str
    user_action: _user_action_pb2.UserAction
    update_mask: _field_mask_pb2.FieldMask
    request_id: str
    def __init__(self, user_action_id: _Optional[str] = ..., user_action: _Optional[_Union[_user_action_pb2.UserAction, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class UpdateUserActionResponse(_message.Message):
    __slots__ = ("user_action",)
    USER_ACTION_FIELD_NUMBER: _ClassVar[int]
    user_action: _user_action_pb2.UserAction
    def __init__(self, user_action: _Optional[_Union[_user_action_pb2.UserAction, _Mapping]] = ...) -> None: ...

class DeleteUserActionRequest(_message.Message):
    __slots__ = ("user_action_id", "hard_delete", "etag", "request_id")
    USER_ACTION_ID_FIELD_NUMBER: _ClassVar[int]
    HARD_DELETE_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    user_action_id: str
    hard_delete: bool
    etag: str
    request_id: str
    def __init__(self, user_action_id: _Optional[str] = ..., hard_delete: _Optional[bool] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class DeleteUserActionResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ReactivateUserActionRequest(_message.Message):
    __slots__ = ("user_action_id", "request_id")
    USER_ACTION_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    user_action_id: str
    request_id: str
    def __init__(self, user_action_id: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class ReactivateUserActionResponse(_message.Message):
    __slots__ = ("user_action",)
    USER_ACTION_FIELD_NUMBER: _ClassVar[int]
    user_action: _user_action_pb2.UserAction
    def __init__(self, user_action: _Optional[_Union[_user_action_pb2.UserAction, _Mapping]] = ...) -> None: ...

class CreateUserActionReasonRequest(_message.Message):
    __slots__ = ("user_action_reason", "request_id")
    USER_ACTION_REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    user_action_reason: _user_action_pb2.UserActionReason
    request_id: str
    def __init__(self, user_action_reason: _Optional[_Union[_user_action_pb2.UserActionReason, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class CreateUserActionReasonResponse(_message.Message):
    __slots__ = ("user_action_reason",)
    USER_ACTION_REASON_FIELD_NUMBER: _ClassVar[int]
    user_action_reason: _user_action_pb2.UserActionReason
    def __init__(self, user_action_reason: _Optional[_Union[_user_action_pb2.UserActionReason, _Mapping]] = ...) -> None: ...

class GetUserActionReasonRequest(_message.Message):
    __slots__ = ("reason_id",)
    REASON_ID_FIELD_NUMBER: _ClassVar[int]
    reason_id: str
    def __init__(self, reason_id: _Optional[str] = ...) -> None: ...

class GetUserActionReasonResponse(_message.Message):
    __slots__ = ("user_action_reason",)
    USER_ACTION_REASON_FIELD_NUMBER: _ClassVar[int]
    user_action_reason: _user_action_pb2.UserActionReason
    def __init__(self, user_action_reason: _Optional[_Union[_user_action_pb2.UserActionReason, _Mapping]] = ...) -> None: ...

class ListUserActionReasonsRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "skip", "include_total_size")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SKIP_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_TOTAL_SIZE_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    skip: int
    include_total_size: bool
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., skip: _Optional[int] = ..., include_total_size: _Optional[bool] = ...) -> None: ...

class ListUserActionReasonsResponse(_message.Message):
    __slots__ = ("user_action_reasons", "next_page_token", "total_size")
    USER_ACTION_REASONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SIZE_FIELD_NUMBER: _ClassVar[int]
    user_action_reasons: _containers.RepeatedCompositeFieldContainer[_user_action_pb2.UserActionReason]
    next_page_token: str
    total_size: int
    def __init__(self, user_action_reasons: _Optional[_Iterable[_Union[_user_action_pb2.UserActionReason, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., total_size: _Optional[int] = ...) -> None: ...

class UpdateUserActionReasonRequest(_message.Message):
    __slots__ = ("reason_id", "user_action_reason", "update_mask", "request_id")
    REASON_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ACTION_REASON_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    reason_id: str
    user_action_reason: _user_action_pb2.UserActionReason
    update_mask: _field_mask_pb2.FieldMask
    request_id: str
    def __init__(self, reason_id: _Optional[str] = ..., user_action_reason: _Optional[_Union[_user_action_pb2.UserActionReason, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class UpdateUserActionReasonResponse(_message.Message):
    __slots__ = ("user_action_reason",)
    USER_ACTION_REASON_FIELD_NUMBER: _ClassVar[int]
    user_action_reason: _user_action_pb2.UserActionReason
    def __init__(self, user_action_reason: _Optional[_Union[_user_action_pb2.UserActionReason, _Mapping]] = ...) -> None: ...

class DeleteUserActionReasonRequest(_message.Message):
    __slots__ = ("reason_id", "etag", "request_id")
    REASON_ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    reason_id: str
    etag: str
    request_id: str
    def __init__(self, reason_id: _Optional[str] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class DeleteUserActionReasonResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ApplyUserActionRequest(_message.Message):
    __slots__ = ("by", "user_action_id", "option", "reason", "comment", "actioner_user_id", "application_ids", "email_user", "notify_user", "broadcast", "expire_time", "duration", "indefinite", "if_already_active", "request_id")
    BY_FIELD_NUMBER: _ClassVar[int]
    USER_ACTION_ID_FIELD_NUMBER: _ClassVar[int]
    OPTION_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    ACTIONER_USER_ID_FIELD_NUMBER: _ClassVar[int]
    APPLICATION_IDS_FIELD_NUMBER: _ClassVar[int]
    EMAIL_USER_FIELD_NUMBER: _ClassVar[int]
    NOTIFY_USER_FIELD_NUMBER: _ClassVar[int]
    BROADCAST_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    DURATION_FIELD_NUMBER: _ClassVar[int]
    INDEFINITE_FIELD_NUMBER: _ClassVar[int]
    IF_ALREADY_ACTIVE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    by: _user_pb2.UserRef
    user_action_id: str
    option: str
    reason: str
    comment: str
    actioner_user_id: str
    application_ids: _containers.RepeatedScalarFieldContainer[str]
    email_user: bool
    notify_user: bool
    broadcast: bool
    expire_time: _timestamp_pb2.Timestamp
    duration: _duration_pb2.Duration
    indefinite: bool
    if_already_active: IfAlreadyActive
    request_id: str
    def __init__(self, by: _Optional[_Union[_user_pb2.UserRef, _Mapping]] = ..., user_action_id: _Optional[str] = ..., option: _Optional[str] = ..., reason: _Optional[str] = ..., comment: _Optional[str] = ..., actioner_user_id: _Optional[str] = ..., application_ids: _Optional[_Iterable[str]] = ..., email_user: _Optional[bool] = ..., notify_user: _Optional[bool] = ..., broadcast: _Optional[bool] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., indefinite: _Optional[bool] = ..., if_already_active: _Optional[_Union[IfAlreadyActive, str]] = ..., request_id: _Optional[str] = ...) -> None: ...

class ApplyUserActionResponse(_message.Message):
    __slots__ = ("applied_action",)
    APPLIED_ACTION_FIELD_NUMBER: _ClassVar[int]
    applied_action: _user_action_pb2.AppliedAction
    def __init__(self, applied_action: _Optional[_Union[_user_action_pb2.AppliedAction, _Mapping]] = ...) -> None: ...

class BatchApplyUserActionsRequest(_message.Message):
    __slots__ = ("options", "request_id", "items")
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    options: _batch_pb2.BatchOptions
    request_id: str
    items: _containers.RepeatedCompositeFieldContainer[ApplyUserActionsItem]
    def __init__(self, options: _Optional[_Union[_batch_pb2.BatchOptions, _Mapping]] = ..., request_id: _Optional[str] = ..., items: _Optional[_Iterable[_Union[ApplyUserActionsItem, _Mapping]]] = ...) -> None: ...

class ApplyUserActionsItem(_message.Message):
    __slots__ = ("by", "user_action_id", "option", "reason", "comment", "actioner_user_id", "application_ids", "email_user", "notify_user", "broadcast", "expire_time", "duration", "indefinite", "if_already_active")
    BY_FIELD_NUMBER: _ClassVar[int]
    USER_ACTION_ID_FIELD_NUMBER: _ClassVar[int]
    OPTION_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    ACTIONER_USER_ID_FIELD_NUMBER: _ClassVar[int]
    APPLICATION_IDS_FIELD_NUMBER: _ClassVar[int]
    EMAIL_USER_FIELD_NUMBER: _ClassVar[int]
    NOTIFY_USER_FIELD_NUMBER: _ClassVar[int]
    BROADCAST_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    DURATION_FIELD_NUMBER: _ClassVar[int]
    INDEFINITE_FIELD_NUMBER: _ClassVar[int]
    IF_ALREADY_ACTIVE_FIELD_NUMBER: _ClassVar[int]
    by: _user_pb2.UserRef
    user_action_id: str
    option: str
    reason: str
    comment: str
    actioner_user_id: str
    application_ids: _containers.RepeatedScalarFieldContainer[str]
    email_user: bool
    notify_user: bool
    broadcast: bool
    expire_time: _timestamp_pb2.Timestamp
    duration: _duration_pb2.Duration
    indefinite: bool
    if_already_active: IfAlreadyActive
    def __init__(self, by: _Optional[_Union[_user_pb2.UserRef, _Mapping]] = ..., user_action_id: _Optional[str] = ..., option: _Optional[str] = ..., reason: _Optional[str] = ..., comment: _Optional[str] = ..., actioner_user_id: _Optional[str] = ..., application_ids: _Optional[_Iterable[str]] = ..., email_user: _Optional[bool] = ..., notify_user: _Optional[bool] = ..., broadcast: _Optional[bool] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., indefinite: _Optional[bool] = ..., if_already_active: _Optional[_Union[IfAlreadyActive, str]] = ...) -> None: ...

class BatchApplyUserActionsResponse(_message.Message):
    __slots__ = ("request_id", "results")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    results: _containers.RepeatedCompositeFieldContainer[_user_action_batch_pb2.BatchAppliedActionResult]
    def __init__(self, request_id: _Optional[str] = ..., results: _Optional[_Iterable[_Union[_user_action_batch_pb2.BatchAppliedActionResult, _Mapping]]] = ...) -> None: ...

class ModifyAppliedActionRequest(_message.Message):
    __slots__ = ("applied_action_id", "expire_time", "duration", "indefinite", "comment", "actioner_user_id", "email_user", "notify_user", "etag", "request_id")
    APPLIED_ACTION_ID_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    DURATION_FIELD_NUMBER: _ClassVar[int]
    INDEFINITE_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    ACTIONER_USER_ID_FIELD_NUMBER: _ClassVar[int]
    EMAIL_USER_FIELD_NUMBER: _ClassVar[int]
    NOTIFY_USER_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    applied_action_id: str
    expire_time: _timestamp_pb2.Timestamp
    duration: _duration_pb2.Duration
    indefinite: bool
    comment: str
    actioner_user_id: str
    email_user: bool
    notify_user: bool
    etag: str
    request_id: str
    def __init__(self, applied_action_id: _Optional[str] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., indefinite: _Optional[bool] = ..., comment: _Optional[str] = ..., actioner_user_id: _Optional[str] = ..., email_user: _Optional[bool] = ..., notify_user: _Optional[bool] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class ModifyAppliedActionResponse(_message.Message):
    __slots__ = ("applied_action",)
    APPLIED_ACTION_FIELD_NUMBER: _ClassVar[int]
    applied_action: _user_action_pb2.AppliedAction
    def __init__(self, applied_action: _Optional[_Union[_user_action_pb2.AppliedAction, _Mapping]] = ...) -> None: ...

class CancelAppliedActionRequest(_message.Message):
    __slots__ = ("applied_action_id", "comment", "actioner_user_id", "email_user", "notify_user", "etag", "request_id")
    APPLIED_ACTION_ID_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    ACTIONER_USER_ID_FIELD_NUMBER: _ClassVar[int]
    EMAIL_USER_FIELD_NUMBER: _ClassVar[int]
    NOTIFY_USER_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    applied_action_id: str
    comment: str
    actioner_user_id: str
    email_user: bool
    notify_user: bool
    etag: str
    request_id: str
    def __init__(self, applied_action_id: _Optional[str] = ..., comment: _Optional[str] = ..., actioner_user_id: _Optional[str] = ..., email_user: _Optional[bool] = ..., notify_user: _Optional[bool] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class CancelAppliedActionResponse(_message.Message):
    __slots__ = ("applied_action",)
    APPLIED_ACTION_FIELD_NUMBER: _ClassVar[int]
    applied_action: _user_action_pb2.AppliedAction
    def __init__(self, applied_action: _Optional[_Union[_user_action_pb2.AppliedAction, _Mapping]] = ...) -> None: ...

class GetAppliedActionRequest(_message.Message):
    __slots__ = ("applied_action_id",)
    APPLIED_ACTION_ID_FIELD_NUMBER: _ClassVar[int]
    applied_action_id: str
    def __init__(self, applied_action_id: _Optional[str] = ...) -> None: ...

class GetAppliedActionResponse(_message.Message):
    __slots__ = ("applied_action",)
    APPLIED_ACTION_FIELD_NUMBER: _ClassVar[int]
    applied_action: _user_action_pb2.AppliedAction
    def __init__(self, applied_action: _Optional[_Union[_user_action_pb2.AppliedAction, _Mapping]] = ...) -> None: ...

class ListAppliedActionsRequest(_message.Message):
    __slots__ = ("by", "filter", "page_size", "page_token", "skip", "include_total_size")
    BY_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SKIP_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_TOTAL_SIZE_FIELD_NUMBER: _ClassVar[int]
    by: _user_pb2.UserRef
    filter: AppliedActionFilter
    page_size: int
    page_token: str
    skip: int
    include_total_size: bool
    def __init__(self, by: _Optional[_Union[_user_pb2.UserRef, _Mapping]] = ..., filter: _Optional[_Union[AppliedActionFilter, _Mapping]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., skip: _Optional[int] = ..., include_total_size: _Optional[bool] = ...) -> None: ...

class AppliedActionFilter(_message.Message):
    __slots__ = ("states", "preventing_login", "user_action_ids", "reason_ids", "actioner_user_id", "application_id", "created_after", "created_before", "expires_after", "expires_before")
    STATES_FIELD_NUMBER: _ClassVar[int]
    PREVENTING_LOGIN_FIELD_NUMBER: _ClassVar[int]
    USER_ACTION_IDS_FIELD_NUMBER: _ClassVar[int]
    REASON_IDS_FIELD_NUMBER: _ClassVar[int]
    ACTIONER_USER_ID_FIELD_NUMBER: _ClassVar[int]
    APPLICATION_ID_FIELD_NUMBER: _ClassVar[int]
    CREATED_AFTER_FIELD_NUMBER: _ClassVar[int]
    CREATED_BEFORE_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AFTER_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_BEFORE_FIELD_NUMBER: _ClassVar[int]
    states: _containers.RepeatedScalarFieldContainer[_user_action_pb2.AppliedActionState]
    preventing_login: bool
    user_action_ids: _containers.RepeatedScalarFieldContainer[str]
    reason_ids: _containers.RepeatedScalarFieldContainer[str]
    actioner_user_id: str
    application_id: str
    created_after: _timestamp_pb2.Timestamp
    created_before: _timestamp_pb2.Timestamp
    expires_after: _timestamp_pb2.Timestamp
    expires_before: _timestamp_pb2.Timestamp
    def __init__(self, states: _Optional[_Iterable[_Union[_user_action_pb2.AppliedActionState, str]]] = ..., preventing_login: _Optional[bool] = ..., user_action_ids: _Optional[_Iterable[str]] = ..., reason_ids: _Optional[_Iterable[str]] = ..., actioner_user_id: _Optional[str] = ..., application_id: _Optional[str] = ..., created_after: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., created_before: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expires_after: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expires_before: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ListAppliedActionsResponse(_message.Message):
    __slots__ = ("applied_actions", "next_page_token", "total_size")
    APPLIED_ACTIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SIZE_FIELD_NUMBER: _ClassVar[int]
    applied_actions: _containers.RepeatedCompositeFieldContainer[_user_action_pb2.AppliedAction]
    next_page_token: str
    total_size: int
    def __init__(self, applied_actions: _Optional[_Iterable[_Union[_user_action_pb2.AppliedAction, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., total_size: _Optional[int] = ...) -> None: ...

class BlockUserRequest(_message.Message):
    __slots__ = ("by", "request_id")
    BY_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    by: _user_pb2.UserRef
    request_id: str
    def __init__(self, by: _Optional[_Union[_user_pb2.UserRef, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class BlockUserResponse(_message.Message):
    __slots__ = ("user",)
    USER_FIELD_NUMBER: _ClassVar[int]
    user: _user_pb2.User
    def __init__(self, user: _Optional[_Union[_user_pb2.User, _Mapping]] = ...) -> None: ...

class UnblockUserRequest(_message.Message):
    __slots__ = ("by", "request_id")
    BY_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    by: _user_pb2.UserRef
    request_id: str
    def __init__(self, by: _Optional[_Union[_user_pb2.UserRef, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class UnblockUserResponse(_message.Message):
    __slots__ = ("user",)
    USER_FIELD_NUMBER: _ClassVar[int]
    user: _user_pb2.User
    def __init__(self, user: _Optional[_Union[_user_pb2.User, _Mapping]] = ...) -> None: ...

class SendVerificationEmailRequest(_message.Message):
    __slots__ = ("by", "request_id")
    BY_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    by: _user_pb2.UserRef
    request_id: str
    def __init__(self, by: _Optional[_Union[_user_pb2.UserRef, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class SendVerificationEmailResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class SendPasswordResetEmailRequest(_message.Message):
    __slots__ = ("by", "request_id")
    BY_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    by: _user_pb2.UserRef
    request_id: str
    def __init__(self, by: _Optional[_Union[_user_pb2.UserRef, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class SendPasswordResetEmailResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class SendInvitationEmailRequest(_message.Message):
    __slots__ = ("by", "request_id")
    BY_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    by: _user_pb2.UserRef
    request_id: str
    def __init__(self, by: _Optional[_Union[_user_pb2.UserRef, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class SendInvitationEmailResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
