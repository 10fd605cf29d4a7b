"""What a user may do, and through which roles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from peewee import SQL

from server.store.applied_actions import PREVENTIONS
from server.store.database import Database, Row
from server.store.statements import P, compiled
from server.store.users import REFERENCES, STATUS, U

# Grants that give any of the permissions asked for: [role_id, name, tenant_id, expiry in microseconds,
# permissions]; project-wide ones, and those of the tenant asked for.
_SOURCES: Final = """(
    SELECT json_agg(json_build_array(r.role_id, r.name, g.tenant_id,
        (extract(epoch from g.expire_time) * 1000000)::bigint, r.permissions)
        ORDER BY r.name_key, g.tenant_id NULLS FIRST)
    FROM (
        SELECT role_id, NULL::uuid AS tenant_id, expire_time FROM user_roles
        WHERE project_id = %(project_id)s AND user_id = "u"."user_id"
        UNION ALL
        SELECT role_id, tenant_id, expire_time FROM user_tenant_roles
        WHERE project_id = %(project_id)s AND user_id = "u"."user_id" AND tenant_id = %(tenant_id)s::uuid
    ) AS g JOIN roles r ON r.project_id = %(project_id)s AND r.role_id = g.role_id
    WHERE (g.expire_time IS NULL OR g.expire_time > now())
        AND r.permissions && string_to_array(%(permissions)s, ' ')
)::text"""
_TENANT_EXISTS: Final = """(%(tenant_id)s::uuid IS NULL OR EXISTS (
    SELECT FROM tenants WHERE project_id = %(project_id)s AND tenant_id = %(tenant_id)s::uuid))"""


def _statement(reference: str) -> str:
    columns: list[Any] = [STATUS, PREVENTIONS, SQL(_TENANT_EXISTS), SQL(_SOURCES)]
    return compiled(U.select(*columns).where(U.project_id == P.project_id, REFERENCES[reference]))


_CHECK: Final = {reference: _statement(reference) for reference in REFERENCES}


def sources(
    database: Database,
    project_id: str,
    reference: str,
    key: str,
    permissions: Sequence[str],
    tenant_id: str | None,
) -> Row | None:
    """(status, JSON text of what prevents signing in, whether the tenant exists, JSON text of the grants) of
    the user, or None for no such user."""
    # No permission has a space in it, and the driver takes its time to pass a list.
    asked = " ".join(permissions)
    return database.one(
        _CHECK[reference],
        {"project_id": project_id, "key": key, "permissions": asked, "tenant_id": tenant_id},
    )
