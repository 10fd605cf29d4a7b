"""Users and the roles they hold: reading one, reading many, and every change.

A row of a user is the tuple of `USER_COLUMNS`, in their order.
"""

from __future__ import annotations

from typing import Any, Final

from peewee import SQL, Case, fn

from server.store.database import Database, Row
from server.store.models import LoginId, Role, Session, User, UserRole
from server.store.statements import P, compiled, deletion

U: Final = User.alias("u")
_G: Final = UserRole.alias("g")
_R: Final = Role.alias("r")

UNEXPIRED: Final = _G.expire_time.is_null() | (_G.expire_time > fn.now())

# [[role_id, name, permissions, expire_time in microseconds since 1970], ...] as text, or NULL for none.
# Whole numbers: a float cannot tell the microseconds of far instants apart.
_ROLES = (
    _G.select(
        fn.json_agg(
            fn.json_build_array(
                _R.role_id,
                _R.name,
                _R.permissions,
                SQL('(extract(epoch from "g"."expire_time") * 1000000)::bigint'),
            )
        )
        .order_by(_R.name_key)
        .cast("text")
    )
    .join(_R, on=(_R.project_id == _G.project_id) & (_R.role_id == _G.role_id))
    .where(_G.project_id == U.project_id, _G.user_id == U.user_id, UNEXPIRED)
)

# [[tenant_id, name, [roles as above]], ...] as text, or NULL for none.
_TENANTS: Final = SQL("""(
    SELECT json_agg(json_build_array(t.tenant_id, t.name, (
        SELECT json_agg(json_build_array(r.role_id, r.name, r.permissions,
            (extract(epoch from g.expire_time) * 1000000)::bigint) ORDER BY r.name_key)
        FROM user_tenant_roles g JOIN roles r USING (project_id, role_id)
        WHERE g.project_id = m.project_id AND g.user_id = m.user_id AND g.tenant_id = m.tenant_id
            AND (g.expire_time IS NULL OR g.expire_time > now())
    )) ORDER BY t.name_key)
    FROM user_tenants m JOIN tenants t USING (project_id, tenant_id)
    WHERE m.project_id = "u"."project_id" AND m.user_id = "u"."user_id")::text""")

# [[application_id, name], ...] as text, or NULL for none.
_APPLICATIONS: Final = SQL("""(
    SELECT json_agg(json_build_array(a.application_id, a.name) ORDER BY a.name_key)
    FROM user_applications m JOIN applications a USING (project_id, application_id)
    WHERE m.project_id = "u"."project_id" AND m.user_id = "u"."user_id")::text""")

# [[name, type, text_value, number_value], ...] as text, or NULL for none.
_ATTRIBUTES: Final = SQL("""(
    SELECT json_agg(json_build_array(a.name, a.type, v.text_value, v.number_value)
        ORDER BY a.name, v.position)
    FROM user_attributes v JOIN custom_attributes a USING (project_id, custom_attribute_id)
    WHERE v.project_id = "u"."project_id" AND v.user_id = "u"."user_id")::text""")

# Whether the password must be replaced; NULL for none.
_PASSWORD_CHANGE: Final = SQL("""(
    SELECT w.temporary OR coalesce(w.set_time < now() - make_interval(days => s.max_age_days), false)
    FROM passwords w, (
        SELECT nullif((settings->'password_policy'->>'max_age_days')::int, 0) AS max_age_days
        FROM projects WHERE project_id = %(project_id)s) AS s
    WHERE w.project_id = "u"."project_id" AND w.user_id = "u"."user_id")""")

STATUS: Final = Case(None, [(U.blocked, "BLOCKED"), (U.expire_time <= fn.now(), "EXPIRED")], U.status)
_STATUS_RETURNED: Final = """
    CASE WHEN blocked THEN 'BLOCKED' WHEN expire_time <= now() THEN 'EXPIRED' ELSE status END
"""

