"""What was done to users. A row of an applied action is the tuple of `APPLIED_COLUMNS`, in their order."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from peewee import SQL, Case, fn

from server.store.database import Database, Row
from server.store.models import AppliedAction
from server.store.pages import Order, page_statement
from server.store.statements import P, compiled
from server.store.user_pages import FOUND, of_user
from server.store.users import REFERENCES, U

A: Final = AppliedAction.alias("a")

# What is past its time has ended, whether or not that is recorded yet.
_LASTS: Final = (A.state == "ACTIVE") & (A.expire_time.is_null() | (A.expire_time > fn.now()))
STATE: Final = Case(None, [((A.state == "ACTIVE") & (A.expire_time <= fn.now()), "ENDED")], A.state)

CREATED_COLUMNS: Final = {
    "applied_action_id": "uuid",
    "user_id": "uuid",
    "user_action_id": "uuid",
    "actioner_user_id": "uuid",
    "name": "text",
    "localized_name": "text",
    "option": "text",
    "localized_option": "text",
    "reason_id": "uuid",
    "reason": "text",
    "localized_reason": "text",
    "reason_code": "text",
    "application_ids": "uuid[]",
    "comment": "text",
    "state": "text",
    "prevent_login": "boolean",
    "send_end_event": "boolean",
    "expire_time": "timestamptz",
    "email_user_on_end": "boolean",
    "notify_user_on_end": "boolean",
    "broadcast": "boolean",
    "history": "jsonb",
    "create_time": "timestamptz",
    "update_time": "timestamptz",
    "revision": "bigint",
}
"""The columns that a new applied action is given, with their types."""

APPLIED_COLUMNS: Final[dict[str, Any]] = {}
for _name in CREATED_COLUMNS:
    APPLIED_COLUMNS[_name] = getattr(A, _name)
    if _name == "state":
        APPLIED_COLUMNS["state"] = STATE
        APPLIED_COLUMNS["ended"] = A.state == "ENDED"

_FOUND = A.select(*APPLIED_COLUMNS.values()).where(A.project_id == P.project_id)
_GET: Final = compiled(_FOUND.where(A.applied_action_id == P.applied_action_id))


def get(database: Database, project_id: str, applied_action_id: str) -> Row | None:
    """The applied action with this id."""
    return database.one(_GET, {"project_id": project_id, "applied_action_id": applied_action_id})


# Of a definition what an application needs, by the names of `domain.applied_action.Definition`.
DEFINITION: Final = """jsonb_build_object('user_action_id', d.user_action_id, 'name', d.name,
        'localized_names', d.localized_names, 'temporal', d.temporal, 'prevent_login', d.prevent_login,
        'send_end_event', d.send_end_event, 'options', d.options,
        'user_emailing_enabled', d.user_emailing_enabled,
        'user_notifications_enabled', d.user_notifications_enabled, 'active', d.active,
        'email_templates', jsonb_build_object('START', d.start_email_template_id,
            'MODIFY', d.modify_email_template_id, 'CANCEL', d.cancel_email_template_id,
            'END', d.end_email_template_id),
        'include_email_in_event', d.include_email_in_event)"""
_DEFINITION: Final = f"""(
    SELECT {DEFINITION}
    FROM user_actions AS d WHERE d.project_id = %(project_id)s AND d.user_action_id = {{user_action_id}})"""
_ACTIONER_EXISTS: Final = """EXISTS (
    SELECT FROM users WHERE project_id = %(project_id)s AND user_id = %(actioner_user_id)s::uuid)"""
REASON: Final = """jsonb_build_object(
        'reason_id', r.reason_id, 'code', r.code, 'text', r.text, 'localized_texts', r.localized_texts)"""
# An id is looked for first, and a code that looks like one then.
_REASON: Final = f"""(
    SELECT {REASON}
    FROM user_action_reasons AS r WHERE project_id = %(project_id)s
        AND (reason_id = %(reason_id)s::uuid OR code_key = %(reason_key)s)
    ORDER BY reason_id = %(reason_id)s::uuid DESC NULLS LAST LIMIT 1)"""
_MISSING_APPLICATION: Final = """(
    SELECT asked FROM unnest(%(application_ids)s::uuid[]) AS asked
    WHERE NOT EXISTS (
        SELECT FROM applications WHERE project_id = %(project_id)s AND application_id = asked)
    LIMIT 1)"""

_GROUND: Final = {
    reference: compiled(
        U.select(
            U.user_id,
            U.locale,
            U.email != "",
            fn.now(),
            SQL(_DEFINITION.format(user_action_id="%(user_action_id)s")),
            SQL(_REASON),
            SQL(_ACTIONER_EXISTS),
            SQL(_MISSING_APPLICATION),
        ).where(U.project_id == P.project_id, condition)
    )
    for reference, condition in REFERENCES.items()
}


def ground(database: Database, reference: str, values: Mapping[str, Any]) -> Row | None:
    """(user_id, locale, whether there is an email, now, definition, reason, whether the actioner exists, an
    application that does not) for an application to the user that `reference` with the folded `key` names;
    None for no such user."""
    return database.one(_GROUND[reference], values)


_OF_USER: Final = "(SELECT {column} FROM users u WHERE u.project_id = a.project_id AND u.user_id = a.user_id)"
_LOCK: Final = compiled(
    A.select(
        *APPLIED_COLUMNS.values(),
        SQL(_OF_USER.format(column="locale")),
        SQL(_OF_USER.format(column="email <> ''")),
        fn.now(),
        SQL(_DEFINITION.format(user_action_id="a.user_action_id")),
        SQL(_ACTIONER_EXISTS),
    )
    .where(A.project_id == P.project_id, A.applied_action_id == P.applied_action_id)
    .for_update()
)


def lock(
    database: Database, project_id: str, applied_action_id: str, actioner_user_id: str | None
) -> Row | None:
    """The applied action, locked until the transaction ends; behind its columns the user's locale, whether
    the user has an email, now, the definition, and whether the actioner exists."""
    values = {
        "project_id": project_id,
        "applied_action_id": applied_action_id,
        "actioner_user_id": actioner_user_id,
    }
    return database.one(_LOCK, values)


_ACTIVE: Final = compiled(
    _FOUND.where(A.user_id == P.user_id, A.user_action_id == P.user_action_id, _LASTS)
    .order_by(A.create_time.desc(), A.applied_action_id.desc())
    .limit(1)
)


def active(database: Database, project_id: str, user_id: str, user_action_id: str) -> Row | None:
    """The newest active application of a definition to a user."""
    values = {"project_id": project_id, "user_id": user_id, "user_action_id": user_action_id}
    return database.one(_ACTIVE, values)


# -- changing: with its event, by one statement ------------------------------------------------

_RECORDED: Final = """recorded AS (
    INSERT INTO events (project_id, event_id, type, subject_id, key_id, request_id, data)
    VALUES (%(project_id)s, %(event_id)s, %(type)s, %(subject_id)s, %(key_id)s, %(call_id)s, %(data)s)
)"""
_CREATE: Final = f"""
WITH {_RECORDED}
INSERT INTO applied_actions (project_id, {", ".join(CREATED_COLUMNS)})
VALUES (%(project_id)s, {", ".join(f"%({name})s" for name in CREATED_COLUMNS)})
RETURNING true
"""
_CHANGING: Final = (
    "actioner_user_id",
    "comment",
    "state",
    "expire_time",
    "email_user_on_end",
    "notify_user_on_end",
)
_UPDATE: Final = f"""
WITH {_RECORDED}
UPDATE applied_actions SET {", ".join(f"{name} = %({name})s" for name in _CHANGING)},
    history = %(history)s, update_time = %(update_time)s, revision = %(revision)s
