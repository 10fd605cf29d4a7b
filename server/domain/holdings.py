"""What users hold: roles, tenants with roles, applications, custom attributes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, auto
from typing import Any, Final, NamedTuple, Protocol, TypeVar

from server.config import MAX_APPLICATIONS_PER_USER, MAX_ROLES_PER_USER, MAX_TENANTS_PER_USER
from server.domain.caller import Caller
from server.domain.custom_attributes import CustomAttribute, attribute_of, problem, stored
from server.domain.roles import RoleRef
from server.domain.text import fold
from server.domain.user import HeldApplication, HeldRole, HeldTenant, User
from server.errors import Error, Reason, Violation, not_found, refuse_invalid
from server.store import custom_attributes as attribute_rows
from server.store import holdings as rows
from server.store.database import Database, Row

Declarations = Mapping[str, CustomAttribute]
"""The custom attributes of a project, by name."""

T = TypeVar("T", HeldRole, HeldTenant, HeldApplication)


class Mode(Enum):
    """What to do with the things that a change names."""

    ADD = auto()
    SET = auto()
    REMOVE = auto()


class RoleRequest(NamedTuple):
    """A role to give, and until when (None: for good)."""

    role: RoleRef
    expire_time: datetime | None


class TenantRequest(NamedTuple):
    """A tenant to belong to, and the roles to hold in it."""

    tenant_id: str
    roles: tuple[RoleRequest, ...] = ()


class Wishes(NamedTuple):
    """What a user is to hold, each kind exactly; None: as before."""

    roles: tuple[RoleRequest, ...] | None = None
    tenants: tuple[TenantRequest, ...] | None = None
    application_ids: tuple[str, ...] | None = None
    attributes: Mapping[str, Any] | None = None
    """JSON values by name; None for no value."""
    other_attributes_stay: bool = False
    """Whether attributes that are not named are left as they are."""

    def violations(self) -> list[Violation]:
        """Expiries that do not lie in the future."""
        found = expiry_violations(self.roles, "user.roles") if self.roles else []
        for position, tenant in enumerate(self.tenants or ()):
            found += expiry_violations(tenant.roles, f"user.tenants[{position}].roles")
        return found


def expiry_violations(roles: Sequence[RoleRequest], path: str) -> list[Violation]:
    """Expiries that do not lie in the future; `path` leads to the roles in the request."""
    return [
        Violation(f"{path}[{position}].expire_time", "must lie in the future")
        for position, asked in enumerate(roles)
        if asked.expire_time is not None and asked.expire_time <= datetime.now(UTC)
    ]


@dataclass(frozen=True, slots=True)
class Found:
    """The things that a change names, protected from deletion until the transaction ends."""

    roles: Mapping[tuple[str, str], HeldRole]
    """By (kind, key) of their reference."""
    tenants: Mapping[str, str]
    applications: Mapping[str, str]
    """Names, by id."""
    defaults: Sequence[HeldRole] = ()
    """The roles that every new user has, if they were asked for; named ones among them else."""

    def held_roles(self, asked: Iterable[RoleRequest]) -> tuple[HeldRole, ...]:
        """The roles asked for, in order; of one asked for twice the last. Raises ROLE_NOT_FOUND."""
        held: dict[str, HeldRole] = {}
        for wish in asked:
            role = self.roles.get((wish.role.kind, wish.role.key))
            if role is None:
                raise not_found(Reason.ROLE_NOT_FOUND, wish.role.kind, wish.role.value)
            held[role.role_id] = role._replace(expire_time=wish.expire_time)
        return in_order(held.values())

    def held_tenants(self, asked: Iterable[TenantRequest]) -> tuple[HeldTenant, ...]:
        """The tenants asked for, in order. Raises TENANT_NOT_FOUND, ROLE_NOT_FOUND."""
        held: dict[str, HeldTenant] = {}
        for wish in asked:
            if wish.tenant_id not in self.tenants:
                raise Error(Reason.TENANT_NOT_FOUND, tenant_id=wish.tenant_id)
            name = self.tenants[wish.tenant_id]
            held[wish.tenant_id] = HeldTenant(wish.tenant_id, name, self.held_roles(wish.roles))
        return in_order(held.values())

    def held_applications(self, asked: Iterable[str]) -> tuple[HeldApplication, ...]:
        """The applications asked for, in order. Raises APPLICATION_NOT_FOUND."""
        held: dict[str, HeldApplication] = {}
        for application_id in asked:
            if application_id not in self.applications:
                raise Error(Reason.APPLICATION_NOT_FOUND, application_id=application_id)
            held[application_id] = HeldApplication(application_id, self.applications[application_id])
        return in_order(held.values())


NOTHING: Final = Found({}, {}, {})


def in_order(held: Iterable[T]) -> tuple[T, ...]:
    """Things that a user holds, in alphabetical order."""
    return tuple(sorted(held, key=lambda thing: fold(thing.name)))


class Holdings:
    """Looks up and stores what users hold."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # -- looking up ----------------------------------------------------------------------------

    def find(
        self,
        caller: Caller,
        *,
        roles: Iterable[RoleRequest] = (),
        tenants: Iterable[TenantRequest] = (),
        application_ids: Iterable[str] = (),
        defaults: bool = False,
    ) -> Found:
        """Everything that these name and that exists; with `defaults` the roles that every new user has as
        well."""
        tenants = list(tenants)
        refs = [wish.role for wish in (*roles, *(wish for t in tenants for wish in t.roles))]
        asked = {
            "role_ids": [ref.key for ref in refs if ref.kind == "role_id"],
            "role_names": [ref.key for ref in refs if ref.kind == "name"],
            "tenant_ids": [tenant.tenant_id for tenant in tenants],
            "application_ids": list(application_ids),
        }
        if not defaults and not any(asked.values()):
            return NOTHING
        found_roles, found_tenants, found_applications = rows.resolve(
            self._database, caller.project_id, **asked, defaults=defaults
        )
        by_ref: dict[tuple[str, str], HeldRole] = {}
        given = []
        for role_id, name_key, name, permissions, default in found_roles or ():
            role = HeldRole(role_id, name, tuple(permissions), None)
            by_ref["role_id", role_id] = by_ref["name", name_key] = role
            if default:
                given.append(role)
        return Found(by_ref, dict(found_tenants or ()), dict(found_applications or ()), given)

    def find_for(self, caller: Caller, *wishes: Wishes, defaults: bool = False) -> Found:
        """Everything that the wishes name and that exists; `defaults` as in `find`."""
        # Many wish for the same.
        return self.find(
            caller,
            roles={role for roles in {wish.roles for wish in wishes} for role in roles or ()},
            tenants={tenant for tenants in {wish.tenants for wish in wishes} for tenant in tenants or ()},
            application_ids={held for wish in wishes for held in wish.application_ids or ()},
            defaults=defaults,
        )

    def declarations(self, caller: Caller) -> Declarations:
        """The custom attributes of the project."""
        return _by_name(attribute_rows.all_of(self._database, caller.project_id))

    def declarations_for(self, caller: Caller, *wishes: Wishes, creating: bool) -> Declarations:
        """The same; those that the wishes give values of stay as they are until the transaction ends."""
        names = list(dict.fromkeys(name for wish in wishes for name in wish.attributes or ()))
        found = attribute_rows.hold(self._database, caller.project_id, names, defaults=creating)
        return _by_name(found)

    # -- storing -------------------------------------------------------------------------------

    def write(self, caller: Caller, before: User, after: User, declared: Declarations) -> None:
        """Stores the difference between what a locked user holds and what it is to hold."""
        require_room(after)
        gone, new = rows.Removed(), rows.Added()
        gone.role_ids, new.roles = _role_changes(before.roles, after.roles)
        old_tenants = {tenant.tenant_id: tenant for tenant in before.tenants}
        new_tenants = {tenant.tenant_id: tenant for tenant in after.tenants}
        gone.tenant_ids = sorted(old_tenants.keys() - new_tenants.keys())
        new.tenant_ids = sorted(new_tenants.keys() - old_tenants.keys())
        for tenant_id, tenant in sorted(new_tenants.items()):
            held = old_tenants[tenant_id].roles if tenant_id in old_tenants else ()
            role_ids, roles = _role_changes(held, tenant.roles)
            gone.tenant_roles += [(tenant_id, role_id) for role_id in role_ids]
            new.tenant_roles += [(tenant_id, role_id, expiry) for role_id, expiry in roles]
        old_applications = {held.application_id for held in before.applications}
        new_applications = {held.application_id for held in after.applications}
        gone.application_ids = sorted(old_applications - new_applications)
        new.application_ids = sorted(new_applications - old_applications)
        gone.attribute_ids, new.attributes = _attribute_changes(before, after, declared)
        rows.remove(self._database, caller.project_id, after.user_id, gone)
        rows.add(self._database, caller.project_id, after.user_id, new)