USER_COLUMNS: Final[dict[str, Any]] = {
    "user_id": U.user_id,
    "login_ids": U.login_ids,
    "email": U.email,
    "email_verified": U.email_verified,
    "phone_number": U.phone_number,
    "phone_number_verified": U.phone_number_verified,
    "given_name": U.given_name,
    "family_name": U.family_name,
    "middle_name": U.middle_name,
    "display_name": U.display_name,
    "picture": U.picture,
    "locale": U.locale,
    "zoneinfo": U.zoneinfo,
    "status": STATUS,
    "test": U.test,
    "expire_time": U.expire_time,
    "create_time": U.create_time,
    "update_time": U.update_time,
    "revision": U.revision,
    "last_login_time": U.last_login_time,
    "mfa_enabled": U.mfa_enabled,
    "mfa_reset_required": U.mfa_reset_required,
    "has_passkeys": U.has_passkeys,
    "password_change_required": _PASSWORD_CHANGE,
    # JSON from here on, as text.
    "metadata": U.metadata.cast("text"),
    "roles": _ROLES,
    "tenants": _TENANTS,
    "applications": _APPLICATIONS,
    "custom_attributes": _ATTRIBUTES,
}

BY_LOGIN_ID: Final = LoginId.select(LoginId.user_id).where(
    LoginId.project_id == P.project_id, LoginId.login_id_key == P.key
)

BY_SESSION: Final = Session.select(Session.user_id).where(
    Session.project_id == P.project_id, Session.session_id == P.key, Session.expire_time > fn.now()
)

# How each kind of reference finds its user; the key is folded as the column is.
REFERENCES: Final[dict[str, Any]] = {
    "user_id": U.user_id == P.key,
    "email": (U.email_key == P.key) & (U.email_key != ""),
    "phone_number": (U.phone_number == P.key) & (U.phone_number != ""),
    "login_id": U.user_id == BY_LOGIN_ID,
    "session": U.user_id == BY_SESSION,
}


def _referenced(columns: Any, reference: str) -> Any:
    return U.select(*columns).where(U.project_id == P.project_id, REFERENCES[reference])


_GET: Final = {reference: compiled(_referenced(USER_COLUMNS.values(), reference)) for reference in REFERENCES}
_LOCK: Final = {
    reference: compiled(_referenced([U.user_id], reference).for_update()) for reference in REFERENCES
}
_BY_LOGIN_IDS: Final = LoginId.select(LoginId.user_id).where(
    LoginId.project_id == P.project_id, LoginId.login_id_key == fn.ANY(P("login_ids", "text[]"))
)
_BY_SESSIONS: Final = Session.select(Session.user_id).where(
    Session.project_id == P.project_id,
    Session.session_id == fn.ANY(P("sessions", "uuid[]")),
    Session.expire_time > fn.now(),
)
# Of the sessions that are asked for, those that are the user's.
_SESSIONS: Final = SQL("""ARRAY(
    SELECT session_id FROM sessions
    WHERE project_id = "u"."project_id" AND user_id = "u"."user_id"
        AND session_id = ANY(%(sessions)s::uuid[]) AND expire_time > now())""")


def _batch(*columns: Any, by_session: bool) -> str:
    named = (
        (U.user_id == fn.ANY(P("user_ids", "uuid[]")))
        | (U.email_key == fn.ANY(P("emails", "text[]")))
        | (U.phone_number == fn.ANY(P("phone_numbers", "text[]")))
        | (U.user_id == fn.ANY(fn.ARRAY(_BY_LOGIN_IDS)))
    )
    if by_session:
        named |= U.user_id == fn.ANY(fn.ARRAY(_BY_SESSIONS))
    return compiled(U.select(*USER_COLUMNS.values(), *columns).where(U.project_id == P.project_id, named))


# Sessions are rarely asked for, and looking for them takes its time.
_BATCH_GET: Final = {
    False: _batch(SQL("ARRAY[]::uuid[]"), by_session=False),
    True: _batch(_SESSIONS, by_session=True),
}


def get(database: Database, project_id: str, reference: str, key: str) -> Row | None:
    """The user whom `reference` (user_id, email, phone_number, login_id, session) with the folded `key`
    names. A session that is over names nobody."""
    return database.one(_GET[reference], {"project_id": project_id, "key": key})


