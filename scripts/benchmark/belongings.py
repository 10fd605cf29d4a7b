"""Gives the users of a seeded project what they can be filtered by: tenants, attributes and more.

Of each kind there is something that many users have and something that hardly anybody has.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import psycopg

from server.domain.identity import new_id

RARE: Final = 20_000
"""Of so many users one has what is rare."""

_NAMED: Final = """
INSERT INTO {table} (project_id, {id}, name, name_key, description)
VALUES (%(project_id)s, %(id)s, %(name)s::text, lower(%(name)s::text), '')
"""
_ROLE: Final = """
INSERT INTO roles (project_id, role_id, name, name_key, description, permissions, "default")
VALUES (%(project_id)s, %(id)s, %(name)s::text, lower(%(name)s::text), '', '{}', false)
"""
_ATTRIBUTE: Final = """
INSERT INTO custom_attributes (project_id, custom_attribute_id, name, display_name, type, options, required)
VALUES (%(project_id)s, %(id)s, %(name)s, '', %(type)s, %(options)s, false)
"""
_ACTION: Final = """
INSERT INTO user_actions (project_id, user_action_id, name, name_key, localized_names, temporal,
    prevent_login, send_end_event, options, include_email_in_event, user_emailing_enabled,
    user_notifications_enabled)
VALUES (%(project_id)s, %(id)s, %(name)s::text, lower(%(name)s::text), '{}', true, true, true, '[]',
    false, false, false)
"""
_OF_KIND: Final = {"role": _ROLE, "action": _ACTION}
_NUMBERED: Final = """
CREATE TEMPORARY TABLE numbered AS
SELECT user_id, row_number() OVER (ORDER BY user_id) AS n FROM users WHERE project_id = %(project_id)s
"""

ATTRIBUTES: Final = {
    "city": "STRING",
    "score": "NUMBER",
    "joined": "DATE",
    "vip": "BOOLEAN",
    "plan": "SINGLE_SELECT",
    "tags": "MULTI_SELECT",
}
"""The types of the attributes by their names."""
_OPTIONS: Final = {"plan": ["free", "pro", "platinum"], "tags": ["new", "loyal", "founder"]}

# What each attribute is of the n-th user.
_VALUES: Final = {
    "city": ("text_value", "CASE WHEN n %% %(rare)s = 0 THEN 'Ulm' ELSE 'City ' || n %% 500 END"),
    "score": ("number_value", "n %% 100000"),
    "joined": ("number_value", "15000 + n %% 5000"),
    "vip": ("number_value", "CASE WHEN n %% %(rare)s = 0 THEN 1 ELSE 0 END"),
    "plan": (
        "text_value",
        "CASE WHEN n %% %(rare)s = 0 THEN 'platinum' WHEN n %% 3 = 0 THEN 'pro' ELSE 'free' END",
    ),
    "tags": (
        "text_value",
        "CASE WHEN n %% %(rare)s = 0 THEN 'founder' WHEN n %% 2 = 0 THEN 'loyal' ELSE 'new' END",
    ),
}

_FEW: Final = "n %% %(rare)s = 0"
_HELD: Final = (
    f"""INSERT INTO user_roles (project_id, user_id, role_id)
    SELECT %(project_id)s, user_id, %(rare_role)s FROM numbered WHERE {_FEW}""",
    f"""INSERT INTO user_tenants (project_id, user_id, tenant_id)
    SELECT %(project_id)s, user_id, (CASE WHEN {_FEW} THEN %(small_tenant)s ELSE %(large_tenant)s END)::uuid
    FROM numbered""",
    """INSERT INTO user_tenant_roles (project_id, user_id, tenant_id, role_id)
    SELECT project_id, user_id, tenant_id, %(rare_role)s::uuid FROM user_tenants
    WHERE project_id = %(project_id)s""",
    f"""INSERT INTO user_applications (project_id, user_id, application_id)
    SELECT %(project_id)s, user_id,
        (CASE WHEN {_FEW} THEN %(small_application)s ELSE %(large_application)s END)::uuid
    FROM numbered""",
    # Most of what was applied is over.
    f"""INSERT INTO applied_actions (project_id, applied_action_id, user_id, user_action_id, name,
        localized_name, option, localized_option, reason, localized_reason, reason_code, application_ids,
        comment, state, prevent_login, send_end_event, email_user_on_end, notify_user_on_end, broadcast,
        history)
    SELECT %(project_id)s, gen_random_uuid(), user_id,
        (CASE WHEN {_FEW} THEN %(rare_action)s ELSE %(frequent_action)s END)::uuid, 'Suspend', '', '', '',
        '', '', '', '{{}}', '', CASE WHEN n %% 5 = 0 THEN 'ACTIVE' ELSE 'ENDED' END, true, true, false,
        false, true, '[]'
    FROM numbered WHERE n %% 2 = 0""",
    f"""INSERT INTO passwords (project_id, user_id, hash, temporary)
    SELECT %(project_id)s, user_id, '', false FROM numbered WHERE {_FEW}""",
    f"""UPDATE users u
    SET test = n %% (2 * %(rare)s) = 0, last_login_time = u.create_time + interval '1 day',
        expire_time = CASE WHEN n %% (3 * %(rare)s) = 0 THEN now() - interval '1 day' END,
        blocked = n %% (5 * %(rare)s) = 0
    FROM numbered WHERE u.project_id = %(project_id)s AND u.user_id = numbered.user_id AND {_FEW}""",
)


@dataclass(frozen=True, slots=True)
class Belongings:
    """The ids of what users have."""

    small_tenant: str
    large_tenant: str
    small_application: str
    large_application: str
    rare_action: str
    frequent_action: str
    rare_role: str
    """Held by few in the project, by all in their tenant."""


def give(connection: psycopg.Connection[Any], project_id: str, *, rare: int) -> Belongings:
    """Gives every user something of each kind; one of `rare` users what is rare."""
    made = Belongings(*(new_id() for _ in Belongings.__slots__))
    ids = {name: getattr(made, name) for name in Belongings.__slots__}
    for name, id_ in ids.items():
        kind = name.partition("_")[2]
        statement = _OF_KIND.get(kind) or _NAMED.format(table=f"{kind}s", id=f"{kind}_id")
        connection.execute(statement.encode(), {"project_id": project_id, "id": id_, "name": name})
    values = {"project_id": project_id, "rare": rare, **ids}
    connection.execute(_NUMBERED, values)
    for statement in _HELD:
        connection.execute(statement.encode(), values)
    for name, attribute_type in ATTRIBUTES.items():
        attribute = {"id": new_id(), "name": name, "type": attribute_type, "options": _OPTIONS.get(name, [])}
        connection.execute(_ATTRIBUTE, values | attribute)
        column, value = _VALUES[name]
        connection.execute(
            "INSERT INTO user_attributes (project_id, user_id, custom_attribute_id, position,"
            f" {column}) SELECT %(project_id)s, user_id, %(id)s, 0, {value} FROM numbered".encode(),
            values | attribute,
        )
    connection.execute("VACUUM (ANALYZE)")
    return made
