"""Lists of users: filters, orders, keyset pages.

Each combination of filter, order and page compiles to SQL once; see `statements`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache, reduce
from itertools import combinations
from operator import or_
from typing import Any, Final

from peewee import SQL, fn

from server.store.database import Database, Row
from server.store.models import LoginId
from server.store.pages import Order, fetch_page, page_statement
from server.store.statements import P
from server.store.users import STATUS, USER_COLUMNS, U

_HOLDS: Final = """"u"."user_id" IN (
    SELECT user_id FROM user_roles
    WHERE project_id = %(project_id)s AND {test} AND (expire_time IS NULL OR expire_time > now()))"""

# The pairs decide; the tenants and roles apart tell the planner how many users to expect.
_HOLDS_IN_TENANT: Final = """"u"."user_id" IN (
    SELECT user_id FROM user_tenant_roles
    WHERE project_id = %(project_id)s AND (expire_time IS NULL OR expire_time > now())
        AND tenant_id = ANY(%(held_in)s::uuid[]) AND role_id = ANY(%(held_roles)s::uuid[])
        AND (tenant_id, role_id) IN (
            SELECT * FROM unnest(%(held_in)s::uuid[], %(held_roles)s::uuid[])))"""

_MEMBER: Final = """"u"."user_id" IN (
    SELECT user_id FROM {table}
    WHERE project_id = %(project_id)s AND {column} = ANY(%({column}s)s::uuid[]))"""

# What is past its time has ended, whether or not that is recorded yet.
_ACTED_ON: Final = """"u"."user_id" IN (
    SELECT user_id FROM applied_actions
    WHERE project_id = %(project_id)s AND user_action_id = ANY(%(active_user_action_ids)s::uuid[])
        AND state = 'ACTIVE' AND (expire_time IS NULL OR expire_time > now()))"""

_HAS_PASSWORD: Final = """EXISTS (
    SELECT FROM passwords w WHERE w.project_id = "u"."project_id" AND w.user_id = "u"."user_id")"""

# How users can prove who they are, in alphabetical order; of several ways one suffices.
_AUTH_METHODS: Final[dict[str, Any]] = {
    "passkey": SQL('"u"."has_passkeys"'),
    "password": SQL(_HAS_PASSWORD),
    "totp": SQL('"u"."mfa_enabled"'),
}

_ATTRIBUTE: Final = """"u"."user_id" IN (
    SELECT user_id FROM user_attributes
    WHERE project_id = %(project_id)s AND custom_attribute_id = %(attribute_{number})s::uuid AND {test})"""
# The tests of a filter `attribute_<number>_<test>`.
_ATTRIBUTE_TESTS: Final = {
    "text": "text_value = %(attribute_{number}_text)s",
    "number": "number_value = %(attribute_{number}_number)s",
    "at_least": "number_value >= %(attribute_{number}_at_least)s",
    "less_than": "number_value < %(attribute_{number}_less_than)s",
    "range": (
        "number_value >= %(attribute_{number}_at_least)s AND number_value < %(attribute_{number}_less_than)s"
    ),
}

# As the index has it: who never signed in comes first.
_NEVER: Final = SQL("'0001-01-01 00:00:00+00'::timestamptz")
LAST_LOGIN: Final = fn.coalesce(U.last_login_time, _NEVER)

# What each filter means. Its parameters have its name, or the names written in it.
FILTERS: Final[dict[str, Any]] = {
    "any_roles": SQL(_HOLDS.format(test="role_id = ANY(%(any_roles)s::uuid[])")),
    "statuses": STATUS == fn.ANY(P("statuses", "text[]")),  # noqa: SIM300 - ANY must stand on the right
    "expired": (U.expire_time <= fn.now()) & ~U.blocked,
    "blocked": U.blocked,
    "email_verified": U.email_verified == P.email_verified,
    "phone_number_verified": U.phone_number_verified == P.phone_number_verified,
    "created_after": U.create_time >= P.created_after,
    "created_before": U.create_time < P.created_before,
    "updated_after": U.update_time >= P.updated_after,
    "updated_before": U.update_time < P.updated_before,
    "user_ids": U.user_id == fn.ANY(P("user_ids", "uuid[]")),
    "emails": (U.email_key == fn.ANY(P("emails", "text[]"))) & (U.email_key != ""),
    "phone_numbers": (U.phone_number == fn.ANY(P("phone_numbers", "text[]"))) & (U.phone_number != ""),
    "login_ids": U.user_id.in_(
        LoginId.select(LoginId.user_id).where(
            LoginId.project_id == P.project_id,
            LoginId.login_id_key == fn.ANY(P("login_ids", "text[]")),
        )
    ),
    "tenant_ids": SQL(_MEMBER.format(table="user_tenants", column="tenant_id")),
    "tenant_roles": SQL(_HOLDS_IN_TENANT),
    "application_ids": SQL(_MEMBER.format(table="user_applications", column="application_id")),
    "active_user_action_ids": SQL(_ACTED_ON),
    **{
        "with_" + "_or_".join(methods): reduce(or_, (_AUTH_METHODS[method] for method in methods))
        for count in range(1, len(_AUTH_METHODS) + 1)
        for methods in combinations(_AUTH_METHODS, count)
    },
    "last_login_after": P.last_login_after <= LAST_LOGIN,
    "last_login_before": (P.last_login_before > LAST_LOGIN) & (LAST_LOGIN > _NEVER),
    "no_test_users": SQL('NOT "u"."test"'),
    "only_test_users": SQL('"u"."test"'),
}

ALL_ROLES: Final = "all_roles_"
"""With a number behind it: the filter for one of the roles that all must be held."""

USUAL: Final = frozenset({"no_test_users"})
"""The filters of most lists; with others the best plan depends on the values."""

# Column and SQL type of each order. The index of the order ends in user_id, as does the order itself.
ORDERS: Final[dict[str, tuple[Any, str]]] = {
    "create_time": (U.create_time, "timestamptz"),
    "update_time": (U.update_time, "timestamptz"),
    "last_login_time": (LAST_LOGIN, "timestamptz"),
    "email": (U.email_key, "text"),
    "family_name": (U.family_name_key, "text"),
}


def filtered(filters: frozenset[str]) -> list[Any]:
    """The conditions on the caller's project and on what these filters mean."""
    return [U.project_id == P.project_id, *(_filter(name) for name in sorted(filters))]