def lock(database: Database, project_id: str, reference: str, key: str) -> str | None:
    """Locks the user until the transaction ends, and returns the id.

    What is to be read under the lock is read by a later statement: this one saw the other tables as
    they were before it waited.
    """
    row = database.one(_LOCK[reference], {"project_id": project_id, "key": key})
    return None if row is None else row[0]


def batch_get(database: Database, project_id: str, keys: dict[str, list[str]]) -> list[Row]:
    """The users whom any of the folded keys (`user_ids`, `emails`, `phone_numbers`, `login_ids`, `sessions`)
    names, each once, in no order; behind the columns those of the sessions that are the user's."""
    return database.all(_BATCH_GET[bool(keys["sessions"])], {"project_id": project_id, **keys})


# All depends on `created`: if that is empty, nothing is left behind.
_CREATE: Final = """
WITH roles_given AS (
    SELECT role_id, name, name_key, permissions
    FROM roles
    WHERE project_id = %(project_id)s AND ("default" OR role_id = ANY(%(role_ids)s::uuid[]))
    FOR KEY SHARE
), held AS (
    SELECT roles_given.*, asked.expire_time
    FROM roles_given
    LEFT JOIN unnest(%(role_ids)s::uuid[], %(role_expire_times)s::timestamptz[])
        AS asked (role_id, expire_time) USING (role_id)
), created AS (
    INSERT INTO users (
        project_id, user_id, login_ids, email, email_key, email_verified,
        phone_number, phone_number_verified, given_name, family_name, family_name_key, middle_name,
        display_name, picture, locale, zoneinfo, status, metadata, test, expire_time, search_text)
    SELECT
        %(project_id)s::uuid, %(user_id)s::uuid, %(login_ids)s::text[], %(email)s, %(email_key)s,
        %(email_verified)s::boolean, %(phone_number)s, %(phone_number_verified)s::boolean, %(given_name)s,
        %(family_name)s, %(family_name_key)s, %(middle_name)s, %(display_name)s, %(picture)s, %(locale)s,
        %(zoneinfo)s, %(status)s, %(metadata)s::jsonb, %(test)s::boolean, %(expire_time)s::timestamptz,
        %(search_text)s
    WHERE (SELECT count(*) FROM held) <= %(most_roles)s
        AND (%(attributes_known)s OR NOT EXISTS (
            SELECT FROM custom_attributes WHERE project_id = %(project_id)s))
    RETURNING project_id, user_id
), named AS (
    INSERT INTO login_ids (project_id, login_id_key, user_id)
    SELECT project_id, key, user_id FROM created, unnest(%(login_id_keys)s::text[]) AS key
), granted AS (
    INSERT INTO user_roles (project_id, user_id, role_id, expire_time)
    SELECT project_id, user_id, role_id, expire_time FROM created, held
), recorded AS (
    INSERT INTO events (project_id, event_id, type, subject_id, key_id, request_id, data)
    SELECT project_id, %(event_id)s::uuid, 'user.created', user_id, %(key_id)s::uuid, %(call_id)s,
        jsonb_build_object('after', %(snapshot)s::jsonb || jsonb_build_object('roles',
            coalesce((SELECT jsonb_agg(name ORDER BY name_key) FROM held), '[]'::jsonb)))
    FROM created
)
SELECT now(), (SELECT count(*) FROM held), (
    SELECT jsonb_agg(jsonb_build_array(
        role_id, name, permissions, (extract(epoch from expire_time) * 1000000)::bigint
    ) ORDER BY name_key)::text
    FROM held
), EXISTS (SELECT FROM custom_attributes WHERE project_id = %(project_id)s)
"""


def create(database: Database, values: dict[str, Any], *, only: bool) -> Row:
    """Inserts a user with login ids, roles, default roles and event; but nothing if the roles are more than
    `most_roles`, or if the project has custom attributes and they are not `attributes_known`.

    Returns (create_time, number of roles, roles, whether the project has custom attributes). `only` tells
    that nothing else belongs to the transaction.
    """
    return database.row(_CREATE, values, only=only)


