"""What users hold beside their own columns: roles, tenants, roles in tenants, applications, attributes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from server.store.database import Database, Row

# Looks up everything that a change names, and keeps it from being deleted until the transaction ends.
# Roles: [role_id, name_key, name, permissions, default]; tenants and applications: [id, name].
_RESOLVE: Final = """
WITH found_roles AS (
    SELECT role_id, name_key, name, permissions, "default" FROM roles
    WHERE project_id = %(project_id)s AND (
        role_id = ANY(%(role_ids)s::uuid[]) OR name_key = ANY(%(role_names)s::text[])
        OR %(defaults)s AND "default")
    FOR KEY SHARE
), found_tenants AS (
    SELECT tenant_id, name FROM tenants
    WHERE project_id = %(project_id)s AND tenant_id = ANY(%(tenant_ids)s::uuid[])
    FOR KEY SHARE
), found_applications AS (
    SELECT application_id, name FROM applications
    WHERE project_id = %(project_id)s AND application_id = ANY(%(application_ids)s::uuid[])
    FOR KEY SHARE
)
SELECT
    (SELECT jsonb_agg(jsonb_build_array(role_id, name_key, name, permissions, "default")) FROM found_roles),
    (SELECT jsonb_agg(jsonb_build_array(tenant_id, name)) FROM found_tenants),
    (SELECT jsonb_agg(jsonb_build_array(application_id, name)) FROM found_applications)
"""


def resolve(
    database: Database,
    project_id: str,
    *,
    role_ids: list[str],
    role_names: list[str],
    tenant_ids: list[str],
    application_ids: list[str],
    defaults: bool,
) -> Row:
    """(roles, tenants, applications) with these ids or folded names, each a list of lists, or None; with
    `defaults` the roles that every new user has as well."""
    return database.row(
        _RESOLVE,
        {
            "project_id": project_id,
            "role_ids": role_ids,
            "role_names": role_names,
            "tenant_ids": tenant_ids,
            "application_ids": application_ids,
            "defaults": defaults,
        },
    )


@dataclass
class Removed:
    """What a locked user ceases to hold."""

    role_ids: list[str] = field(default_factory=list)
    tenant_ids: list[str] = field(default_factory=list)
    tenant_roles: list[tuple[str, str]] = field(default_factory=list)
    """(tenant_id, role_id)"""
    application_ids: list[str] = field(default_factory=list)
    attribute_ids: list[str] = field(default_factory=list)


@dataclass
class Added:
    """What a locked user holds from now on."""

    roles: list[tuple[str, datetime | None]] = field(default_factory=list)
    """(role_id, expire_time); of those held already the expiry is moved."""
    tenant_ids: list[str] = field(default_factory=list)
    tenant_roles: list[tuple[str, str, datetime | None]] = field(default_factory=list)
    """(tenant_id, role_id, expire_time)"""
    application_ids: list[str] = field(default_factory=list)
    attributes: list[tuple[str, int, str | None, float | None]] = field(default_factory=list)
    """(custom_attribute_id, position, text_value, number_value)"""


_REMOVE: Final = """
WITH gone_roles AS (
    DELETE FROM user_roles
    WHERE project_id = %(project_id)s AND user_id = %(user_id)s AND role_id = ANY(%(role_ids)s::uuid[])
), gone_tenant_roles AS (
    DELETE FROM user_tenant_roles
    WHERE project_id = %(project_id)s AND user_id = %(user_id)s AND (tenant_id, role_id) IN (
        SELECT * FROM unnest(%(tenants_of_roles)s::uuid[], %(roles_in_tenants)s::uuid[]))
), gone_tenants AS (
    DELETE FROM user_tenants
    WHERE project_id = %(project_id)s AND user_id = %(user_id)s AND tenant_id = ANY(%(tenant_ids)s::uuid[])
), gone_applications AS (
    DELETE FROM user_applications
    WHERE project_id = %(project_id)s AND user_id = %(user_id)s
        AND application_id = ANY(%(application_ids)s::uuid[])
)
DELETE FROM user_attributes
WHERE project_id = %(project_id)s AND user_id = %(user_id)s
    AND custom_attribute_id = ANY(%(attribute_ids)s::uuid[])
