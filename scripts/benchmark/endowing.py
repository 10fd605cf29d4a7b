"""Gives users all that a user can hold, so that it shows what the longest answers cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import psycopg

ROLES: Final = 5
TENANTS: Final = 3
ATTRIBUTES: Final = 10

_ENDOW: Final = """
WITH role AS (
    INSERT INTO roles (project_id, role_id, name, name_key, description, permissions, "default")
    SELECT %(project_id)s, gen_random_uuid(), 'extra' || n, 'extra' || n, '',
        ARRAY['extra' || n || ':read', 'extra' || n || ':write'], false
    FROM generate_series(1, %(roles)s) AS n RETURNING role_id
), tenant AS (
    INSERT INTO tenants (project_id, tenant_id, name, name_key, description)
    SELECT %(project_id)s, gen_random_uuid(), 'Tenant ' || n, 'tenant ' || n, ''
    FROM generate_series(1, %(tenants)s) AS n RETURNING tenant_id
), attribute AS (
    INSERT INTO custom_attributes (project_id, custom_attribute_id, name, display_name, type, options,
        required)
    SELECT %(project_id)s, gen_random_uuid(), 'attribute_' || n, '', 'STRING', '{}', false
    FROM generate_series(1, %(attributes)s) AS n RETURNING custom_attribute_id
), endowed AS (
    SELECT unnest(%(user_ids)s::uuid[]) AS user_id
), holds AS (
    INSERT INTO user_roles (project_id, user_id, role_id)
    SELECT %(project_id)s, user_id, role_id FROM endowed, role
), belongs AS (
    INSERT INTO user_tenants (project_id, user_id, tenant_id)
    SELECT %(project_id)s, user_id, tenant_id FROM endowed, tenant
), holds_there AS (
    INSERT INTO user_tenant_roles (project_id, user_id, tenant_id, role_id)
    SELECT %(project_id)s, user_id, tenant_id, role_id FROM endowed, tenant, (SELECT * FROM role LIMIT 1) AS r
)
INSERT INTO user_attributes (project_id, user_id, custom_attribute_id, position, text_value)
SELECT %(project_id)s, user_id, custom_attribute_id, 0, left(user_id::text, 8)
FROM endowed, attribute
"""
_TAKE: Final = "DELETE FROM user_roles WHERE user_id = ANY(%(user_ids)s::uuid[])"


def endow(connection: psycopg.Connection[Any], project_id: str, user_ids: Sequence[str]) -> None:
    """Give each of these users five roles in place of theirs, three tenants with a role, ten attributes."""
    connection.execute(_TAKE, {"user_ids": list(user_ids)})
    connection.execute(
        _ENDOW,
        {
            "project_id": project_id,
            "user_ids": list(user_ids),
            "roles": ROLES,
            "tenants": TENANTS,
            "attributes": ATTRIBUTES,
        },
    )
    connection.execute("VACUUM (ANALYZE) user_roles, user_tenants, user_tenant_roles, user_attributes")
