from buf.validate import validate_pb2 as _validate_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.rpc import status_pb2 as _status_pb2
from roster.v1 import batch_pb2 as _batch_pb2
from roster.v1 import user_action_pb2 as _user_action_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class BatchCreateUserActionsRequest(_message.Message):
    __slots__ = ("options", "request_id", "items")
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    options: _batch_pb2.BatchOptions
    request_id: str
    items: _containers.RepeatedCompositeFieldContainer[CreateUserActionsItem]
    def __init__(self, options: _Optional[_Union[_batch_pb2.BatchOptions, _Mapping]] = ..., request_id: _Optional[str] = ..., items: _Optional[_Iterable[_Union[CreateUserActionsItem, _Mapping]]] = ...) -> None: ...

class CreateUserActionsItem(_message.Message):
    __slots__ = ("user_action",)
    USER_ACTION_FIELD_NUMBER: _ClassVar[int]
    user_action: _user_action_pb2.UserAction
    def __init__(self, user_action: _Optional[_Union[_user_action_pb2.UserAction, _Mapping]] = ...) -> None: ...

class BatchCreateUserActionsResponse(_message.Message):
    __slots__ = ("request_id", "results")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    results: _containers.RepeatedCompositeFieldContainer[BatchUserActionResult]
    def __init__(self, request_id: _Optional[str] = ..., results: _Optional[_Iterable[_Union[BatchUserActionResult, _Mapping]]] = ...) -> None: ...

class BatchUserActionResult(_message.Message):
    __slots__ = ("index", "user_action_id", "status", "action")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    USER_ACTION_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    index: int
    user_action_id: str
    status: _status_pb2.Status
    action: _batch_pb2.BatchAction
    def __init__(self, index: _Optional[int] = ..., user_action_id: _Optional[str] = ..., status: _Optional[_Union[_status_pb2.Status, _Mapping]] = ..., action: _Optional[_Union[_batch_pb2.BatchAction, str]] = ...) -> None: ...

class BatchDeleteUserActionsRequest(_message.Message):
    __slots__ = ("options", "request_id", "items")
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    options: _batch_pb2.BatchOptions
    request_id: str
    items: _containers.RepeatedCompositeFieldContainer[DeleteUserActionsItem]
    def __init__(self, options: _Optional[_Union[_batch_pb2.BatchOptions, _Mapping]] = ..., request_id: _Optional[str] = ..., items: _Optional[_Iterable[_Union[DeleteUserActionsItem, _Mapping]]] = ...) -> None: ...

class DeleteUserActionsItem(_message.Message):
    __slots__ = ("user_action_id", "hard_delete", "etag")
    USER_ACTION_ID_FIELD_NUMBER: _ClassVar[int]
    HARD_DELETE_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    user_action_id: str
    hard_delete: bool
    etag: str
    def __init__(self, user_action_id: _Optional[str] = ..., hard_delete: _Optional[bool] = ..., etag: _Optional[str] = ...) -> None: ...

class BatchDeleteUserActionsResponse(_message.Message):
    __slots__ = ("request_id", "results")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    results: _containers.RepeatedCompositeFieldContainer[BatchUserActionResult]
    def __init__(self, request_id: _Optional[str] = ..., results: _Optional[_Iterable[_Union[BatchUserActionResult, _Mapping]]] = ...) -> None: ...

class BatchAppliedActionResult(_message.Message):
    __slots__ = ("index", "applied_action_id", "status", "action")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    APPLIED_ACTION_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    index: int
    applied_action_id: str
    status: _status_pb2.Status
    action: _batch_pb2.BatchAction
    def __init__(self, index: _Optional[int] = ..., applied_action_id: _Optional[str] = ..., status: _Optional[_Union[_status_pb2.Status, _Mapping]] = ..., action: _Optional[_Union[_batch_pb2.BatchAction, str]] = ...) -> None: ...
