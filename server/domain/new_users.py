"""Users to create, as batches take them: what is known of one, what it is to hold, and the rows of many."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

from server.domain import events
from server.domain.batches import Key
from server.domain.custom_attributes import stored
from server.domain.holdings import (
    Declarations,
    Found,
    Wishes,
    attribute_values,
    in_order,
    require_room,
)
from server.domain.identity import new_id
from server.domain.user import (
    MARKS,
    SETTABLE,
    HeldApplication,
    HeldRole,
    HeldTenant,
    folded_columns,
    normalized,
    violations,
)
from server.domain.user_writing import role_facts
from server.errors import Violation, refuse_invalid
from server.store import user_batches as rows


class Past(NamedTuple):
    """What a user brings along from elsewhere, beside what anybody can set."""

    create_time: datetime | None = None
    last_login_time: datetime | None = None
    blocked: bool = False

    def violations(self) -> list[Violation]:
        """Instants that lie in the future."""
        named = (("create_time", self.create_time), ("last_login_time", self.last_login_time))
        return [
            Violation(f"user.{name}", "must not lie in the future")
            for name, instant in named
            if instant is not None and instant > datetime.now(UTC)
        ]


_NO_PAST: Final = Past()


class NewUser(NamedTuple):
    """A user to create, checked as far as that can be done without the database."""

    user_id: str
    status: str
    """As it is seen."""
    asked: Mapping[str, Any]
    """The settable values that the caller set."""
    keys: list[Key]
    """All identifiers, in order."""
    values: str
    """The settable values that are not absent, as JSON."""
    rest: str
    """The other columns that are not absent, and the password, likewise."""
    wishes: Wishes
    stored_hash: str
    """'' for no password."""
    temporary: bool

    @property
    def login_id_keys(self) -> list[str]:
        """The login ids, folded."""
        return [key for kind, key in self.keys if kind == "login_id"]

    def __repr__(self) -> str:
        return f"NewUser({self.user_id!r})"  # a hash is nothing to show


def checked(asked: Mapping[str, Any], wishes: Wishes, past: Past, status: str) -> dict[str, Any]:
    """The settable values of a user to create that are not absent, normalized. Raises FIELDS_INVALID."""
    values = {name: value for name, value in normalized(asked).items() if value}
    for identifier, mark in MARKS.items():
        if mark in values and identifier not in values:
            del values[mark]  # nothing cannot be verified
    refuse_invalid(
        [*violations(values), *_creation_violations(values, status), *wishes.violations(), *past.violations()]
    )
    return values


_IDENTIFIERS: Final = ("email", "phone_number", "login_ids")
_CREATABLE: Final = ("INVITED", "ACTIVE", "INACTIVE")


def _creation_violations(values: Mapping[str, Any], status: str) -> Iterator[Violation]:
    """The rules that CreateUserRequest states as expressions: to evaluate these for each of many items takes
    a third as long as all other rules of an item together."""
    if not any(map(values.get, _IDENTIFIERS)):
        yield Violation("user", "at least one of email, phone_number and login_ids is required")
    if status not in _CREATABLE:
        yield Violation("user.status", "status must be INVITED, ACTIVE or INACTIVE")


def new_user(
    asked: Mapping[str, Any],
    values: Mapping[str, Any],
    wishes: Wishes,
    past: Past,
    *,
    user_id: str,
    status: str,
    stored_hash: str,
    temporary: bool,
) -> NewUser:
    """A user to create; `values` are what `checked` made of those `asked`, `user_id` '' lets the server make
    one."""
    folded = folded_columns({**SETTABLE, **values})
    keys = [("login_id", key) for key in folded.pop("login_id_keys")]
    named = (
        ("user_id", user_id),
        ("email", folded["email_key"]),
        ("phone_number", values.get("phone_number")),
    )
    keys += [(kind, key) for kind, key in named if key]
    user_id = user_id or new_id()
    rest = {"user_id": user_id, "status": status, "event_id": new_id(), **folded}
    if asked.get("metadata") == {}:
        rest["metadata"] = {}  # not absent, though it is nothing that events would tell
    if past != _NO_PAST:
        rest |= past._asdict()
    if stored_hash:
        rest |= {"hash": stored_hash, "temporary": temporary}
    return NewUser(
        user_id,
        "BLOCKED" if past.blocked else status,
        asked,
        sorted(keys),
        events.to_json(values),
        events.to_json(rest),
        wishes,
        stored_hash,
        temporary,
    )


class Memberships(NamedTuple):
    """What a new user holds beside attributes; many hold the same."""

    roles: tuple[HeldRole, ...]
    tenants: tuple[HeldTenant, ...]
    applications: tuple[HeldApplication, ...]


class Holding(NamedTuple):
    """What a new user holds."""

    memberships: Memberships
    custom_attributes: dict[str, Any]


class Ground:
    """What the items of a message stand on."""

    def __init__(self, found: Found, declared: Declarations) -> None:
        self.found = found
        self.declared = declared
        # By what is wished for.
        self._memberships: dict[Any, Memberships] = {}

    def holding(self, item: NewUser) -> Holding:
        """What an item is to hold. Raises ROLE_NOT_FOUND and its like, FIELDS_INVALID, TOO_MANY_ROLES."""
        wishes = item.wishes
        wished = (wishes.roles, wishes.tenants, wishes.application_ids)
        memberships = self._memberships.get(wished)
        if memberships is None:
            memberships = self._memberships[wished] = self._found(wishes)
        return Holding(memberships, attribute_values({}, wishes, self.declared, creating=True))

    def _found(self, wishes: Wishes) -> Memberships:
        roles = self.found.held_roles(wishes.roles or ())
        if self.found.defaults:
            roles = in_order({role.role_id: role for role in (*self.found.defaults, *roles)}.values())
        memberships = Memberships(
            roles,
            self.found.held_tenants(wishes.tenants or ()),
            self.found.held_applications(wishes.application_ids or ()),
        )
        require_room(memberships)
        return memberships


# Many users hold the same things.
@lru_cache(maxsize=2_048)
def _facts(status: str, held: Memberships) -> str:
    """What the event shows of these."""
    facts = {"status": status, **role_facts(held.roles)}
    if not facts["role_expire_times"]:
        del facts["role_expire_times"]
    if held.tenants:
        facts["tenants"] = {tenant.tenant_id: role_facts(tenant.roles) for tenant in held.tenants}
    if held.applications:
        facts["applications"] = [application.application_id for application in held.applications]
    return events.to_json(facts)


_Row = tuple[str, tuple[Any, ...]]
"""Of what a user holds: the kind, and the values of its columns."""


# Looked up by what many hold, as the facts are.
@lru_cache(maxsize=2_048)
def _rows(held: Memberships) -> tuple[_Row, ...]:
    """The rows of these."""
    roles = [("roles", (role.role_id, role.expire_time)) for role in held.roles]
    tenants = [("tenants", (tenant.tenant_id,)) for tenant in held.tenants]
    tenant_roles = [
        ("tenant_roles", (tenant.tenant_id, role.role_id, role.expire_time))
        for tenant in held.tenants
        for role in tenant.roles
    ]
    applications = [("applications", (access.application_id,)) for access in held.applications]
    return (*roles, *tenants, *tenant_roles, *applications)


class Lines:
    """The rows of several users, as the store takes them."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._users: list[str] = []
        # The ids of the users of whom a row is, by the values of its columns.
        self._held: dict[str, dict[tuple[Any, ...], list[str]]] = {kind: {} for kind in rows.HELD}

    @property
    def login_ids(self) -> bool:
        """Whether any of the users has login ids."""
        return bool(self._held["login_ids"])

    def texts(self) -> tuple[str, dict[str, str]]:
        """As JSON: the users, and by kind what they hold; without the kinds that are empty."""
        return f"[{','.join(self._users)}]", {
            kind: events.to_json(
                [
                    dict(zip((*rows.HELD[kind], "user_ids"), (*values, user_ids), strict=True))
                    for values, user_ids in held.items()
                ]
            )
            for kind, held in self._held.items()
            if held
        }

    def add(self, item: NewUser, holding: Holding) -> None:
        """Takes a user in."""
        held, attributes = holding
        own: dict[str, Any] = {"user_id": item.user_id}
        if attributes:
            own["custom_attributes"] = attributes
        after = events.joined(item.values, _facts(item.status, held), events.to_json(own))
        self._users.append(events.joined(item.values, item.rest, f'{{"data":{{"after":{after}}}}}'))
        for kind, values in (*_rows(held), *self._own_rows(item, attributes)):
            self._held[kind].setdefault(values, []).append(item.user_id)

    def _own_rows(self, item: NewUser, attributes: Mapping[str, Any]) -> Iterator[_Row]:
        """The rows of what few others hold."""
        for key in item.login_id_keys:
            yield "login_ids", (key,)
        for name, value in attributes.items():
            declared = self._ground.declared[name]
            for position, texts_and_numbers in enumerate(stored(declared, value)):
                yield "attributes", (declared.custom_attribute_id, position, *texts_and_numbers)
