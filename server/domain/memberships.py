"""The use cases that change what a user belongs to: roles, tenants, applications."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from server.domain.caller import Caller
from server.domain.holdings import (
    Holdings,
    Mode,
    RoleRequest,
    TenantRequest,
    expiry_violations,
    in_order,
)
from server.domain.user import HeldApplication, HeldRole, HeldTenant, User, UserRef
from server.domain.user_writing import UserWriter
from server.errors import Error, Reason, refuse_invalid
from server.store.database import Database

T = TypeVar("T", HeldRole, HeldTenant, HeldApplication)


class Memberships:
    """What the users of all projects belong to; every method acts in the caller's."""

    def __init__(self, database: Database) -> None:
        self._writer = UserWriter(database)
        self._holdings = Holdings(database)

    def modify_roles(
        self, caller: Caller, by: UserRef, mode: Mode, roles: Sequence[RoleRequest], tenant_id: str
    ) -> User:
        """Adds, sets or removes roles in a tenant; '' is the whole project.
        Raises USER_NOT_FOUND, ROLE_NOT_FOUND, TENANT_NOT_FOUND, NOT_IN_TENANT, TOO_MANY_ROLES."""
        if mode is not Mode.REMOVE:
            refuse_invalid(expiry_violations(roles, "roles"))
        user = self._writer.locked(caller, by)
        tenants = [TenantRequest(tenant_id)] if tenant_id else []
        found = self._holdings.find(caller, roles=roles, tenants=tenants)
        named = found.held_roles(roles)
        if not tenant_id:
            changed = user._replace(roles=_modified(user.roles, named, mode))
            return self._writer.write(caller, "user.roles.modified", user, changed)
        found.held_tenants(tenants)
        membership = next((held for held in user.tenants if held.tenant_id == tenant_id), None)
        if membership is None:
            raise Error(Reason.NOT_IN_TENANT, tenant_id=tenant_id)
        modified = membership._replace(roles=_modified(membership.roles, named, mode))
        changed = user._replace(
            tenants=tuple(modified if held is membership else held for held in user.tenants)
        )
        return self._writer.write(caller, "user.roles.modified", user, changed)

    def modify_tenants(self, caller: Caller, by: UserRef, mode: Mode, tenant_ids: Sequence[str]) -> User:
        """Adds, sets or removes tenants. Raises USER_NOT_FOUND, TENANT_NOT_FOUND, TOO_MANY_TENANTS."""
        user = self._writer.locked(caller, by)
        asked = [TenantRequest(tenant_id) for tenant_id in tenant_ids]
        named = self._holdings.find(caller, tenants=asked).held_tenants(asked)
        # Roles in tenants that stay are kept.
        present = {held.tenant_id: held for held in user.tenants}
        named = tuple(present.get(tenant.tenant_id, tenant) for tenant in named)
        changed = user._replace(tenants=_modified(user.tenants, named, mode))
        return self._writer.write(caller, "user.tenants.modified", user, changed)

    def modify_applications(
        self, caller: Caller, by: UserRef, mode: Mode, application_ids: Sequence[str]
    ) -> User:
        """Adds, sets or removes applications.
        Raises USER_NOT_FOUND, APPLICATION_NOT_FOUND, TOO_MANY_APPLICATIONS."""
        user = self._writer.locked(caller, by)
        found = self._holdings.find(caller, application_ids=application_ids)
        named = found.held_applications(application_ids)
        changed = user._replace(applications=_modified(user.applications, named, mode))
        return self._writer.write(caller, "user.applications.modified", user, changed)


def _modified(held: tuple[T, ...], named: tuple[T, ...], mode: Mode) -> tuple[T, ...]:
    """What is held after a change that names some things; the first field of a thing is its id."""
    if mode is Mode.SET:
        return named
    ids = {thing[0] for thing in named}
    others: tuple[T, ...] = tuple(thing for thing in held if thing[0] not in ids)
    return in_order(others + named) if mode is Mode.ADD else others
