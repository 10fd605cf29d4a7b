"""What the database says, in words of the domain: one table of constraints, one of conditions."""

from __future__ import annotations

from typing import Final

import psycopg
from psycopg import errors as pg

from server.errors import Error, Reason

CONSTRAINTS: Final[dict[str, Reason]] = {
    "projects_pkey": Reason.PROJECT_ID_TAKEN,
    "roles_pkey": Reason.ROLE_ID_TAKEN,
    "roles_name_key": Reason.ROLE_NAME_TAKEN,
    "users_pkey": Reason.USER_ID_TAKEN,
    "users_email_key": Reason.EMAIL_TAKEN,
    "users_phone_number_key": Reason.PHONE_NUMBER_TAKEN,
    "login_ids_pkey": Reason.LOGIN_ID_TAKEN,
    "users_identifier_check": Reason.LAST_IDENTIFIER,
    "tenants_pkey": Reason.TENANT_ID_TAKEN,
    "tenants_name_key": Reason.TENANT_NAME_TAKEN,
    "applications_pkey": Reason.APPLICATION_ID_TAKEN,
    "applications_name_key": Reason.APPLICATION_NAME_TAKEN,
    "custom_attributes_pkey": Reason.CUSTOM_ATTRIBUTE_ID_TAKEN,
    "custom_attributes_name_key": Reason.CUSTOM_ATTRIBUTE_NAME_TAKEN,
    "user_actions_pkey": Reason.USER_ACTION_ID_TAKEN,
    "user_actions_name_key": Reason.USER_ACTION_NAME_TAKEN,
    "user_action_reasons_pkey": Reason.USER_ACTION_REASON_ID_TAKEN,
    "user_action_reasons_code_key": Reason.USER_ACTION_REASON_CODE_TAKEN,
    "email_templates_pkey": Reason.EMAIL_TEMPLATE_ID_TAKEN,
    "email_templates_name_key": Reason.EMAIL_TEMPLATE_NAME_TAKEN,
    "passkeys_credential_key": Reason.PASSKEY_TAKEN,
    # The user or the definition was deleted between the look at it and its use.
    "applied_actions_user_fkey": Reason.USER_NOT_FOUND,
    "one_time_tokens_user_fkey": Reason.USER_NOT_FOUND,
    "applied_actions_action_fkey": Reason.USER_ACTION_NOT_FOUND,
    # Grants are made under a lock on their roles, so only a deletion can meet it.
    "user_roles_role_fkey": Reason.ROLE_IN_USE,
    "user_tenant_roles_role_fkey": Reason.ROLE_IN_USE,
    "user_tenants_tenant_fkey": Reason.TENANT_IN_USE,
    "user_applications_application_fkey": Reason.APPLICATION_IN_USE,
}

# The project was deleted under the call.
PROJECT_KEYS: Final = (
    "users_project_fkey",
    "roles_project_fkey",
    "management_keys_project_fkey",
    "tenants_project_fkey",
    "applications_project_fkey",
    "custom_attributes_project_fkey",
    "user_actions_project_fkey",
    "user_action_reasons_project_fkey",
    "webhooks_project_fkey",
    "email_templates_project_fkey",
    "signing_keys_project_fkey",
    "one_time_tokens_project_fkey",
    "throttles_project_fkey",
)

# Others were faster; the same transaction may succeed when it runs again.
CONFLICTS: Final = (pg.SerializationFailure, pg.DeadlockDetected)

# The server is there, but cannot serve: starting, stopping, full, or a standby after a failover.
AWAY: Final = (
    pg.AdminShutdown,
    pg.CrashShutdown,
    pg.CannotConnectNow,
    pg.TooManyConnections,
    pg.ReadOnlySqlTransaction,
    pg.IdleInTransactionSessionTimeout,
)


class Conflict(Exception):
    """The transaction collided with another one and was rolled back. It may be run again."""


class Unavailable(Exception):
    """The database did not answer.

    `in_doubt` tells whether the transaction may have been committed all the same.
    """

    def __init__(self, *, in_doubt: bool) -> None:
        super().__init__()
        self.in_doubt = in_doubt


class Unforeseen(Exception):
    """The database refused a statement for a reason that no caller can help: a defect of ours, or of its own.

    It says what the database says but for the details, which quote whole rows: they would get into the log.
    """

    def __init__(self, error: psycopg.Error) -> None:
        super().__init__(f"{type(error).__name__}: {error.diag.message_primary or 'no message'}")


def translated(error: psycopg.Error, *, lost: bool, in_doubt: bool) -> Exception:
    """The error to raise in place of `error`, and without it as its cause.

    `lost` tells whether the connection is gone, `in_doubt` whether a COMMIT was under way.
    """
    if lost or isinstance(error, AWAY):
        return Unavailable(in_doubt=in_doubt)
    if isinstance(error, CONFLICTS):
        return Conflict()
    if isinstance(error, pg.QueryCanceled):
        return Error(Reason.CALL_TIMED_OUT)
    constraint = error.diag.constraint_name or ""
    if constraint in PROJECT_KEYS:
        return Error(Reason.CREDENTIALS_INVALID)
    if constraint in CONSTRAINTS:
        return Error(CONSTRAINTS[constraint])
    return Unforeseen(error)
