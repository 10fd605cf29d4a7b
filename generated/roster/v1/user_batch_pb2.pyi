from buf.validate import validate_pb2 as _validate_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.rpc import status_pb2 as _status_pb2
from roster.v1 import batch_pb2 as _batch_pb2
from roster.v1 import password_pb2 as _password_pb2
from roster.v1 import user_pb2 as _user_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class BatchCreateUsersRequest(_message.Message):
    __slots__ = ("options", "request_id", "items")
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    options: _batch_pb2.BatchOptions
    request_id: str
    items: _containers.RepeatedCompositeFieldContainer[CreateUsersItem]
    def __init__(self, options: _Optional[_Union[_batch_pb2.BatchOptions, _Mapping]] = ..., request_id: _Optional[str] = ..., items: _Optional[_Iterable[_Union[CreateUsersItem, _Mapping]]] = ...) -> None: ...

class CreateUsersItem(_message.Message):
    __slots__ = ("user", "password", "blocked")
    USER_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    BLOCKED_FIELD_NUMBER: _ClassVar[int]
    user: _user_pb2.User
    password: _password_pb2.Password
    blocked: bool
    def __init__(self, user: _Optional[_Union[_user_pb2.User, _Mapping]] = ..., password: _Optional[_Union[_password_pb2.Password, _Mapping]] = ..., blocked: _Optional[bool] = ...) -> None: ...

class BatchCreateUsersResponse(_message.Message):
    __slots__ = ("request_id", "results")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    results: _containers.RepeatedCompositeFieldContainer[BatchUserResult]
    def __init__(self, request_id: _Optional[str] = ..., results: _Optional[_Iterable[_Union[BatchUserResult, _Mapping]]] = ...) -> None: ...

class BatchUserResult(_message.Message):
    __slots__ = ("index", "user_id", "status", "action")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    index: int
    user_id: str
    status: _status_pb2.Status
    action: _batch_pb2.BatchAction
    def __init__(self, index: _Optional[int] = ..., user_id: _Optional[str] = ..., status: _Optional[_Union[_status_pb2.Status, _Mapping]] = ..., action: _Optional[_Union[_batch_pb2.BatchAction, str]] = ...) -> None: ...

class BatchUpdateUsersRequest(_message.Message):
    __slots__ = ("options", "request_id", "items")
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    options: _batch_pb2.BatchOptions
    request_id: str
    items: _containers.RepeatedCompositeFieldContainer[UpdateUsersItem]
    def __init__(self, options: _Optional[_Union[_batch_pb2.BatchOptions, _Mapping]] = ..., request_id: _Optional[str] = ..., items: _Optional[_Iterable[_Union[UpdateUsersItem, _Mapping]]] = ...) -> None: ...

class UpdateUsersItem(_message.Message):
    __slots__ = ("by", "user", "update_mask")
    BY_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    by: _user_pb2.UserRef
    user: _user_pb2.User
    update_mask: _field_mask_pb2.FieldMask
    def __init__(self, by: _Optional[_Union[_user_pb2.UserRef, _Mapping]] = ..., user: _Optional[_Union[_user_pb2.User, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...

class BatchUpdateUsersResponse(_message.Message):
    __slots__ = ("request_id", "results")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    results: _containers.RepeatedCompositeFieldContainer[BatchUserResult]
    def __init__(self, request_id: _Optional[str] = ..., results: _Optional[_Iterable[_Union[BatchUserResult, _Mapping]]] = ...) -> None: ...

class BatchDeleteUsersRequest(_message.Message):
    __slots__ = ("options", "request_id", "items")
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    options: _batch_pb2.BatchOptions
    request_id: str
    items: _containers.RepeatedCompositeFieldContainer[DeleteUsersItem]
    def __init__(self, options: _Optional[_Union[_batch_pb2.BatchOptions, _Mapping]] = ..., request_id: _Optional[str] = ..., items: _Optional[_Iterable[_Union[DeleteUsersItem, _Mapping]]] = ...) -> None: ...

class DeleteUsersItem(_message.Message):
    __slots__ = ("by",)
    BY_FIELD_NUMBER: _ClassVar[int]
    by: _user_pb2.UserRef
    def __init__(self, by: _Optional[_Union[_user_pb2.UserRef, _Mapping]] = ...) -> None: ...

class BatchDeleteUsersResponse(_message.Message):
    __slots__ = ("request_id", "results")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    results: _containers.RepeatedCompositeFieldContainer[BatchUserResult]
    def __init__(self, request_id: _Optional[str] = ..., results: _Optional[_Iterable[_Union[BatchUserResult, _Mapping]]] = ...) -> None: ...

class ExportedUser(_message.Message):
    __slots__ = ("user", "password", "blocked")
    USER_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    BLOCKED_FIELD_NUMBER: _ClassVar[int]
    user: _user_pb2.User
    password: _password_pb2.Password
    blocked: bool
    def __init__(self, user: _Optional[_Union[_user_pb2.User, _Mapping]] = ..., password: _Optional[_Union[_password_pb2.Password, _Mapping]] = ..., blocked: _Optional[bool] = ...) -> None: ...
