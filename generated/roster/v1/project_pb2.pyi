import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Project(_message.Message):
    __slots__ = ("project_id", "display_name", "settings", "create_time", "update_time", "etag")
    PROJECT_ID_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    SETTINGS_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    project_id: str
    display_name: str
    settings: ProjectSettings
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    etag: str
    def __init__(self, project_id: _Optional[str] = ..., display_name: _Optional[str] = ..., settings: _Optional[_Union[ProjectSettings, _Mapping]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., etag: _Optional[str] = ...) -> None: ...

class ProjectSettings(_message.Message):
    __slots__ = ("password_policy", "webhook_policy")
    PASSWORD_POLICY_FIELD_NUMBER: _ClassVar[int]
    WEBHOOK_POLICY_FIELD_NUMBER: _ClassVar[int]
    password_policy: PasswordPolicy
    webhook_policy: WebhookPolicy
    def __init__(self, password_policy: _Optional[_Union[PasswordPolicy, _Mapping]] = ..., webhook_policy: _Optional[_Union[WebhookPolicy, _Mapping]] = ...) -> None: ...

class PasswordPolicy(_message.Message):
    __slots__ = ("min_length", "require_lower", "require_upper", "require_digit", "require_symbol", "history", "max_age_days", "refuse_personal")
    MIN_LENGTH_FIELD_NUMBER: _ClassVar[int]
    REQUIRE_LOWER_FIELD_NUMBER: _ClassVar[int]
    REQUIRE_UPPER_FIELD_NUMBER: _ClassVar[int]
    REQUIRE_DIGIT_FIELD_NUMBER: _ClassVar[int]
    REQUIRE_SYMBOL_FIELD_NUMBER: _ClassVar[int]
    HISTORY_FIELD_NUMBER: _ClassVar[int]
    MAX_AGE_DAYS_FIELD_NUMBER: _ClassVar[int]
    REFUSE_PERSONAL_FIELD_NUMBER: _ClassVar[int]
    min_length: int
    require_lower: bool
    require_upper: bool
    require_digit: bool
    require_symbol: bool
    history: int
    max_age_days: int
    refuse_personal: bool
    def __init__(self, min_length: _Optional[int] = ..., require_lower: _Optional[bool] = ..., require_upper: _Optional[bool] = ..., require_digit: _Optional[bool] = ..., require_symbol: _Optional[bool] = ..., history: _Optional[int] = ..., max_age_days: _Optional[int] = ..., refuse_personal: _Optional[bool] = ...) -> None: ...

class WebhookPolicy(_message.Message):
    __slots__ = ("allow_private_addresses",)
    ALLOW_PRIVATE_ADDRESSES_FIELD_NUMBER: _ClassVar[int]
    allow_private_addresses: bool
    def __init__(self, allow_private_addresses: _Optional[bool] = ...) -> None: ...