def _filter(name: str) -> Any:
    if name in FILTERS:
        return FILTERS[name]
    if name.startswith(ALL_ROLES):
        return SQL(_HOLDS.format(test=f"role_id = %({name})s::uuid"))
    number, _, test = name.removeprefix("attribute_").partition("_")
    return SQL(_ATTRIBUTE.format(number=number, test=_ATTRIBUTE_TESTS[test].format(number=number)))


@lru_cache(maxsize=512)
def _list_statement(
    filters: frozenset[str], order: str, descending: bool, after: bool, count: bool, limit: int | None
) -> str:
    key, sql_type = ORDERS[order]
    return page_statement(
        U,
        list(USER_COLUMNS.values()),
        filtered(filters),
        Order(key, sql_type, U.user_id, descending),
        after=after,
        count=count,
        limit=limit,
    )


def list_users(
    database: Database,
    filters: frozenset[str],
    order: str,
    descending: bool,
    parameters: Mapping[str, Any],
    *,
    count: bool,
) -> tuple[list[Row], int | None]:
    """A page of users in an order of `ORDERS`, and the total if asked for; see `store.pages`."""
    usual = filters <= USUAL
    limit = parameters["limit"] if usual and not count and not parameters["skip"] else None
    statement = _list_statement(filters, order, descending, "after_id" in parameters, count, limit)
    return fetch_page(database, statement, parameters, count=count, prepare=usual)