def _by_name(found: Iterable[Row]) -> Declarations:
    return {attribute.name: attribute for attribute in map(attribute_of, found)}


class Holder(Protocol):
    """Who holds things: a user, or one to be."""

    @property
    def roles(self) -> tuple[HeldRole, ...]: ...
    @property
    def tenants(self) -> tuple[HeldTenant, ...]: ...
    @property
    def applications(self) -> tuple[HeldApplication, ...]: ...


def require_room(holder: Holder) -> None:
    """Raises TOO_MANY_ROLES, TOO_MANY_TENANTS, TOO_MANY_APPLICATIONS."""
    most_roles = max(len(holder.roles), *(len(tenant.roles) for tenant in holder.tenants), 0)
    for number, limit, reason in (
        (most_roles, MAX_ROLES_PER_USER, Reason.TOO_MANY_ROLES),
        (len(holder.tenants), MAX_TENANTS_PER_USER, Reason.TOO_MANY_TENANTS),
        (len(holder.applications), MAX_APPLICATIONS_PER_USER, Reason.TOO_MANY_APPLICATIONS),
    ):
        if number > limit:
            raise Error(reason, limit=str(limit))


def attribute_values(
    present: Mapping[str, Any], wishes: Wishes, declared: Declarations, *, creating: bool
) -> dict[str, Any]:
    """The custom attributes that a user is to have, in the order of their names.

    Raises CUSTOM_ATTRIBUTE_NOT_FOUND for a name that is not declared, and FIELDS_INVALID for values that
    are wrong and required ones that are missing: all of them when creating, later those that are touched.
    """
    asked = wishes.attributes or {}
    for name in asked:
        if name not in declared:
            raise Error(Reason.CUSTOM_ATTRIBUTE_NOT_FOUND, name=name)
    values = dict(present) if creating or wishes.other_attributes_stay else {}
    if creating:
        values |= {
            name: declaration.default_value
            for name, declaration in declared.items()
            if declaration.default_value is not None
        }
    values |= asked
    touched = declared if creating or not wishes.other_attributes_stay else asked
    problems = []
    for name in touched:
        if values.get(name) in (None, []):
            values.pop(name, None)
            # Who lacked it before it became required may go on so.
            if declared[name].required and (creating or name in present):
                problems.append(Violation(f"user.custom_attributes.{name}", "is required"))
        elif wrong := problem(declared[name], values[name]):
            problems.append(Violation(f"user.custom_attributes.{name}", wrong))
    refuse_invalid(problems)
    return dict(sorted(values.items()))


def _role_changes(
    before: Iterable[HeldRole], after: Iterable[HeldRole]
) -> tuple[list[str], list[tuple[str, datetime | None]]]:
    """The ids of the roles that go, and those that come or whose expiry moves."""
    old = {role.role_id: role.expire_time for role in before}
    new = {role.role_id: role.expire_time for role in after}
    moved = [(i, new[i]) for i in sorted(new) if i not in old or old[i] != new[i]]
    return sorted(old.keys() - new.keys()), moved


def _attribute_changes(
    before: User, after: User, declared: Declarations
) -> tuple[list[str], list[tuple[str, int, str | None, float | None]]]:
    """The ids of the attributes whose values go, and the values that come."""
    old, new = before.custom_attributes, after.custom_attributes
    changed = [name for name in sorted({*old, *new}) if old.get(name) != new.get(name)]
    # What is declared no more took its values along.
    gone = [declared[name].custom_attribute_id for name in changed if name in old and name in declared]
    come = [
        (declared[name].custom_attribute_id, position, text, number)
        for name in changed
        if name in new
        for position, (text, number) in enumerate(stored(declared[name], new[name]))
    ]
    return gone, come
