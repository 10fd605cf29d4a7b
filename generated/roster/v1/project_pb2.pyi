import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
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
    __slots__ = ("password_policy", "webhook_policy", "sign_up_policy", "token_policy", "lockout_policy", "mfa_policy", "passkey_policy", "email_policy")
    PASSWORD_POLICY_FIELD_NUMBER: _ClassVar[int]
    WEBHOOK_POLICY_FIELD_NUMBER: _ClassVar[int]
    SIGN_UP_POLICY_FIELD_NUMBER: _ClassVar[int]
    TOKEN_POLICY_FIELD_NUMBER: _ClassVar[int]
    LOCKOUT_POLICY_FIELD_NUMBER: _ClassVar[int]
    MFA_POLICY_FIELD_NUMBER: _ClassVar[int]
    PASSKEY_POLICY_FIELD_NUMBER: _ClassVar[int]
    EMAIL_POLICY_FIELD_NUMBER: _ClassVar[int]
    password_policy: PasswordPolicy
    webhook_policy: WebhookPolicy
    sign_up_policy: SignUpPolicy
    token_policy: TokenPolicy
    lockout_policy: LockoutPolicy
    mfa_policy: MfaPolicy
    passkey_policy: PasskeyPolicy
    email_policy: EmailPolicy
    def __init__(self, password_policy: _Optional[_Union[PasswordPolicy, _Mapping]] = ..., webhook_policy: _Optional[_Union[WebhookPolicy, _Mapping]] = ..., sign_up_policy: _Optional[_Union[SignUpPolicy, _Mapping]] = ..., token_policy: _Optional[_Union[TokenPolicy, _Mapping]] = ..., lockout_policy: _Optional[_Union[LockoutPolicy, _Mapping]] = ..., mfa_policy: _Optional[_Union[MfaPolicy, _Mapping]] = ..., passkey_policy: _Optional[_Union[PasskeyPolicy, _Mapping]] = ..., email_policy: _Optional[_Union[EmailPolicy, _Mapping]] = ...) -> None: ...

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

class SignUpPolicy(_message.Message):
    __slots__ = ("allowed",)
    ALLOWED_FIELD_NUMBER: _ClassVar[int]
    allowed: bool
    def __init__(self, allowed: _Optional[bool] = ...) -> None: ...

class TokenPolicy(_message.Message):
    __slots__ = ("access_token_seconds", "session_seconds", "idle_seconds", "reuse_leeway_seconds", "key_rotation_days", "issuer")
    ACCESS_TOKEN_SECONDS_FIELD_NUMBER: _ClassVar[int]
    SESSION_SECONDS_FIELD_NUMBER: _ClassVar[int]
    IDLE_SECONDS_FIELD_NUMBER: _ClassVar[int]
    REUSE_LEEWAY_SECONDS_FIELD_NUMBER: _ClassVar[int]
    KEY_ROTATION_DAYS_FIELD_NUMBER: _ClassVar[int]
    ISSUER_FIELD_NUMBER: _ClassVar[int]
    access_token_seconds: int
    session_seconds: int
    idle_seconds: int
    reuse_leeway_seconds: int
    key_rotation_days: int
    issuer: str
    def __init__(self, access_token_seconds: _Optional[int] = ..., session_seconds: _Optional[int] = ..., idle_seconds: _Optional[int] = ..., reuse_leeway_seconds: _Optional[int] = ..., key_rotation_days: _Optional[int] = ..., issuer: _Optional[str] = ...) -> None: ...

class LockoutPolicy(_message.Message):
    __slots__ = ("attempts", "window_seconds", "duration_seconds", "address_attempts", "user_action_id", "password_reset_unlocks")
    ATTEMPTS_FIELD_NUMBER: _ClassVar[int]
    WINDOW_SECONDS_FIELD_NUMBER: _ClassVar[int]
    DURATION_SECONDS_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_ATTEMPTS_FIELD_NUMBER: _ClassVar[int]
    USER_ACTION_ID_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_RESET_UNLOCKS_FIELD_NUMBER: _ClassVar[int]
    attempts: int
    window_seconds: int
    duration_seconds: int
    address_attempts: int
    user_action_id: str
    password_reset_unlocks: bool
    def __init__(self, attempts: _Optional[int] = ..., window_seconds: _Optional[int] = ..., duration_seconds: _Optional[int] = ..., address_attempts: _Optional[int] = ..., user_action_id: _Optional[str] = ..., password_reset_unlocks: _Optional[bool] = ...) -> None: ...

