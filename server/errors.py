"""The errors of the domain: what went wrong, in words of the domain. No grpc here.

`REASONS` is the whole vocabulary: for every reason its kind, the message, and whether a retry helps.
The interceptor of errors turns an `Error` into a `google.rpc.Status`; the contract repeats the reasons
as the enum `ErrorReason`, and a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from enum import Enum, StrEnum, auto
from typing import Any, Final


class Kind(Enum):
    """What a caller can do about an error; the names are those of the gRPC status codes."""

    INVALID_ARGUMENT = auto()
    UNAUTHENTICATED = auto()
    PERMISSION_DENIED = auto()
    NOT_FOUND = auto()
    ALREADY_EXISTS = auto()
    FAILED_PRECONDITION = auto()
    OUT_OF_RANGE = auto()
    ABORTED = auto()
    RESOURCE_EXHAUSTED = auto()
    DEADLINE_EXCEEDED = auto()
    UNAVAILABLE = auto()
    INTERNAL = auto()


class Reason(StrEnum):
    """Why a call was refused."""

    @staticmethod
    def _generate_next_value_(name: str, *_: object) -> str:
        return name

    CREDENTIALS_MISSING = auto()
    CREDENTIALS_MALFORMED = auto()
    CREDENTIALS_INVALID = auto()
    KEY_EXPIRED = auto()
    KEY_REVOKED = auto()
    PROJECT_NOT_ALLOWED = auto()
    ADDRESS_NOT_ALLOWED = auto()
    ACCESS_TOKEN_INVALID = auto()
    SESSION_ENDED = auto()
    REFRESH_TOKEN_INVALID = auto()
    LOGIN_FAILED = auto()
    CHALLENGE_INVALID = auto()
    LINK_INVALID = auto()
    PASSKEY_REJECTED = auto()
    SCOPE_MISSING = auto()
    SCOPE_ESCALATION = auto()
    ALL_PROJECTS_REQUIRED = auto()
    SIGN_UP_NOT_ALLOWED = auto()
    FIELDS_INVALID = auto()
    MESSAGE_MALFORMED = auto()
    PAGE_TOKEN_INVALID = auto()
    UPDATE_MASK_INVALID = auto()
    REQUEST_ID_REUSED = auto()
    RESUME_TOKEN_INVALID = auto()
    USER_NOT_FOUND = auto()
    ROLE_NOT_FOUND = auto()
    PROJECT_NOT_FOUND = auto()
    MANAGEMENT_KEY_NOT_FOUND = auto()
    LOGIN_ID_NOT_FOUND = auto()
    TENANT_NOT_FOUND = auto()
    APPLICATION_NOT_FOUND = auto()
    CUSTOM_ATTRIBUTE_NOT_FOUND = auto()
    USER_ACTION_NOT_FOUND = auto()
    USER_ACTION_OPTION_NOT_FOUND = auto()
    USER_ACTION_REASON_NOT_FOUND = auto()
    APPLIED_ACTION_NOT_FOUND = auto()
    WEBHOOK_NOT_FOUND = auto()
    WEBHOOK_DELIVERY_NOT_FOUND = auto()
    PROVIDER_TOKEN_NOT_FOUND = auto()
    EMAIL_TEMPLATE_NOT_FOUND = auto()
    USER_ID_TAKEN = auto()
    EMAIL_TAKEN = auto()
    PHONE_NUMBER_TAKEN = auto()
    LOGIN_ID_TAKEN = auto()
    ROLE_ID_TAKEN = auto()
    ROLE_NAME_TAKEN = auto()
    PROJECT_ID_TAKEN = auto()
    TENANT_ID_TAKEN = auto()
    TENANT_NAME_TAKEN = auto()
    APPLICATION_ID_TAKEN = auto()
    APPLICATION_NAME_TAKEN = auto()
    CUSTOM_ATTRIBUTE_ID_TAKEN = auto()
    CUSTOM_ATTRIBUTE_NAME_TAKEN = auto()
    USER_ACTION_ID_TAKEN = auto()
    USER_ACTION_NAME_TAKEN = auto()
    USER_ACTION_REASON_ID_TAKEN = auto()
    USER_ACTION_REASON_CODE_TAKEN = auto()
    ACTION_ALREADY_ACTIVE = auto()
    EMAIL_TEMPLATE_ID_TAKEN = auto()
    EMAIL_TEMPLATE_NAME_TAKEN = auto()
    PASSKEY_TAKEN = auto()
    ETAG_MISMATCH = auto()
    TRANSACTION_CONFLICT = auto()
    BATCH_ITEM_FAILED = auto()
    LAST_IDENTIFIER = auto()
    USER_EXPIRED = auto()
    TOO_MANY_ROLES = auto()
    ROLE_IN_USE = auto()
    PROJECT_NOT_EMPTY = auto()
    KEY_NOT_USABLE = auto()
    HASHING_OVERLOADED = auto()
    TENANT_IN_USE = auto()
    APPLICATION_IN_USE = auto()
    NOT_IN_TENANT = auto()
    TOO_MANY_TENANTS = auto()
    TOO_MANY_APPLICATIONS = auto()
    CUSTOM_ATTRIBUTE_LIMIT = auto()
    ATTRIBUTE_OPTION_IN_USE = auto()
    USER_BLOCKED = auto()
    USER_ACTION_INACTIVE = auto()
    APPLIED_ACTION_NOT_ACTIVE = auto()
    TOO_MANY_MODIFICATIONS = auto()
    EMAIL_NOT_AVAILABLE = auto()
    WEBHOOK_LIMIT = auto()
    WEBHOOK_DISABLED = auto()
    LOGIN_NOT_ALLOWED = auto()
    LOGIN_PREVENTED = auto()
    USER_NOT_INVITED = auto()
    TOTP_NOT_ENROLLED = auto()
    PASSKEYS_NOT_CONFIGURED = auto()
    PASSKEY_LIMIT = auto()
    PROVIDER_TOKEN_LIMIT = auto()
    EMAIL_TEMPLATE_IN_USE = auto()
    WATCHERS_EXHAUSTED = auto()
    WATCHER_TOO_SLOW = auto()
    EVENTS_COLLECTED = auto()
    BATCHES_EXHAUSTED = auto()
    EXPORTS_EXHAUSTED = auto()
    EXPORT_TOO_SLOW = auto()
    LOGIN_LOCKED = auto()
    EMAILS_TOO_FREQUENT = auto()
    SIGN_INS_TOO_FREQUENT = auto()
    BATCH_IDLE = auto()
    CALL_TIMED_OUT = auto()
    DATABASE_UNAVAILABLE = auto()
    SERVER_STOPPING = auto()
    INTERNAL = auto()


REASONS: Final[dict[Reason, tuple[Kind, str]]] = {
    Reason.CREDENTIALS_MISSING: (
        Kind.UNAUTHENTICATED,
        "Send the metadata `authorization: Bearer <project_id>:<management_key>`.",
    ),
    Reason.CREDENTIALS_MALFORMED: (
        Kind.UNAUTHENTICATED,
        "Send `authorization: Bearer <project_id>:<management_key>`, or for end users `Bearer <project_id>`.",
    ),
    Reason.CREDENTIALS_INVALID: (Kind.UNAUTHENTICATED, "The management key or the project is not valid."),
    Reason.KEY_EXPIRED: (Kind.UNAUTHENTICATED, "The management key has expired; create another one."),
    Reason.KEY_REVOKED: (Kind.UNAUTHENTICATED, "The management key was revoked; create another one."),
    Reason.PROJECT_NOT_ALLOWED: (
        Kind.UNAUTHENTICATED,
        "The management key may not act in the project {project_id}.",
    ),
    Reason.ADDRESS_NOT_ALLOWED: (
        Kind.UNAUTHENTICATED,
        "The management key may not be used from {address}.",
    ),
    Reason.ACCESS_TOKEN_INVALID: (
        Kind.UNAUTHENTICATED,
        "The access token is not valid, or has expired; refresh the session.",
    ),
    Reason.SESSION_ENDED: (Kind.UNAUTHENTICATED, "The session is over; sign in again."),
    Reason.REFRESH_TOKEN_INVALID: (Kind.UNAUTHENTICATED, "The refresh token is not valid; sign in again."),
    Reason.LOGIN_FAILED: (Kind.UNAUTHENTICATED, "The identifier, the password or the code is wrong."),
    Reason.CHALLENGE_INVALID: (
        Kind.UNAUTHENTICATED,
        "The challenge is not valid, or has expired; sign in again.",
    ),
    Reason.LINK_INVALID: (
        Kind.UNAUTHENTICATED,
        "The link is not valid, was used, or has expired; ask for another one.",
    ),
    Reason.PASSKEY_REJECTED: (Kind.UNAUTHENTICATED, "The passkey is not accepted; begin again."),
    Reason.SCOPE_MISSING: (Kind.PERMISSION_DENIED, "The management key lacks the scope {scope}."),
    Reason.SCOPE_ESCALATION: (
        Kind.PERMISSION_DENIED,
        "A key cannot give what it does not hold itself: {grant}.",
    ),
    Reason.ALL_PROJECTS_REQUIRED: (
        Kind.PERMISSION_DENIED,
        "Creating a project takes a key that may act in all projects.",
    ),
    Reason.SIGN_UP_NOT_ALLOWED: (
        Kind.PERMISSION_DENIED,
        "The project does not let anybody create an account.",
    ),
    Reason.FIELDS_INVALID: (Kind.INVALID_ARGUMENT, "The request has invalid fields: {fields}."),
    Reason.MESSAGE_MALFORMED: (
        Kind.INVALID_ARGUMENT,
        "The request is not a valid message of its type: wrong encoding, or text that is not UTF-8.",
    ),
    Reason.PAGE_TOKEN_INVALID: (
        Kind.INVALID_ARGUMENT,
        "The page token is damaged, or was made for other arguments.",
    ),
    Reason.UPDATE_MASK_INVALID: (Kind.INVALID_ARGUMENT, "The update mask names invalid paths: {fields}."),
    Reason.REQUEST_ID_REUSED: (
        Kind.INVALID_ARGUMENT,
        "The request id {request_id} was used for another request.",
    ),
    Reason.RESUME_TOKEN_INVALID: (
        Kind.INVALID_ARGUMENT,
        "The resume token is damaged, or belongs to another project.",
    ),
    Reason.USER_NOT_FOUND: (Kind.NOT_FOUND, "There is no user with {reference}."),
    Reason.ROLE_NOT_FOUND: (Kind.NOT_FOUND, "There is no role with {reference}."),
    Reason.PROJECT_NOT_FOUND: (Kind.NOT_FOUND, "There is no project with {reference}."),
    Reason.MANAGEMENT_KEY_NOT_FOUND: (Kind.NOT_FOUND, "There is no management key with {reference}."),
    Reason.LOGIN_ID_NOT_FOUND: (Kind.NOT_FOUND, "The user has no login id {login_id}."),
    Reason.TENANT_NOT_FOUND: (Kind.NOT_FOUND, "There is no tenant with {reference}."),
    Reason.APPLICATION_NOT_FOUND: (Kind.NOT_FOUND, "There is no application with {reference}."),
    Reason.CUSTOM_ATTRIBUTE_NOT_FOUND: (Kind.NOT_FOUND, "There is no custom attribute with {reference}."),
    Reason.USER_ACTION_NOT_FOUND: (Kind.NOT_FOUND, "There is no user action with {reference}."),
    Reason.USER_ACTION_OPTION_NOT_FOUND: (Kind.NOT_FOUND, "The user action has no option {option}."),
    Reason.USER_ACTION_REASON_NOT_FOUND: (Kind.NOT_FOUND, "There is no reason with {reference}."),
    Reason.APPLIED_ACTION_NOT_FOUND: (Kind.NOT_FOUND, "There is no applied action with {reference}."),
    Reason.WEBHOOK_NOT_FOUND: (Kind.NOT_FOUND, "There is no webhook with {reference}."),
    Reason.WEBHOOK_DELIVERY_NOT_FOUND: (Kind.NOT_FOUND, "There is no delivery with {reference}."),
    Reason.PROVIDER_TOKEN_NOT_FOUND: (Kind.NOT_FOUND, "The user has no tokens of the provider {provider}."),
    Reason.EMAIL_TEMPLATE_NOT_FOUND: (Kind.NOT_FOUND, "There is no email template with {reference}."),
    Reason.USER_ID_TAKEN: (Kind.ALREADY_EXISTS, "Another user has this user_id."),
    Reason.EMAIL_TAKEN: (Kind.ALREADY_EXISTS, "Another user has this email."),
    Reason.PHONE_NUMBER_TAKEN: (Kind.ALREADY_EXISTS, "Another user has this phone_number."),
    Reason.LOGIN_ID_TAKEN: (Kind.ALREADY_EXISTS, "Another user has one of these login_ids."),
    Reason.ROLE_ID_TAKEN: (Kind.ALREADY_EXISTS, "Another role has this role_id."),
    Reason.ROLE_NAME_TAKEN: (Kind.ALREADY_EXISTS, "Another role has this name."),
    Reason.PROJECT_ID_TAKEN: (Kind.ALREADY_EXISTS, "Another project has this project_id."),
    Reason.TENANT_ID_TAKEN: (Kind.ALREADY_EXISTS, "Another tenant has this tenant_id."),
    Reason.TENANT_NAME_TAKEN: (Kind.ALREADY_EXISTS, "Another tenant has this name."),
    Reason.APPLICATION_ID_TAKEN: (Kind.ALREADY_EXISTS, "Another application has this application_id."),
    Reason.APPLICATION_NAME_TAKEN: (Kind.ALREADY_EXISTS, "Another application has this name."),
    Reason.CUSTOM_ATTRIBUTE_ID_TAKEN: (
        Kind.ALREADY_EXISTS,
        "Another custom attribute has this custom_attribute_id.",
    ),
    Reason.CUSTOM_ATTRIBUTE_NAME_TAKEN: (Kind.ALREADY_EXISTS, "Another custom attribute has this name."),
    Reason.USER_ACTION_ID_TAKEN: (Kind.ALREADY_EXISTS, "Another user action has this user_action_id."),
    Reason.USER_ACTION_NAME_TAKEN: (Kind.ALREADY_EXISTS, "Another active user action has this name."),
    Reason.USER_ACTION_REASON_ID_TAKEN: (Kind.ALREADY_EXISTS, "Another reason has this reason_id."),
    Reason.USER_ACTION_REASON_CODE_TAKEN: (Kind.ALREADY_EXISTS, "Another reason has this code."),
    Reason.ACTION_ALREADY_ACTIVE: (
        Kind.ALREADY_EXISTS,
        "The action is active on the user already: {applied_action_id}.",
    ),
    Reason.EMAIL_TEMPLATE_ID_TAKEN: (
        Kind.ALREADY_EXISTS,
        "Another email template has this email_template_id.",
    ),
    Reason.EMAIL_TEMPLATE_NAME_TAKEN: (Kind.ALREADY_EXISTS, "Another email template has this name."),
    Reason.PASSKEY_TAKEN: (Kind.ALREADY_EXISTS, "The passkey is registered already."),
    Reason.ETAG_MISMATCH: (Kind.ABORTED, "The resource has changed since it was read; read it again."),
    Reason.TRANSACTION_CONFLICT: (Kind.ABORTED, "The change collided with others; repeat it."),
    Reason.BATCH_ITEM_FAILED: (
        Kind.ABORTED,
        "Another item of the message failed, and all of it was to fail then.",
    ),
    Reason.LAST_IDENTIFIER: (
        Kind.FAILED_PRECONDITION,
        "A user must keep at least one of email, phone_number and login_ids.",
    ),
    Reason.USER_EXPIRED: (Kind.FAILED_PRECONDITION, "The user has expired; move expire_time first."),
    Reason.TOO_MANY_ROLES: (Kind.FAILED_PRECONDITION, "A user can hold at most {limit} roles."),
    Reason.ROLE_IN_USE: (
        Kind.FAILED_PRECONDITION,
        "Users hold the role; take it from them, or delete it with force.",
    ),
    Reason.PROJECT_NOT_EMPTY: (
        Kind.FAILED_PRECONDITION,
        "The project has users; delete them, or delete it with force.",
    ),
    Reason.KEY_NOT_USABLE: (
        Kind.FAILED_PRECONDITION,
        "The key has expired or was revoked; create another one.",
    ),
    Reason.HASHING_OVERLOADED: (
        Kind.RESOURCE_EXHAUSTED,
        "Too many passwords are being hashed at this moment; repeat the call.",
    ),
    Reason.TENANT_IN_USE: (
        Kind.FAILED_PRECONDITION,
        "Users belong to the tenant; delete it with force to end their memberships.",
    ),
    Reason.APPLICATION_IN_USE: (
        Kind.FAILED_PRECONDITION,
        "Users have access to the application; delete it with force to take it from them.",
    ),
    Reason.NOT_IN_TENANT: (
        Kind.FAILED_PRECONDITION,
        "The user does not belong to the tenant {tenant_id}; add the membership first.",
    ),
    Reason.TOO_MANY_TENANTS: (Kind.FAILED_PRECONDITION, "A user can belong to at most {limit} tenants."),
    Reason.TOO_MANY_APPLICATIONS: (
        Kind.FAILED_PRECONDITION,
        "A user can have access to at most {limit} applications.",
    ),
    Reason.CUSTOM_ATTRIBUTE_LIMIT: (
        Kind.FAILED_PRECONDITION,
        "A project can have at most {limit} custom attributes.",
    ),
    Reason.ATTRIBUTE_OPTION_IN_USE: (Kind.FAILED_PRECONDITION, "Users have the option {option}."),
    Reason.USER_BLOCKED: (Kind.FAILED_PRECONDITION, "The user is blocked; unblock the user first."),
    Reason.USER_ACTION_INACTIVE: (
        Kind.FAILED_PRECONDITION,
        "The user action was deleted; reactivate it first.",
    ),
    Reason.APPLIED_ACTION_NOT_ACTIVE: (
        Kind.FAILED_PRECONDITION,
        "The applied action is {state}, and no longer to be changed.",
    ),
    Reason.TOO_MANY_MODIFICATIONS: (
        Kind.FAILED_PRECONDITION,
        "An applied action can be modified at most {limit} times.",
    ),
    Reason.EMAIL_NOT_AVAILABLE: (
        Kind.FAILED_PRECONDITION,
        "No email can be sent: the user has no email address, or the user action no template for it.",
    ),
    Reason.WEBHOOK_LIMIT: (Kind.FAILED_PRECONDITION, "A project can have at most {limit} webhooks."),
    Reason.WEBHOOK_DISABLED: (Kind.FAILED_PRECONDITION, "The webhook is disabled; enable it first."),
    Reason.LOGIN_NOT_ALLOWED: (Kind.FAILED_PRECONDITION, "The user may not sign in, being {status}."),
    Reason.LOGIN_PREVENTED: (Kind.FAILED_PRECONDITION, "The user may not sign in at present: {user_action}."),
    Reason.USER_NOT_INVITED: (Kind.FAILED_PRECONDITION, "The user is not INVITED, but {status}."),
    Reason.TOTP_NOT_ENROLLED: (Kind.FAILED_PRECONDITION, "There is no secret to confirm; enrol first."),
    Reason.PASSKEYS_NOT_CONFIGURED: (
        Kind.FAILED_PRECONDITION,
        "The project's passkey policy names no rp_id.",
    ),
    Reason.PASSKEY_LIMIT: (Kind.FAILED_PRECONDITION, "A user can have at most {limit} passkeys."),
    Reason.PROVIDER_TOKEN_LIMIT: (
        Kind.FAILED_PRECONDITION,
        "A user can have tokens of at most {limit} providers.",
    ),
    Reason.EMAIL_TEMPLATE_IN_USE: (Kind.FAILED_PRECONDITION, "The email template is in use: {used_by}."),
    Reason.WATCHERS_EXHAUSTED: (
        Kind.RESOURCE_EXHAUSTED,
        "The server has as many watchers as it takes; repeat the call.",
    ),
    Reason.WATCHER_TOO_SLOW: (
        Kind.RESOURCE_EXHAUSTED,
        "The watcher did not read for too long; watch again.",
    ),
    Reason.EXPORTS_EXHAUSTED: (
        Kind.RESOURCE_EXHAUSTED,
        "The server has as many exports as it takes; repeat the call.",
    ),
    Reason.EXPORT_TOO_SLOW: (
        Kind.RESOURCE_EXHAUSTED,
        "The export was not read for too long; resume it.",
    ),
    Reason.LOGIN_LOCKED: (
        Kind.RESOURCE_EXHAUSTED,
        "Too many attempts to sign in have failed; try again later.",
    ),
    Reason.EMAILS_TOO_FREQUENT: (Kind.RESOURCE_EXHAUSTED, "Too many emails of this kind; try again later."),
    Reason.SIGN_INS_TOO_FREQUENT: (
        Kind.RESOURCE_EXHAUSTED,
        "Too many sign-ins were begun from this address; try again later.",
    ),
    Reason.EVENTS_COLLECTED: (Kind.OUT_OF_RANGE, "The events that are asked for are not kept any more."),
    Reason.BATCHES_EXHAUSTED: (
        Kind.RESOURCE_EXHAUSTED,
        "The server has as many streams of batches as it takes; repeat the call.",
    ),
    Reason.BATCH_IDLE: (
        Kind.DEADLINE_EXCEEDED,
        "Nothing was sent, or read, for too long; send again what was not answered.",
    ),
    Reason.CALL_TIMED_OUT: (Kind.DEADLINE_EXCEEDED, "The call took too long; nothing was changed."),
    Reason.DATABASE_UNAVAILABLE: (Kind.UNAVAILABLE, "The database does not answer; repeat the call."),
    Reason.SERVER_STOPPING: (Kind.UNAVAILABLE, "The server is about to stop; begin again."),
    Reason.INTERNAL: (Kind.INTERNAL, "Internal error {error_id}."),
}


METADATA_CHARACTERS: Final = 256
"""Of a value that is repeated to the caller. No id, name or identifier is longer."""

FIELDS_IN_MESSAGE: Final = 8
"""Invalid fields that a message names; the violations beside it name all."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One field of a request that breaks a rule: its path from the request on, and the rule in words."""

    field: str
    description: str
    rule: str = dataclass_field(default="", compare=False)
    """The name of the rule, for those who have other words for it; '' if it has none."""


