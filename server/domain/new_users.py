"""Users to create, as batches take them: what is known of one, what it is to hold, and the rows of many."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from server.domain import events
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
    SETTABLE,
    HeldApplication,
    HeldRole,
    HeldTenant,
    normalized,
    violations,
    void_marks,
)
from server.domain.user_writing import columns_of, role_facts
from server.errors import Violation, refuse_invalid
from server.store import user_batches as rows


class Past(NamedTuple):
    """What a user brings along from elsewhere, beside what anybody can set."""

    create_time: datetime | None = None
    last_login_time: datetime | None = None
    blocked: bool = False


@dataclass(frozen=True, slots=True)
class NewUser:
    """A user to create, checked as far as that can be done without the database."""

    user_id: str
    status: str
    """As it is seen."""
    asked: Mapping[str, Any]
    """The settable values that the caller set."""
    keys: list[tuple[str, str]]
    """(kind, key) of all identifiers, kinds as in `TAKEN`."""
    row: str
    """The columns that are not absent and the password, as the store takes them."""
    shown: str
    """What the event of the creation tells of all that is not held, likewise as JSON."""
    wishes: Wishes
    stored_hash: str
    """'' for no password."""
    temporary: bool

    @property
    def login_id_keys(self) -> list[str]:
        """The login ids, folded."""
        return [key for kind, key in self.keys if kind == "login_id"]


def checked(asked: Mapping[str, Any], wishes: Wishes, past: Past) -> dict[str, Any]:
    """All settable values of a user to create, normalized. Raises FIELDS_INVALID."""
    values = {**SETTABLE, **normalized(asked)}
    values |= void_marks(values)
    now = datetime.now(UTC)
    future = [
        Violation(f"user.{name}", "must not lie in the future")
        for name in ("create_time", "last_login_time")
        if (time := getattr(past, name)) is not None and time > now
    ]
    refuse_invalid([*violations(values), *wishes.violations(), *future])
    return values


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
    # The metadata as it is: the whole row becomes JSON.
    columns = {**columns_of(values), "metadata": values["metadata"]}
    identifiers = {
        "user_id": [user_id],
        "email": [columns["email_key"]],
        "phone_number": [columns["phone_number"]],
        "login_id": columns.pop("login_id_keys"),
    }
    user_id = user_id or new_id()
    # An empty object is not absent.
    row = {name: value for name, value in columns.items() if value or value == {}}
    row |= {"user_id": user_id, "status": status, "event_id": new_id()}
    row |= {name: value for name, value in past._asdict().items() if value}
    if stored_hash:
        row |= {"hash": stored_hash, "temporary": temporary}
    status = "BLOCKED" if past.blocked else status
    shown = {name: value for name, value in values.items() if value}
    return NewUser(
        user_id=user_id,
        status=status,
        asked=asked,
        keys=sorted((kind, key) for kind, keys in identifiers.items() for key in keys if key),
        row=events.to_json(row),
        shown=events.to_json({"user_id": user_id, "status": status, **shown}),
        wishes=wishes,
        stored_hash=stored_hash,
        temporary=temporary,
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

    def __init__(self, found: Found, declared: Declarations, defaults: Mapping[str, HeldRole]) -> None:
        self.found = found
        self.declared = declared
        self._defaults = defaults
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
        if self._defaults:
            roles = in_order({**self._defaults, **{role.role_id: role for role in roles}}.values())
        memberships = Memberships(
            roles,
            self.found.held_tenants(wishes.tenants or ()),
            self.found.held_applications(wishes.application_ids or ()),
        )
        require_room(memberships)
        return memberships


# Many users hold the same things.
@lru_cache(maxsize=2_048)
def _facts(held: Memberships) -> str:
    """What the event shows of them."""
    facts = role_facts(held.roles)
    if not facts["role_expire_times"]:
        del facts["role_expire_times"]
    if held.tenants:
        facts["tenants"] = {tenant.tenant_id: role_facts(tenant.roles) for tenant in held.tenants}
    if held.applications:
        facts["applications"] = [application.application_id for application in held.applications]
    return events.to_json(facts)


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
                    # All batches take login ids in the same order, so that no two wait for each other.
                    for values, user_ids in (sorted(held.items()) if kind == "login_ids" else held.items())
                ]
            )
            for kind, held in self._held.items()
            if held
        }

    def add(self, item: NewUser, holding: Holding) -> None:
        """Takes a user in."""
        held, attributes = holding
        shown = [item.shown, _facts(held)]
        if attributes:
            shown.append(events.to_json({"custom_attributes": attributes}))
        data = f'{{"data":{{"after":{events.joined(*shown)}}}}}'
        self._users.append(events.joined(item.row, data))
        for kind, values in self._values(item, held, attributes):
            self._held[kind].setdefault(values, []).append(item.user_id)

    def _values(
        self, item: NewUser, held: Memberships, attributes: Mapping[str, Any]
    ) -> Iterator[tuple[str, tuple[Any, ...]]]:
        """What a user holds: each time the kind, and the values of its columns."""
        for key in item.login_id_keys:
            yield "login_ids", (key,)
        for role in held.roles:
            yield "roles", (role.role_id, role.expire_time)
        for tenant in held.tenants:
            yield "tenants", (tenant.tenant_id,)
            for role in tenant.roles:
                yield "tenant_roles", (tenant.tenant_id, role.role_id, role.expire_time)
        for application in held.applications:
            yield "applications", (application.application_id,)
        for name, value in attributes.items():
            declared = self._ground.declared[name]
            for position, texts_and_numbers in enumerate(stored(declared, value)):
                yield "attributes", (declared.custom_attribute_id, position, *texts_and_numbers)
