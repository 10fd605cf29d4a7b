"""The use cases that answer many users: list and search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from server.config import MAX_SEARCH_WORDS
from server.domain.attribute_filters import AttributeCondition, attribute_filters
from server.domain.caller import Caller
from server.domain.holdings import Holdings
from server.domain.paging import Page, PageRequest, page_of
from server.domain.roles import RoleRef
from server.domain.text import fold, phone_number_e164
from server.domain.user import User, user_of
from server.errors import Error, Reason, Violation
from server.store import roles as role_rows
from server.store import user_lists as rows
from server.store import user_search
from server.store.database import Database


@dataclass(frozen=True, slots=True)
class UserFilter:
    """Which users to list: what is None or empty does not matter, all the rest must hold."""

    any_roles: Sequence[RoleRef] = ()
    all_roles: Sequence[RoleRef] = ()
    statuses: Sequence[str] = ()
    email_verified: bool | None = None
    phone_number_verified: bool | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None
    updated_after: datetime | None = None
    updated_before: datetime | None = None
    user_ids: Sequence[str] = ()
    emails: Sequence[str] = ()
    phone_numbers: Sequence[str] = ()
    login_ids: Sequence[str] = ()
    tenant_ids: Sequence[str] = ()
    tenant_roles: Sequence[tuple[str, RoleRef]] = ()
    """Of each pair the tenant's id, and the role held in it."""
    application_ids: Sequence[str] = ()
    active_user_action_ids: Sequence[str] = ()
    auth_methods: Sequence[str] = ()
    """PASSWORD, PASSKEY, TOTP: any of them."""
    last_login_after: datetime | None = None
    last_login_before: datetime | None = None
    attributes: Sequence[AttributeCondition] = ()
    test_users: str = "EXCLUDE"
    """EXCLUDE, INCLUDE or ONLY."""


_NO_ROLE: Final = "00000000-0000-0000-0000-000000000000"

# Statuses that few users have, and an index leads to.
_INDEXED_STATUSES: Final = {frozenset({"EXPIRED"}): "expired", frozenset({"BLOCKED"}): "blocked"}

_TEST_USERS: Final = {"EXCLUDE": "no_test_users", "ONLY": "only_test_users"}


class UserLists:
    """Lists of users; every method acts in the caller's project."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._holdings = Holdings(database)

    def list(
        self, caller: Caller, wanted: UserFilter, order: str, descending: bool, page: PageRequest
    ) -> Page[User]:
        """A page of users, in the order of create_time, update_time, email or family_name."""
        filters, parameters = self.conditions(caller, wanted)
        parameters |= {**page.parameters("after_key", "after_id"), "project_id": caller.project_id}
        found, total = rows.list_users(
            self._database, filters, order, descending, parameters, count=page.count
        )
        return page_of(page, found, user_of, total)

    def search(
        self, caller: Caller, query: str, field: str, wanted: UserFilter, page: PageRequest
    ) -> Page[User]:
        """A page of the users of whom `field` (ALL, EMAIL, GIVEN_NAME, ...) holds every word of the query,
        the best matches first. Raises FIELDS_INVALID."""
        # The contract counts the words as they were written; folding knows more kinds of white space.
        words = fold(query).split()
        if not 0 < len(words) <= MAX_SEARCH_WORDS:
            problem = f"must have 1 to {MAX_SEARCH_WORDS} words"
            raise Error(Reason.FIELDS_INVALID, violations=[Violation("query", problem)])
        filters, parameters = self.conditions(caller, wanted)
        parameters |= {**page.parameters("after_rank", "after_id"), "project_id": caller.project_id}
        found = user_search.search_users(self._database, filters, field, words, parameters)
        return page_of(page, found, user_of)

    def conditions(self, caller: Caller, wanted: UserFilter) -> tuple[frozenset[str], dict[str, Any]]:
        """The names of the store's filters, and their parameters.
        Raises CUSTOM_ATTRIBUTE_NOT_FOUND, FIELDS_INVALID."""
        filters, parameters = _conditions(wanted)
        # The best plan depends on how many users hold a role or have a value, so the statement is told the
        # ids themselves; only who filters by them has to pay for looking them up.
        if wanted.any_roles or wanted.all_roles or wanted.tenant_roles:
            named, values = self._role_conditions(caller, wanted)
            filters, parameters = filters | named, parameters | values
        if wanted.attributes:
            declared = self._holdings.declarations(caller)
            named, values = attribute_filters(wanted.attributes, declared)
            filters, parameters = filters | named, parameters | values
        return filters, parameters

    def _role_conditions(self, caller: Caller, wanted: UserFilter) -> tuple[set[str], dict[str, Any]]:
        """As `conditions`, for roles. A role that does not exist is held by nobody."""
        refs = [*wanted.any_roles, *wanted.all_roles, *(by for _, by in wanted.tenant_roles)]
        found: dict[tuple[str, str], str] = {}
        for role_id, name_key in role_rows.ids(
            self._database,
            caller.project_id,
            [by.key for by in refs if by.kind == "role_id"],
            [by.key for by in refs if by.kind == "name"],
        ):
            found["role_id", role_id] = found["name", name_key] = role_id
        id_of = {by: found.get((by.kind, by.key), _NO_ROLE) for by in refs}
        filters: set[str] = set()
        parameters: dict[str, Any] = {}
        if wanted.any_roles:
            filters.add("any_roles")
            parameters["any_roles"] = [id_of[by] for by in wanted.any_roles]
        for number, by in enumerate(wanted.all_roles):
            filters.add(f"{rows.ALL_ROLES}{number}")
            parameters[f"{rows.ALL_ROLES}{number}"] = id_of[by]
        if wanted.tenant_roles:
            filters.add("tenant_roles")
            parameters["held_in"] = [tenant_id for tenant_id, _ in wanted.tenant_roles]
            parameters["held_roles"] = [id_of[by] for _, by in wanted.tenant_roles]
        return filters, parameters


def _conditions(wanted: UserFilter) -> tuple[frozenset[str], dict[str, Any]]:
    """The names of the store's filters, and their parameters."""
    parameters: dict[str, Any] = {
        "statuses": list(wanted.statuses),
        "email_verified": wanted.email_verified,
        "phone_number_verified": wanted.phone_number_verified,
        "created_after": wanted.created_after,
        "created_before": wanted.created_before,
        "updated_after": wanted.updated_after,
        "updated_before": wanted.updated_before,
        "last_login_after": wanted.last_login_after,
        "last_login_before": wanted.last_login_before,
        "tenant_ids": list(wanted.tenant_ids),
        "application_ids": list(wanted.application_ids),
        "active_user_action_ids": list(wanted.active_user_action_ids),
        "user_ids": list(wanted.user_ids),
        "emails": [fold(email) for email in wanted.emails],
        "phone_numbers": [phone_number_e164(number) or number for number in wanted.phone_numbers],
        "login_ids": [fold(login_id) for login_id in wanted.login_ids],
    }
    filters = {name for name, value in parameters.items() if value is not None and value != []}
    if alone := _INDEXED_STATUSES.get(frozenset(wanted.statuses)):
        filters = filters - {"statuses"} | {alone}
    if wanted.auth_methods:
        filters.add("with_" + "_or_".join(sorted(method.lower() for method in wanted.auth_methods)))
    if test_users := _TEST_USERS.get(wanted.test_users):
        filters.add(test_users)
    return frozenset(filters), parameters
