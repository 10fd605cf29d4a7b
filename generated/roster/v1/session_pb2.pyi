import datetime

from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class LoginMethod(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LOGIN_METHOD_UNSPECIFIED: _ClassVar[LoginMethod]
    LOGIN_METHOD_PASSWORD: _ClassVar[LoginMethod]
    LOGIN_METHOD_PASSKEY: _ClassVar[LoginMethod]
    LOGIN_METHOD_TOTP: _ClassVar[LoginMethod]
    LOGIN_METHOD_RECOVERY_CODE: _ClassVar[LoginMethod]

class LoginOutcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LOGIN_OUTCOME_UNSPECIFIED: _ClassVar[LoginOutcome]
    LOGIN_OUTCOME_SUCCEEDED: _ClassVar[LoginOutcome]
    LOGIN_OUTCOME_WRONG_CREDENTIALS: _ClassVar[LoginOutcome]
    LOGIN_OUTCOME_CHALLENGED: _ClassVar[LoginOutcome]
    LOGIN_OUTCOME_REFUSED: _ClassVar[LoginOutcome]
    LOGIN_OUTCOME_LOCKED: _ClassVar[LoginOutcome]

class ChallengeType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CHALLENGE_TYPE_UNSPECIFIED: _ClassVar[ChallengeType]
    CHALLENGE_TYPE_MFA: _ClassVar[ChallengeType]
    CHALLENGE_TYPE_MFA_ENROLMENT: _ClassVar[ChallengeType]
    CHALLENGE_TYPE_PASSWORD_CHANGE: _ClassVar[ChallengeType]
LOGIN_METHOD_UNSPECIFIED: LoginMethod
LOGIN_METHOD_PASSWORD: LoginMethod
LOGIN_METHOD_PASSKEY: LoginMethod
LOGIN_METHOD_TOTP: LoginMethod
LOGIN_METHOD_RECOVERY_CODE: LoginMethod
LOGIN_OUTCOME_UNSPECIFIED: LoginOutcome
LOGIN_OUTCOME_SUCCEEDED: LoginOutcome
LOGIN_OUTCOME_WRONG_CREDENTIALS: LoginOutcome
LOGIN_OUTCOME_CHALLENGED: LoginOutcome
LOGIN_OUTCOME_REFUSED: LoginOutcome
LOGIN_OUTCOME_LOCKED: LoginOutcome
CHALLENGE_TYPE_UNSPECIFIED: ChallengeType
CHALLENGE_TYPE_MFA: ChallengeType
CHALLENGE_TYPE_MFA_ENROLMENT: ChallengeType
CHALLENGE_TYPE_PASSWORD_CHANGE: ChallengeType

class Session(_message.Message):
    __slots__ = ("session_id", "user_id", "methods", "ip_address", "user_agent", "custom_claims", "create_time", "refresh_time", "expire_time")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    METHODS_FIELD_NUMBER: _ClassVar[int]
    IP_ADDRESS_FIELD_NUMBER: _ClassVar[int]
    USER_AGENT_FIELD_NUMBER: _ClassVar[int]
    CUSTOM_CLAIMS_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    REFRESH_TIME_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    user_id: str
    methods: _containers.RepeatedScalarFieldContainer[LoginMethod]
    ip_address: str
    user_agent: str
    custom_claims: _struct_pb2.Struct
    create_time: _timestamp_pb2.Timestamp
    refresh_time: _timestamp_pb2.Timestamp
    expire_time: _timestamp_pb2.Timestamp
    def __init__(self, session_id: _Optional[str] = ..., user_id: _Optional[str] = ..., methods: _Optional[_Iterable[_Union[LoginMethod, str]]] = ..., ip_address: _Optional[str] = ..., user_agent: _Optional[str] = ..., custom_claims: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., refresh_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Login(_message.Message):
    __slots__ = ("login_record_id", "create_time", "ip_address", "user_agent", "method", "outcome", "session_id")
    LOGIN_RECORD_ID_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    IP_ADDRESS_FIELD_NUMBER: _ClassVar[int]
    USER_AGENT_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    login_record_id: str
    create_time: _timestamp_pb2.Timestamp
    ip_address: str
    user_agent: str
    method: LoginMethod
    outcome: LoginOutcome
    session_id: str
    def __init__(self, login_record_id: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ip_address: _Optional[str] = ..., user_agent: _Optional[str] = ..., method: _Optional[_Union[LoginMethod, str]] = ..., outcome: _Optional[_Union[LoginOutcome, str]] = ..., session_id: _Optional[str] = ...) -> None: ...

class Challenge(_message.Message):
    __slots__ = ("type", "challenge_token", "expire_time", "mfa_methods")
    TYPE_FIELD_NUMBER: _ClassVar[int]
    CHALLENGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    MFA_METHODS_FIELD_NUMBER: _ClassVar[int]
    type: ChallengeType
    challenge_token: str
    expire_time: _timestamp_pb2.Timestamp
    mfa_methods: _containers.RepeatedScalarFieldContainer[LoginMethod]
    def __init__(self, type: _Optional[_Union[ChallengeType, str]] = ..., challenge_token: _Optional[str] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., mfa_methods: _Optional[_Iterable[_Union[LoginMethod, str]]] = ...) -> None: ...

class SigningKey(_message.Message):
    __slots__ = ("key_id", "key_type", "algorithm", "curve", "x", "y", "create_time", "expire_time")
    KEY_ID_FIELD_NUMBER: _ClassVar[int]
    KEY_TYPE_FIELD_NUMBER: _ClassVar[int]
    ALGORITHM_FIELD_NUMBER: _ClassVar[int]
    CURVE_FIELD_NUMBER: _ClassVar[int]
    X_FIELD_NUMBER: _ClassVar[int]
    Y_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    key_id: str
    key_type: str
    algorithm: str
    curve: str
    x: str
    y: str
    create_time: _timestamp_pb2.Timestamp
    expire_time: _timestamp_pb2.Timestamp
    def __init__(self, key_id: _Optional[str] = ..., key_type: _Optional[str] = ..., algorithm: _Optional[str] = ..., curve: _Optional[str] = ..., x: _Optional[str] = ..., y: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