WHERE project_id = %(project_id)s AND applied_action_id = %(applied_action_id)s
"""


def create(database: Database, values: Mapping[str, Any], *, only: bool) -> None:
    """Inserts an applied action with its event. `only` tells that nothing else belongs to the transaction."""
    database.row(_CREATE, values, only=only)


def update(database: Database, values: Mapping[str, Any]) -> None:
    """Writes what can change of a locked applied action, with an event."""
    database.execute(_UPDATE, values)


# What is due is settled before the first is written: an UPDATE that looks for it as it goes may take more.
_END_DUE: Final = f"""
WITH due AS MATERIALIZED (
    SELECT project_id, applied_action_id FROM applied_actions
    WHERE state = 'ACTIVE' AND expire_time <= now()
    ORDER BY expire_time LIMIT %(limit)s FOR UPDATE SKIP LOCKED
), ended AS (
    UPDATE applied_actions AS a
    SET state = 'ENDED', update_time = now(), revision = a.revision + 1
    FROM due WHERE a.project_id = due.project_id AND a.applied_action_id = due.applied_action_id
    RETURNING a.*
)
SELECT project_id, {", ".join("state, true" if name == "state" else name for name in CREATED_COLUMNS)}
FROM ended ORDER BY expire_time, applied_action_id
"""


def end_due(database: Database, limit: int) -> list[Row]:
    """Records as ended up to so many whose time has come, in all projects, and returns them in the order of
    their ends: (project_id, then the columns). What others have locked is left to them."""
    return database.all(_END_DUE, {"limit": limit})


# What keeps the user "u" from signing in: [[the fields of `domain.applied_action.Prevention`], ...] as text,
# the longest first, or NULL for nothing.
PREVENTIONS: Final = SQL("""(
    SELECT jsonb_agg(jsonb_build_array(
        applied_action_id, user_action_id, name, localized_name, option, localized_option, reason,
        localized_reason, reason_code, (extract(epoch from expire_time) * 1000000)::bigint)
        ORDER BY expire_time DESC NULLS FIRST, applied_action_id)
    FROM applied_actions
    WHERE project_id = "u"."project_id" AND user_id = "u"."user_id" AND prevent_login AND state = 'ACTIVE'
        AND (expire_time IS NULL OR expire_time > now()))::text""")


# -- lists -------------------------------------------------------------------------------------

# What each filter means. Its parameter has its name.
FILTERS: Final[dict[str, Any]] = {
    "states": STATE == fn.ANY(P("states", "text[]")),  # noqa: SIM300 - ANY must stand on the right
    "active": _LASTS,
    "preventing": A.prevent_login & _LASTS,
    "not_preventing": ~(A.prevent_login & _LASTS),
    "user_action_ids": A.user_action_id == fn.ANY(P("user_action_ids", "uuid[]")),
    "reason_ids": A.reason_id == fn.ANY(P("reason_ids", "uuid[]")),
    "actioner_user_id": A.actioner_user_id == P.actioner_user_id,
    "application_ids": SQL(
        '"a"."application_ids" <> \'{}\' AND "a"."application_ids" @> %(application_ids)s::uuid[]'
    ),
    "created_after": A.create_time >= P.created_after,
    "created_before": A.create_time < P.created_before,
    "expires_after": A.expire_time >= P.expires_after,
    "expires_before": A.expire_time < P.expires_before,
}


@lru_cache(maxsize=512)
def _list_statement(filters: frozenset[str], reference: str | None, after: bool, count: bool) -> str:
    conditions = [A.project_id == P.project_id, *(FILTERS[name] for name in sorted(filters))]
    if reference is not None:
        conditions.append(A.user_id == FOUND)
    page = page_statement(
        A,
        list(APPLIED_COLUMNS.values()),
        conditions,
        Order(A.create_time, "timestamptz", A.applied_action_id, descending=True),
        after=after,
        count=count,
    )
    return page if reference is None else of_user(page, reference)


def list_applied(
    database: Database,
    filters: frozenset[str],
    reference: str | None,
    parameters: Mapping[str, Any],
    *,
    count: bool,
) -> tuple[list[Row], int | None] | None:
    """A page, newest first, and the total if asked for; see `store.pages`. With a `reference`, of the user
    that it names by the folded `key`; None if there is no such user."""
    statement = _list_statement(filters, reference, "after_id" in parameters, count)
    # The best plan depends on the values: of some definitions and people there is much, of others nothing.
    found = database.all(statement, parameters, prepare=not filters)
    if reference is not None and not found:
        return None
    first = 1 if count else 0
    page = [row[first:] for row in found if row[first] is not None]
    return page, found[0][0] if count else None
