"""Users to create, as batches take them: what is known of one, what it is to hold, and the rows of many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import itemgetter
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
    values: Mapping[str, Any]
    """The settable ones that are not absent, normalized."""
    asked: Mapping[str, Any]
    """Those that the caller set."""
    keys: list[tuple[str, str]]
    """(kind, key) of all identifiers, kinds as in `TAKEN`."""
    row: Mapping[str, Any]
    """The columns that are not absent."""
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
    columns = columns_of(values)
    identifiers = {
        "user_id": [user_id],
        "email": [columns["email_key"]],
        "phone_number": [columns["phone_number"]],
        "login_id": columns.pop("login_id_keys"),
    }
    user_id = user_id or new_id()
    columns |= {"user_id": user_id, "status": status, "metadata": values["metadata"], **past._asdict()}
    return NewUser(
        user_id=user_id,
        status="BLOCKED" if past.blocked else status,
        values={name: value for name, value in values.items() if value},
        asked=asked,
        keys=sorted((kind, key) for kind, keys in identifiers.items() for key in keys if key),
        # An empty object is not absent.
        row={name: value for name, value in columns.items() if value or value == {}},
        wishes=wishes,
        stored_hash=stored_hash,
        temporary=temporary,
    )


@dataclass(frozen=True, slots=True)
class Ground:
    """What the items of a message stand on."""

    found: Found
    declared: Declarations
    defaults: Mapping[str, HeldRole]

    def holding(self, item: NewUser) -> Holding:
        """What an item is to hold. Raises ROLE_NOT_FOUND and its like, FIELDS_INVALID, TOO_MANY_ROLES."""
        wishes = item.wishes
        roles = self.found.held_roles(wishes.roles or ())
        if self.defaults:
            roles = in_order({**self.defaults, **{role.role_id: role for role in roles}}.values())
        holding = Holding(
            roles,
            self.found.held_tenants(wishes.tenants or ()),
            self.found.held_applications(wishes.application_ids or ()),
            attribute_values({}, wishes, self.declared, creating=True),
        )
        require_room(holding)
        return holding


class Holding(NamedTuple):
    """What a new user holds."""

    roles: tuple[HeldRole, ...]
    tenants: tuple[HeldTenant, ...]
    applications: tuple[HeldApplication, ...]
    custom_attributes: dict[str, Any]

    def facts(self) -> dict[str, Any]:
        """What the event shows of it."""
        facts = role_facts(self.roles)
        if not facts["role_expire_times"]:
            del facts["role_expire_times"]
        if self.tenants:
            facts["tenants"] = {tenant.tenant_id: role_facts(tenant.roles) for tenant in self.tenants}
        if self.applications:
            facts["applications"] = [held.application_id for held in self.applications]
        if self.custom_attributes:
            facts["custom_attributes"] = self.custom_attributes
        return facts


class Lines:
    """The rows of several users, as the store takes them."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {kind: [] for kind in rows.KINDS}

    def texts(self) -> dict[str, str]:
        """As JSON, by kind; without the kinds that are empty."""
        # All batches take login ids in the same order, so that no two wait for each other.
        self.rows["login_ids"].sort(key=itemgetter("login_id_key"))
        return {kind: events.to_json(found) for kind, found in self.rows.items() if found}

    def add(self, item: NewUser, holding: Holding, ground: Ground) -> None:
        """Takes a user in."""
        user_id = item.user_id
        into = self.rows
        after = {"user_id": user_id, "status": item.status, **item.values, **holding.facts()}
        into["events"].append({"event_id": new_id(), "user_id": user_id, "data": {"after": after}})
        for key in item.login_id_keys:
            into["login_ids"].append({"user_id": user_id, "login_id_key": key})
        for role in holding.roles:
            into["roles"].append(
                {"user_id": user_id, "role_id": role.role_id, "expire_time": role.expire_time}
            )
        for tenant in holding.tenants:
            into["tenants"].append({"user_id": user_id, "tenant_id": tenant.tenant_id})
            for role in tenant.roles:
                into["tenant_roles"].append(
                    {
                        "user_id": user_id,
                        "tenant_id": tenant.tenant_id,
                        "role_id": role.role_id,
                        "expire_time": role.expire_time,
                    }
                )
        for application in holding.applications:
            into["applications"].append({"user_id": user_id, "application_id": application.application_id})
        for name, value in holding.custom_attributes.items():
            declared = ground.declared[name]
            for position, (text, number) in enumerate(stored(declared, value)):
                into["attributes"].append(
                    {
                        "user_id": user_id,
                        "custom_attribute_id": declared.custom_attribute_id,
                        "position": position,
                        "text_value": text,
                        "number_value": number,
                    }
                )
        if item.stored_hash:
            into["passwords"].append(
                {"user_id": user_id, "hash": item.stored_hash, "temporary": item.temporary}
            )