"""
_ADD: Final = """
WITH new_roles AS (
    INSERT INTO user_roles (project_id, user_id, role_id, expire_time)
    SELECT %(project_id)s, %(user_id)s, role_id, expire_time
    FROM unnest(%(role_ids)s::uuid[], %(role_expiries)s::timestamptz[]) AS new (role_id, expire_time)
    ON CONFLICT ON CONSTRAINT user_roles_pkey DO UPDATE SET expire_time = excluded.expire_time
), new_tenants AS (
    INSERT INTO user_tenants (project_id, user_id, tenant_id)
    SELECT %(project_id)s, %(user_id)s, unnest(%(tenant_ids)s::uuid[])
), new_tenant_roles AS (
    INSERT INTO user_tenant_roles (project_id, user_id, tenant_id, role_id, expire_time)
    SELECT %(project_id)s, %(user_id)s, tenant_id, role_id, expire_time
    FROM unnest(%(tenants_of_roles)s::uuid[], %(roles_in_tenants)s::uuid[],
        %(expiries_in_tenants)s::timestamptz[]) AS new (tenant_id, role_id, expire_time)
    ON CONFLICT ON CONSTRAINT user_tenant_roles_pkey DO UPDATE SET expire_time = excluded.expire_time
), new_applications AS (
    INSERT INTO user_applications (project_id, user_id, application_id)
    SELECT %(project_id)s, %(user_id)s, unnest(%(application_ids)s::uuid[])
)
INSERT INTO user_attributes (project_id, user_id, custom_attribute_id, position, text_value, number_value)
SELECT %(project_id)s, %(user_id)s, attribute_id, position, text_value, number_value
FROM unnest(%(attribute_ids)s::uuid[], %(positions)s::smallint[], %(texts)s::text[],
    %(numbers)s::double precision[]) AS new (attribute_id, position, text_value, number_value)
"""


def remove(database: Database, project_id: str, user_id: str, gone: Removed) -> None:
    """Ends what a locked user held; who leaves a tenant loses the roles in it. To be run before `add`."""
    if gone == Removed():
        return
    database.execute(
        _REMOVE,
        {
            "project_id": project_id,
            "user_id": user_id,
            "role_ids": gone.role_ids,
            "tenant_ids": gone.tenant_ids,
            "tenants_of_roles": [tenant_id for tenant_id, _ in gone.tenant_roles],
            "roles_in_tenants": [role_id for _, role_id in gone.tenant_roles],
            "application_ids": gone.application_ids,
            "attribute_ids": gone.attribute_ids,
        },
    )


def add(database: Database, project_id: str, user_id: str, new: Added) -> None:
    """Gives a locked user what it is to hold."""
    if new == Added():
        return
    database.execute(
        _ADD,
        {
            "project_id": project_id,
            "user_id": user_id,
            "role_ids": [role_id for role_id, _ in new.roles],
            "role_expiries": [expiry for _, expiry in new.roles],
            "tenant_ids": new.tenant_ids,
            "tenants_of_roles": [tenant_id for tenant_id, _, _ in new.tenant_roles],
            "roles_in_tenants": [role_id for _, role_id, _ in new.tenant_roles],
            "expiries_in_tenants": [expiry for _, _, expiry in new.tenant_roles],
            "application_ids": new.application_ids,
            "attribute_ids": [attribute_id for attribute_id, _, _, _ in new.attributes],
            "positions": [position for _, position, _, _ in new.attributes],
            "texts": [text for _, _, text, _ in new.attributes],
            "numbers": [number for _, _, _, number in new.attributes],
        },
    )