class Error(Exception):
    """A call is refused for `reason`; `metadata` fills in its message and reaches the caller, cut short where
    it is too long.

    `retry_after` is the seconds after which a retry may help, where that depends on the case; `preventions`
    the applied actions that keep a user from signing in.

    Nothing secret may be passed: no password, token, key or hash.
    """

    def __init__(
        self,
        reason: Reason,
        /,
        *,
        violations: Sequence[Violation] = (),
        retry_after: float | None = None,
        preventions: Sequence[Any] = (),
        **metadata: str,
    ) -> None:
        self.reason = reason
        self.retry_after = retry_after
        self.preventions = tuple(preventions)
        self.kind, template = REASONS[reason]
        metadata = {name: value[:METADATA_CHARACTERS] for name, value in metadata.items()}
        self.metadata = metadata
        self.violations = tuple(violations)
        self.message = template.format(
            fields=_listed(list(dict.fromkeys(v.field for v in violations))),
            reference=", ".join(f"{name} {value}" for name, value in metadata.items()),
            **metadata,
        )
        super().__init__(self.message)


def _listed(fields: Sequence[str]) -> str:
    more = len(fields) - FIELDS_IN_MESSAGE
    return ", ".join(fields[:FIELDS_IN_MESSAGE]) + (f" and {more} more" if more > 0 else "")


def refuse_invalid(violations: Sequence[Violation]) -> None:
    """Raises FIELDS_INVALID if there is any violation."""
    if violations:
        raise Error(Reason.FIELDS_INVALID, violations=violations)


def not_found(reason: Reason, kind: str, value: str) -> Error:
    """The error for a reference by `kind` (such as `email`) whose value names nothing."""
    metadata: dict[str, Any] = {kind: value}
    return Error(reason, **metadata)
