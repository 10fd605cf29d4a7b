from buf.validate import validate_pb2 as _validate_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ConflictPolicy(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CONFLICT_POLICY_UNSPECIFIED: _ClassVar[ConflictPolicy]
    CONFLICT_POLICY_FAIL: _ClassVar[ConflictPolicy]
    CONFLICT_POLICY_SKIP: _ClassVar[ConflictPolicy]
    CONFLICT_POLICY_UPDATE: _ClassVar[ConflictPolicy]

class BatchAction(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    BATCH_ACTION_UNSPECIFIED: _ClassVar[BatchAction]
    BATCH_ACTION_CREATED: _ClassVar[BatchAction]
    BATCH_ACTION_UPDATED: _ClassVar[BatchAction]
    BATCH_ACTION_SKIPPED: _ClassVar[BatchAction]
    BATCH_ACTION_DELETED: _ClassVar[BatchAction]
CONFLICT_POLICY_UNSPECIFIED: ConflictPolicy
CONFLICT_POLICY_FAIL: ConflictPolicy
CONFLICT_POLICY_SKIP: ConflictPolicy
CONFLICT_POLICY_UPDATE: ConflictPolicy
BATCH_ACTION_UNSPECIFIED: BatchAction
BATCH_ACTION_CREATED: BatchAction
BATCH_ACTION_UPDATED: BatchAction
BATCH_ACTION_SKIPPED: BatchAction
BATCH_ACTION_DELETED: BatchAction

class BatchOptions(_message.Message):
    __slots__ = ("on_conflict", "dry_run", "all_or_nothing", "invite", "send_verification_email")
    ON_CONFLICT_FIELD_NUMBER: _ClassVar[int]
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    ALL_OR_NOTHING_FIELD_NUMBER: _ClassVar[int]
    INVITE_FIELD_NUMBER: _ClassVar[int]
    SEND_VERIFICATION_EMAIL_FIELD_NUMBER: _ClassVar[int]
    on_conflict: ConflictPolicy
    dry_run: bool
    all_or_nothing: bool
    invite: bool
    send_verification_email: bool
    def __init__(self, on_conflict: _Optional[_Union[ConflictPolicy, str]] = ..., dry_run: _Optional[bool] = ..., all_or_nothing: _Optional[bool] = ..., invite: _Optional[bool] = ..., send_verification_email: _Optional[bool] = ...) -> None: ...
