import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from roster.v1 import annotations_pb2 as _annotations_pb2_1
from roster.v1 import management_key_pb2 as _management_key_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CreateManagementKeyRequest(_message.Message):
    __slots__ = ("management_key", "request_id")
    MANAGEMENT_KEY_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    management_key: _management_key_pb2.ManagementKey
    request_id: str
    def __init__(self, management_key: _Optional[_Union[_management_key_pb2.ManagementKey, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class CreateManagementKeyResponse(_message.Message):
    __slots__ = ("management_key", "secret")
    MANAGEMENT_KEY_FIELD_NUMBER: _ClassVar[int]
    SECRET_FIELD_NUMBER: _ClassVar[int]
    management_key: _management_key_pb2.ManagementKey
    secret: str
    def __init__(self, management_key: _Optional[_Union[_management_key_pb2.ManagementKey, _Mapping]] = ..., secret: _Optional[str] = ...) -> None: ...

class GetManagementKeyRequest(_message.Message):
    __slots__ = ("key_id",)
    KEY_ID_FIELD_NUMBER: _ClassVar[int]
    key_id: str
    def __init__(self, key_id: _Optional[str] = ...) -> None: ...

class GetManagementKeyResponse(_message.Message):
    __slots__ = ("management_key",)
    MANAGEMENT_KEY_FIELD_NUMBER: _ClassVar[int]
    management_key: _management_key_pb2.ManagementKey
    def __init__(self, management_key: _Optional[_Union[_management_key_pb2.ManagementKey, _Mapping]] = ...) -> None: ...

class ListManagementKeysRequest(_message.Message):
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

class ListManagementKeysResponse(_message.Message):
    __slots__ = ("management_keys", "next_page_token", "total_size")
    MANAGEMENT_KEYS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TOTAL_SIZE_FIELD_NUMBER: _ClassVar[int]
    management_keys: _containers.RepeatedCompositeFieldContainer[_management_key_pb2.ManagementKey]
    next_page_token: str
    total_size: int
    def __init__(self, management_keys: _Optional[_Iterable[_Union[_management_key_pb2.ManagementKey, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., total_size: _Optional[int] = ...) -> None: ...

class UpdateManagementKeyRequest(_message.Message):
    __slots__ = ("key_id", "management_key", "update_mask", "request_id")
    KEY_ID_FIELD_NUMBER: _ClassVar[int]
    MANAGEMENT_KEY_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    key_id: str
    management_key: _management_key_pb2.ManagementKey
    update_mask: _field_mask_pb2.FieldMask
    request_id: str
    def __init__(self, key_id: _Optional[str] = ..., management_key: _Optional[_Union[_management_key_pb2.ManagementKey, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class UpdateManagementKeyResponse(_message.Message):
    __slots__ = ("management_key",)
    MANAGEMENT_KEY_FIELD_NUMBER: _ClassVar[int]
    management_key: _management_key_pb2.ManagementKey
    def __init__(self, management_key: _Optional[_Union[_management_key_pb2.ManagementKey, _Mapping]] = ...) -> None: ...

class RotateManagementKeyRequest(_message.Message):
    __slots__ = ("key_id", "overlap", "request_id")
    KEY_ID_FIELD_NUMBER: _ClassVar[int]
    OVERLAP_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    key_id: str
    overlap: _duration_pb2.Duration
    request_id: str
    def __init__(self, key_id: _Optional[str] = ..., overlap: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class RotateManagementKeyResponse(_message.Message):
    __slots__ = ("management_key", "secret")
    MANAGEMENT_KEY_FIELD_NUMBER: _ClassVar[int]
    SECRET_FIELD_NUMBER: _ClassVar[int]
    management_key: _management_key_pb2.ManagementKey
    secret: str
    def __init__(self, management_key: _Optional[_Union[_management_key_pb2.ManagementKey, _Mapping]] = ..., secret: _Optional[str] = ...) -> None: ...

class RevokeManagementKeyRequest(_message.Message):
    __slots__ = ("key_id", "request_id")
    KEY_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    key_id: str
    request_id: str
    def __init__(self, key_id: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class RevokeManagementKeyResponse(_message.Message):
    __slots__ = ("management_key",)
    MANAGEMENT_KEY_FIELD_NUMBER: _ClassVar[int]
    management_key: _management_key_pb2.ManagementKey
    def __init__(self, management_key: _Optional[_Union[_management_key_pb2.ManagementKey, _Mapping]] = ...) -> None: ...
