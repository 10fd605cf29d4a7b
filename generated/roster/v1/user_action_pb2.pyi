import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AppliedActionState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    APPLIED_ACTION_STATE_UNSPECIFIED: _ClassVar[AppliedActionState]
    APPLIED_ACTION_STATE_ACTIVE: _ClassVar[AppliedActionState]
    APPLIED_ACTION_STATE_COMPLETED: _ClassVar[AppliedActionState]
    APPLIED_ACTION_STATE_CANCELLED: _ClassVar[AppliedActionState]
    APPLIED_ACTION_STATE_ENDED: _ClassVar[AppliedActionState]

class EndEventState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    END_EVENT_STATE_UNSPECIFIED: _ClassVar[EndEventState]
    END_EVENT_STATE_NONE: _ClassVar[EndEventState]
    END_EVENT_STATE_PENDING: _ClassVar[EndEventState]
    END_EVENT_STATE_SENT: _ClassVar[EndEventState]

class ActionPhase(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ACTION_PHASE_UNSPECIFIED: _ClassVar[ActionPhase]
    ACTION_PHASE_START: _ClassVar[ActionPhase]
    ACTION_PHASE_MODIFY: _ClassVar[ActionPhase]
    ACTION_PHASE_CANCEL: _ClassVar[ActionPhase]
    ACTION_PHASE_END: _ClassVar[ActionPhase]
APPLIED_ACTION_STATE_UNSPECIFIED: AppliedActionState
APPLIED_ACTION_STATE_ACTIVE: AppliedActionState
APPLIED_ACTION_STATE_COMPLETED: AppliedActionState
APPLIED_ACTION_STATE_CANCELLED: AppliedActionState
APPLIED_ACTION_STATE_ENDED: AppliedActionState
END_EVENT_STATE_UNSPECIFIED: EndEventState
END_EVENT_STATE_NONE: EndEventState
END_EVENT_STATE_PENDING: EndEventState
END_EVENT_STATE_SENT: EndEventState
ACTION_PHASE_UNSPECIFIED: ActionPhase
ACTION_PHASE_START: ActionPhase
ACTION_PHASE_MODIFY: ActionPhase
ACTION_PHASE_CANCEL: ActionPhase
ACTION_PHASE_END: ActionPhase

class UserAction(_message.Message):
    __slots__ = ("user_action_id", "name", "localized_names", "temporal", "prevent_login", "send_end_event", "options", "start_email_template_id", "modify_email_template_id", "cancel_email_template_id", "end_email_template_id", "include_email_in_event", "user_emailing_enabled", "user_notifications_enabled", "active", "create_time", "update_time", "etag")
    class LocalizedNamesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    USER_ACTION_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    LOCALIZED_NAMES_FIELD_NUMBER: _ClassVar[int]
    TEMPORAL_FIELD_NUMBER: _ClassVar[int]
    PREVENT_LOGIN_FIELD_NUMBER: _ClassVar[int]
    SEND_END_EVENT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    START_EMAIL_TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    MODIFY_EMAIL_TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    CANCEL_EMAIL_TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    END_EMAIL_TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_EMAIL_IN_EVENT_FIELD_NUMBER: _ClassVar[int]
    USER_EMAILING_ENABLED_FIELD_NUMBER: _ClassVar[int]
    USER_NOTIFICATIONS_ENABLED_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    user_action_id: str
    name: str
    localized_names: _containers.ScalarMap[str, str]
    temporal: bool
    prevent_login: bool
    send_end_event: bool
    options: _containers.RepeatedCompositeFieldContainer[UserActionOption]
    start_email_template_id: str
    modify_email_template_id: str
    cancel_email_template_id: str
    end_email_template_id: str
    include_email_in_event: bool
    user_emailing_enabled: bool
    user_notifications_enabled: bool
    active: bool
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    etag: str
    def __init__(self, user_action_id: _Optional[str] = ..., name: _Optional[str] = ..., localized_names: _Optional[_Mapping[str, str]] = ..., temporal: _Optional[bool] = ..., prevent_login: _Optional[bool] = ..., send_end_event: _Optional[bool] = ..., options: _Optional[_Iterable[_Union[UserActionOption, _Mapping]]] = ..., start_email_template_id: _Optional[str] = ..., modify_email_template_id: _Optional[str] = ..., cancel_email_template_id: _Optional[str] = ..., end_email_template_id: _Optional[str] = ..., include_email_in_event: _Optional[bool] = ..., user_emailing_enabled: _Optional[bool] = ..., user_notifications_enabled: _Optional[bool] = ..., active: _Optional[bool] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., etag: _Optional[str] = ...) -> None: ...

class UserActionOption(_message.Message):
    __slots__ = ("option_id", "name", "localized_names")
    class LocalizedNamesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    OPTION_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    LOCALIZED_NAMES_FIELD_NUMBER: _ClassVar[int]
    option_id: str
    name: str
    localized_names: _containers.ScalarMap[str, str]
    def __init__(self, option_id: _Optional[str] = ..., name: _Optional[str] = ..., localized_names: _Optional[_Mapping[str, str]] = ...) -> None: ...

class UserActionReason(_message.Message):
    __slots__ = ("reason_id", "code", "text", "localized_texts", "create_time", "update_time", "etag")
    class LocalizedTextsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    REASON_ID_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    LOCALIZED_TEXTS_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    reason_id: str
    code: str
    text: str
    localized_texts: _containers.ScalarMap[str, str]
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    etag: str
    def __init__(self, reason_id: _Optional[str] = ..., code: _Optional[str] = ..., text: _Optional[str] = ..., localized_texts: _Optional[_Mapping[str, str]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., etag: _Optional[str] = ...) -> None: ...

class AppliedAction(_message.Message):
    __slots__ = ("applied_action_id", "user_id", "user_action_id", "actioner_user_id", "name", "localized_name", "option", "localized_option", "reason", "localized_reason", "reason_code", "reason_id", "application_ids", "comment", "state", "prevent_login", "expire_time", "email_user_on_end", "notify_user_on_end", "broadcast", "end_event_state", "history", "create_time", "update_time", "etag")
    APPLIED_ACTION_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ACTION_ID_FIELD_NUMBER: _ClassVar[int]
    ACTIONER_USER_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    LOCALIZED_NAME_FIELD_NUMBER: _ClassVar[int]
    OPTION_FIELD_NUMBER: _ClassVar[int]
    LOCALIZED_OPTION_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    LOCALIZED_REASON_FIELD_NUMBER: _ClassVar[int]
    REASON_CODE_FIELD_NUMBER: _ClassVar[int]
    REASON_ID_FIELD_NUMBER: _ClassVar[int]
    APPLICATION_IDS_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PREVENT_LOGIN_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    EMAIL_USER_ON_END_FIELD_NUMBER: _ClassVar[int]
    NOTIFY_USER_ON_END_FIELD_NUMBER: _ClassVar[int]
    BROADCAST_FIELD_NUMBER: _ClassVar[int]
    END_EVENT_STATE_FIELD_NUMBER: _ClassVar[int]
    HISTORY_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    applied_action_id: str
    user_id: str
    user_action_id: str
    actioner_user_id: str
    name: str
    localized_name: str
    option: str
    localized_option: str
    reason: str
    localized_reason: str
    reason_code: str
    reason_id: str
    application_ids: _containers.RepeatedScalarFieldContainer[str]
    comment: str
    state: AppliedActionState
    prevent_login: bool
    expire_time: _timestamp_pb2.Timestamp
    email_user_on_end: bool
    notify_user_on_end: bool
    broadcast: bool
    end_event_state: EndEventState
    history: _containers.RepeatedCompositeFieldContainer[AppliedActionChange]
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    etag: str
    def __init__(self, applied_action_id: _Optional[str] = ..., user_id: _Optional[str] = ..., user_action_id: _Optional[str] = ..., actioner_user_id: _Optional[str] = ..., name: _Optional[str] = ..., localized_name: _Optional[str] = ..., option: _Optional[str] = ..., localized_option: _Optional[str] = ..., reason: _Optional[str] = ..., localized_reason: _Optional[str] = ..., reason_code: _Optional[str] = ..., reason_id: _Optional[str] = ..., application_ids: _Optional[_Iterable[str]] = ..., comment: _Optional[str] = ..., state: _Optional[_Union[AppliedActionState, str]] = ..., prevent_login: _Optional[bool] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., email_user_on_end: _Optional[bool] = ..., notify_user_on_end: _Optional[bool] = ..., broadcast: _Optional[bool] = ..., end_event_state: _Optional[_Union[EndEventState, str]] = ..., history: _Optional[_Iterable[_Union[AppliedActionChange, _Mapping]]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., etag: _Optional[str] = ...) -> None: ...

class AppliedActionChange(_message.Message):
    __slots__ = ("phase", "actioner_user_id", "comment", "create_time", "previous_expire_time")
    PHASE_FIELD_NUMBER: _ClassVar[int]
    ACTIONER_USER_ID_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    phase: ActionPhase
    actioner_user_id: str
    comment: str
    create_time: _timestamp_pb2.Timestamp
    previous_expire_time: _timestamp_pb2.Timestamp
    def __init__(self, phase: _Optional[_Union[ActionPhase, str]] = ..., actioner_user_id: _Optional[str] = ..., comment: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., previous_expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class LoginPrevention(_message.Message):
    __slots__ = ("applied_action_id", "user_action_id", "name", "localized_name", "option", "localized_option", "reason", "localized_reason", "reason_code", "expire_time")
    APPLIED_ACTION_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ACTION_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    LOCALIZED_NAME_FIELD_NUMBER: _ClassVar[int]
    OPTION_FIELD_NUMBER: _ClassVar[int]
    LOCALIZED_OPTION_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    LOCALIZED_REASON_FIELD_NUMBER: _ClassVar[int]
    REASON_CODE_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    applied_action_id: str
    user_action_id: str
    name: str
    localized_name: str
    option: str
    localized_option: str
    reason: str
    localized_reason: str
    reason_code: str
    expire_time: _timestamp_pb2.Timestamp
    def __init__(self, applied_action_id: _Optional[str] = ..., user_action_id: _Optional[str] = ..., name: _Optional[str] = ..., localized_name: _Optional[str] = ..., option: _Optional[str] = ..., localized_option: _Optional[str] = ..., reason: _Optional[str] = ..., localized_reason: _Optional[str] = ..., reason_code: _Optional[str] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class LoginPreventions(_message.Message):
    __slots__ = ("login_preventions",)
    LOGIN_PREVENTIONS_FIELD_NUMBER: _ClassVar[int]
    login_preventions: _containers.RepeatedCompositeFieldContainer[LoginPrevention]
    def __init__(self, login_preventions: _Optional[_Iterable[_Union[LoginPrevention, _Mapping]]] = ...) -> None: ...