_UPDATE: Final = f"""
UPDATE users SET
    login_ids = %(login_ids)s, email = %(email)s, email_key = %(email_key)s,
    email_verified = %(email_verified)s, phone_number = %(phone_number)s,
    phone_number_verified = %(phone_number_verified)s, given_name = %(given_name)s,
    family_name = %(family_name)s, family_name_key = %(family_name_key)s,
    middle_name = %(middle_name)s, display_name = %(display_name)s, picture = %(picture)s,
    locale = %(locale)s, zoneinfo = %(zoneinfo)s, metadata = %(metadata)s,
    test = %(test)s, expire_time = %(expire_time)s, search_text = %(search_text)s,
    expiry_recorded = expiry_recorded AND expire_time IS NOT DISTINCT FROM %(expire_time)s,
    update_time = now(), revision = revision + 1
WHERE project_id = %(project_id)s AND user_id = %(user_id)s
RETURNING update_time, revision, {_STATUS_RETURNED}
"""


def update(database: Database, values: dict[str, Any]) -> Row:
    """Writes every column of a locked user but the status; returns (update_time, revision, status)."""
    return database.row(_UPDATE, values)


_SET_STATUS: Final = f"""
UPDATE users SET status = coalesce(%(status)s, status), blocked = %(blocked)s,
    update_time = now(), revision = revision + 1
WHERE project_id = %(project_id)s AND user_id = %(user_id)s
RETURNING update_time, revision, {_STATUS_RETURNED}
"""


def set_status(
    database: Database, project_id: str, user_id: str, *, status: str | None = None, blocked: bool = False
) -> Row:
    """Sets the status of a locked user (None: it stays), and whether the user is blocked beside it; returns
    (update_time, revision, status)."""
    values = {"project_id": project_id, "user_id": user_id, "status": status, "blocked": blocked}
    return database.row(_SET_STATUS, values)


_REMOVE_LOGIN_IDS: Final = deletion(
    LoginId,
    LoginId.project_id == P.project_id,
    LoginId.user_id == P.user_id,
    LoginId.login_id_key == fn.ANY(P("removed", "text[]")),
)
_ADD_LOGIN_IDS: Final = """
INSERT INTO login_ids (project_id, login_id_key, user_id)
SELECT %(project_id)s, key, %(user_id)s FROM unnest(%(added)s::text[]) AS key
"""


def change_login_ids(
    database: Database, project_id: str, user_id: str, *, added: list[str], removed: list[str]
) -> None:
    """Frees and takes folded login ids for a locked user."""
    values = {"project_id": project_id, "user_id": user_id, "added": added, "removed": removed}
    if removed:
        database.execute(_REMOVE_LOGIN_IDS, values)
    if added:
        database.execute(_ADD_LOGIN_IDS, values)


_DELETE: Final = deletion(User, User.project_id == P.project_id, User.user_id == P.user_id)


def delete(database: Database, project_id: str, user_id: str) -> None:
    """Deletes a locked user with login ids and roles."""
    database.execute(_DELETE, {"project_id": project_id, "user_id": user_id})


_DELETE_TEST_USERS: Final = """
WITH gone AS (
    DELETE FROM users WHERE project_id = %(project_id)s AND test RETURNING user_id
), forgotten AS (
    UPDATE events SET data = NULL
    WHERE project_id = %(project_id)s AND subject_id IN (SELECT user_id FROM gone)
), unanswered AS (
    UPDATE request_records SET response = ''
    WHERE project_id = %(project_id)s AND subject_id IN (SELECT user_id FROM gone)
), recorded AS (
    INSERT INTO events (project_id, event_id, type, subject_id, key_id, request_id, data)
    SELECT %(project_id)s, gen_random_uuid(), 'user.deleted', user_id, %(key_id)s, %(call_id)s, '{}' FROM gone
)
SELECT count(*) FROM gone
"""


def delete_test_users(database: Database, values: dict[str, Any]) -> int:
    """Deletes all test users, each with an event and without the personal data of former ones; returns how
    many they were. `values`: project_id, key_id, call_id."""
    return int(database.row(_DELETE_TEST_USERS, values)[0])