class MfaPolicy(_message.Message):
    __slots__ = ("required",)
    REQUIRED_FIELD_NUMBER: _ClassVar[int]
    required: bool
    def __init__(self, required: _Optional[bool] = ...) -> None: ...

class PasskeyPolicy(_message.Message):
    __slots__ = ("rp_id", "rp_name", "origins")
    RP_ID_FIELD_NUMBER: _ClassVar[int]
    RP_NAME_FIELD_NUMBER: _ClassVar[int]
    ORIGINS_FIELD_NUMBER: _ClassVar[int]
    rp_id: str
    rp_name: str
    origins: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, rp_id: _Optional[str] = ..., rp_name: _Optional[str] = ..., origins: _Optional[_Iterable[str]] = ...) -> None: ...

class EmailPolicy(_message.Message):
    __slots__ = ("from_address", "from_name", "reply_to", "verification_url", "password_reset_url", "invitation_url", "verification_seconds", "password_reset_seconds", "invitation_seconds", "notify_password_changed", "notify_new_sign_in", "verification_template_id", "password_reset_template_id", "invitation_template_id", "sign_up_template_id", "sign_up_exists_template_id", "password_changed_template_id", "new_sign_in_template_id", "emails_per_hour", "interval_seconds")
    FROM_ADDRESS_FIELD_NUMBER: _ClassVar[int]
    FROM_NAME_FIELD_NUMBER: _ClassVar[int]
    REPLY_TO_FIELD_NUMBER: _ClassVar[int]
    VERIFICATION_URL_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_RESET_URL_FIELD_NUMBER: _ClassVar[int]
    INVITATION_URL_FIELD_NUMBER: _ClassVar[int]
    VERIFICATION_SECONDS_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_RESET_SECONDS_FIELD_NUMBER: _ClassVar[int]
    INVITATION_SECONDS_FIELD_NUMBER: _ClassVar[int]
    NOTIFY_PASSWORD_CHANGED_FIELD_NUMBER: _ClassVar[int]
    NOTIFY_NEW_SIGN_IN_FIELD_NUMBER: _ClassVar[int]
    VERIFICATION_TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_RESET_TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    INVITATION_TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    SIGN_UP_TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    SIGN_UP_EXISTS_TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_CHANGED_TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    NEW_SIGN_IN_TEMPLATE_ID_FIELD_NUMBER: _ClassVar[int]
    EMAILS_PER_HOUR_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_SECONDS_FIELD_NUMBER: _ClassVar[int]
    from_address: str
    from_name: str
    reply_to: str
    verification_url: str
    password_reset_url: str
    invitation_url: str
    verification_seconds: int
    password_reset_seconds: int
    invitation_seconds: int
    notify_password_changed: bool
    notify_new_sign_in: bool
    verification_template_id: str
    password_reset_template_id: str
    invitation_template_id: str
    sign_up_template_id: str
    sign_up_exists_template_id: str
    password_changed_template_id: str
    new_sign_in_template_id: str
    emails_per_hour: int
    interval_seconds: int
    def __init__(self, from_address: _Optional[str] = ..., from_name: _Optional[str] = ..., reply_to: _Optional[str] = ..., verification_url: _Optional[str] = ..., password_reset_url: _Optional[str] = ..., invitation_url: _Optional[str] = ..., verification_seconds: _Optional[int] = ..., password_reset_seconds: _Optional[int] = ..., invitation_seconds: _Optional[int] = ..., notify_password_changed: _Optional[bool] = ..., notify_new_sign_in: _Optional[bool] = ..., verification_template_id: _Optional[str] = ..., password_reset_template_id: _Optional[str] = ..., invitation_template_id: _Optional[str] = ..., sign_up_template_id: _Optional[str] = ..., sign_up_exists_template_id: _Optional[str] = ..., password_changed_template_id: _Optional[str] = ..., new_sign_in_template_id: _Optional[str] = ..., emails_per_hour: _Optional[int] = ..., interval_seconds: _Optional[int] = ...) -> None: ...
