"""What has to be recorded of accounts and role grants whose time is over: in batches, without waiting for
locked rows. For every decision their time was over at its instant."""

from __future__ import annotations

from typing import Final

from server.store.database import Database, Row

_GRANTS: Final = """
WITH in_project AS (
    DELETE FROM user_roles WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM user_roles WHERE expire_time <= now() LIMIT %(limit)s FOR UPDATE SKIP LOCKED))
    RETURNING project_id, user_id, NULL::uuid AS tenant_id, role_id, expire_time
), in_tenants AS (
    DELETE FROM user_tenant_roles WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM user_tenant_roles WHERE expire_time <= now() LIMIT %(limit)s FOR UPDATE SKIP LOCKED))
    RETURNING project_id, user_id, tenant_id, role_id, expire_time
), gone AS (
    SELECT * FROM in_project UNION ALL SELECT * FROM in_tenants
), recorded AS (
    INSERT INTO events (project_id, event_id, type, subject_id, request_id, data)
    SELECT g.project_id, gen_random_uuid(), 'user.roles.modified', g.user_id, '',
        jsonb_build_object('expired', jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
            'role', r.name, 'tenant_id', g.tenant_id, 'expire_time', g.expire_time)) ORDER BY r.name_key))
    FROM gone AS g JOIN roles AS r USING (project_id, role_id)
    GROUP BY g.project_id, g.user_id
)
SELECT greatest((SELECT count(*) FROM in_project), (SELECT count(*) FROM in_tenants))
"""
_ACCOUNTS: Final = """
WITH expired AS (
    UPDATE users SET expiry_recorded = true WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM users WHERE expire_time <= now() AND NOT expiry_recorded
        LIMIT %(limit)s FOR UPDATE SKIP LOCKED))
    RETURNING project_id, user_id, expire_time
), recorded AS (
    INSERT INTO events (project_id, event_id, type, subject_id, request_id, data)
    SELECT project_id, gen_random_uuid(), 'user.expired', user_id, '',
        jsonb_build_object('expire_time', expire_time)
    FROM expired
)
SELECT project_id, user_id FROM expired
"""


def remove_grants(database: Database, limit: int) -> int:
    """Deletes up to so many grants of either kind that have expired, with an event a user, and returns how
    many of the more frequent kind they were."""
    return int(database.row(_GRANTS, {"limit": limit})[0])


def record_accounts(database: Database, limit: int) -> list[Row]:
    """Records up to so many accounts as expired, each with an event; returns their (project_id, user_id)."""
    return database.all(_ACCOUNTS, {"limit": limit})
