"""Many applications of user actions at once: every step is one statement, whatever their number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from server.store.applied_actions import CREATED_COLUMNS, DEFINITION, REASON
from server.store.database import Database, Row

# Definitions stay until the transaction ends, so that nothing that is inserted can lack its own.
_GROUND: Final = f"""
WITH held AS (
    SELECT * FROM user_actions
    WHERE project_id = %(project_id)s AND user_action_id = ANY(%(user_action_ids)s::uuid[])
    ORDER BY user_action_id FOR KEY SHARE
)
SELECT now(),
    (SELECT jsonb_agg({DEFINITION}) FROM held AS d),
    (SELECT jsonb_agg({REASON}) FROM user_action_reasons AS r
        WHERE project_id = %(project_id)s
            AND (reason_id = ANY(%(reason_ids)s::uuid[]) OR code_key = ANY(%(reason_keys)s::text[]))),
    (SELECT array_agg(user_id::text) FROM users
        WHERE project_id = %(project_id)s AND user_id = ANY(%(actioner_user_ids)s::uuid[])),
    (SELECT array_agg(application_id::text) FROM applications
        WHERE project_id = %(project_id)s AND application_id = ANY(%(application_ids)s::uuid[]))
"""


def ground(database: Database, values: Mapping[str, Any]) -> Row:
    """(now, definitions, reasons, ids of actioners, ids of applications) of those named by `values`:
    project_id, user_action_ids, reason_ids, reason_keys, actioner_user_ids, application_ids. Lists are None
    for none."""
    return database.row(_GROUND, values)


_ACTIVE: Final = """
SELECT DISTINCT ON (user_id, user_action_id) user_id, user_action_id, applied_action_id
FROM applied_actions AS a
JOIN unnest(%(user_ids)s::uuid[], %(user_action_ids)s::uuid[]) AS asked (user_id, user_action_id)
    USING (user_id, user_action_id)
WHERE project_id = %(project_id)s AND state = 'ACTIVE' AND (expire_time IS NULL OR expire_time > now())
ORDER BY user_id, user_action_id, create_time DESC, applied_action_id DESC
"""


def active(database: Database, project_id: str, pairs: Sequence[tuple[str, str]]) -> list[Row]:
    """(user_id, user_action_id, applied_action_id) of the newest active application of each of these pairs of
    a user and a definition."""
    values = {
        "project_id": project_id,
        "user_ids": [user_id for user_id, _ in pairs],
        "user_action_ids": [user_action_id for _, user_action_id in pairs],
    }
    return database.all(_ACTIVE, values, prepare=False)


_NAMES: Final = ", ".join(CREATED_COLUMNS)
_TYPED: Final = ", ".join(f"{name} {sql_type}" for name, sql_type in CREATED_COLUMNS.items())
_CREATE: Final = f"""
INSERT INTO applied_actions (project_id, {_NAMES})
SELECT %(project_id)s, {_NAMES} FROM json_to_recordset(%(applied)s::json) AS asked ({_TYPED})
"""


def create(database: Database, project_id: str, applied: str) -> None:
    """Inserts applied actions. `applied`: the rows of `CREATED_COLUMNS` as JSON."""
    database.execute(_CREATE, {"project_id": project_id, "applied": applied})
