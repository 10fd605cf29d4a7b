"""The use cases of users by the thousand. Each makes of its items one outcome each, in their order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from server.domain import events
from server.domain.batches import Options, Outcome
from server.domain.caller import Caller
from server.domain.custom_attributes import stored
from server.domain.holdings import (
    Declarations,
    Found,
    Holdings,
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
    UserRef,
    normalized,
    user_not_found,
    violations,
    void_marks,
)
from server.domain.user_passwords import NewPassword, UserPasswords
from server.domain.user_writing import columns_of, role_facts
from server.domain.users import Users
from server.errors import Error, Reason, Violation, refuse_invalid
from server.store import user_batches as rows
from server.store.database import Database
from server.store.errors import Conflict

TAKEN: Final = {
    "user_id": Reason.USER_ID_TAKEN,
    "email": Reason.EMAIL_TAKEN,
    "phone_number": Reason.PHONE_NUMBER_TAKEN,
    "login_id": Reason.LOGIN_ID_TAKEN,
}
"""What an item fails with when another user has an identifier of it."""


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


class UserBatches:
    """Batches of users; every method acts in the caller's project."""

    def __init__(self, database: Database, users: Users, passwords: UserPasswords) -> None:
        self._database = database
        self._users = users
        self._passwords = passwords
        self._holdings = Holdings(database)
        self._size_is_known = False

    # -- creating ------------------------------------------------------------------------------

    def prepare(
        self,
        caller: Caller,
        asked: Mapping[str, Any],
        wishes: Wishes,
        *,
        user_id: str,
        status: str,
        past: Past,
        password: NewPassword | None,
    ) -> NewUser:
        """A user to create with these settable values; `user_id` '' lets the server make one.

        May take long, for a plain password is hashed. Raises FIELDS_INVALID, HASHING_OVERLOADED."""
        values = {**SETTABLE, **normalized(asked)}
        values |= void_marks(values)
        times = {"user.create_time": past.create_time, "user.last_login_time": past.last_login_time}
        refuse_invalid([*violations(values), *wishes.violations(), *_future(times)])
        stored_hash = self._passwords.hash_new(caller, password, values) if password else ""
        given_id, user_id = user_id, user_id or new_id()
        columns = columns_of(values)
        identifiers = {
            "user_id": [given_id],
            "email": [columns["email_key"]],
            "phone_number": [columns["phone_number"]],
            "login_id": columns.pop("login_id_keys"),
        }
        columns |= {
            "user_id": user_id,
            "status": status,
            "metadata": values["metadata"],
            **past._asdict(),
        }
        return NewUser(
            user_id=user_id,
            status="BLOCKED" if past.blocked else status,
            values=_present(values),
            asked=asked,
            keys=sorted((kind, key) for kind, keys in identifiers.items() for key in keys if key),
            row=_present(columns),
            wishes=wishes,
            stored_hash=stored_hash,
            temporary=password.temporary if password else False,
        )

    def create(self, caller: Caller, items: Sequence[NewUser | Error], options: Options) -> list[Outcome]:
        """Creates the users, with what they wish for and the project's default roles."""
        outcomes = {index: Outcome(error=item) for index, item in enumerate(items) if isinstance(item, Error)}
        todo = {index: item for index, item in enumerate(items) if isinstance(item, NewUser)}
        ground = self._ground(caller, todo.values())
        made: dict[int, _Holding] = {}
        seen: set[tuple[str, str]] = set()
        for index, item in todo.items():
            if seen.isdisjoint(item.keys):
                try:
                    made[index] = ground.holding(item)
                except Error as error:
                    outcomes[index] = Outcome(error=error)
                else:
                    seen.update(item.keys)
        for index in self._insert(caller, todo, made, ground):
            outcomes[index] = Outcome(todo[index].user_id, "CREATED")
        left = {index: item for index, item in todo.items() if index not in outcomes}
        outcomes |= self._meet(caller, left, options)
        return [outcomes[index] for index in range(len(items))]

    def _ground(self, caller: Caller, items: Iterable[NewUser]) -> _Ground:
        """All that the items name, and what every new user has; it stays until the transaction ends."""
        wishes = [item.wishes for item in items]
        found = self._holdings.find(
            caller,
            roles=[role for wish in wishes for role in wish.roles or ()],
            tenants=[tenant for wish in wishes for tenant in wish.tenants or ()],
            application_ids=[held for wish in wishes for held in wish.application_ids or ()],
        )
        named = Wishes(attributes=dict.fromkeys(name for wish in wishes for name in wish.attributes or ()))
        declared = self._holdings.declarations_for(caller, named, creating=True)
        given = rows.default_roles(self._database, caller.project_id)
        defaults = {
            role_id: HeldRole(role_id, name, tuple(permissions), None) for role_id, name, permissions in given
        }
        return _Ground(found, declared, defaults)

    def _insert(
        self, caller: Caller, todo: Mapping[int, NewUser], made: Mapping[int, _Holding], ground: _Ground
    ) -> list[int]:
        """Inserts those whose identifiers are free, and returns their positions."""
        while made:
            # All batches take identifiers in the same order, so that no two wait for each other.
            order = sorted(made, key=lambda index: todo[index].keys)
            with self._database.savepoint() as point:
                columns = events.to_json([todo[index].row for index in order])
                inserted = set(rows.create(self._database, caller.project_id, columns))
                created = [index for index in order if todo[index].user_id in inserted]
                if not created:
                    return []
                if not self._size_is_known:
                    rows.learn_size(self._database)
                    self._size_is_known = True
                lines = _Lines()
                for index in created:
                    lines.add(todo[index], made[index], ground)
                free = rows.endow(self._database, events.envelope(caller), lines.texts())
                if free == len(lines.rows["login_ids"]):
                    return created
                # Another user has a login id of one who was inserted.
                point.undo()
            present = self._present(caller, (todo[index] for index in made))
            others = {
                index: user
                for index, user in made.items()
                if not any(key in present for key in todo[index].keys)
            }
            if len(others) == len(made):
                raise Conflict  # it was freed again at this moment
            made = others
        return []

    def _present(self, caller: Caller, items: Iterable[NewUser]) -> dict[tuple[str, str], str]:
        """The ids of the users who have identifiers of these, by (kind, key)."""
        keys: dict[str, list[str]] = {kind: [] for kind in TAKEN}
        for item in items:
            for kind, key in item.keys:
                keys[kind].append(key)
        found = rows.taken(self._database, caller.project_id, keys)
        return {(kind, key): user_id for kind, key, user_id in found}

    def _meet(self, caller: Caller, left: Mapping[int, NewUser], options: Options) -> dict[int, Outcome]:
        """Deals with items whose identifiers users have, these being locked in the order of their ids."""
        if not left:
            return {}
        present = self._present(caller, left.values())
        holders = {
            index: [(kind, present[kind, key]) for kind, key in item.keys if (kind, key) in present]
            for index, item in left.items()
        }
        if not all(holders.values()):
            raise Conflict  # who had them has gone at this moment
        order = sorted(left, key=lambda index: holders[index][0][1])
        return {index: self._met(caller, left[index], holders[index], options) for index in order}

    def _met(
        self, caller: Caller, item: NewUser, holders: Sequence[tuple[str, str]], options: Options
    ) -> Outcome:
        kind, user_id = holders[0]
        if options.on_conflict == "SKIP":
            return Outcome(user_id, "SKIPPED")
        others = [other for other, holder in holders if holder != user_id]
        if options.on_conflict == "FAIL" or others:
            return Outcome(error=Error(TAKEN[others[0] if others else kind]))
        try:
            with self._database.savepoint():
                by = UserRef("user_id", user_id)
                self._users.update(caller, by, item.asked, item.wishes, etag="")
                if item.stored_hash:
                    self._passwords.store(caller, user_id, item.stored_hash, temporary=item.temporary)
        except Error as error:
            return Outcome(error=error)
        return Outcome(user_id, "UPDATED")

    # -- deleting ------------------------------------------------------------------------------

    def delete(self, caller: Caller, items: Sequence[UserRef | Error], options: Options) -> list[Outcome]:
        """Deletes the users, as `Users.delete` does."""
        refs = [item for item in items if isinstance(item, UserRef) and item.key]
        keys: dict[str, list[str]] = {kind: [] for kind in TAKEN}
        for by in refs:
            keys[by.kind].append(by.key)
        found = rows.taken(self._database, caller.project_id, keys)
        wanted = {(kind, key): user_id for kind, key, user_id in found}
        user_ids = rows.lock(self._database, caller.project_id, sorted(set(wanted.values())))
        left = set(user_ids)
        outcomes = []
        for item in items:
            if isinstance(item, Error):
                outcomes.append(Outcome(error=item))
                continue
            user_id = wanted.get((item.kind, item.key), "")
            if user_id in left:
                left.remove(user_id)
                outcomes.append(Outcome(user_id, "DELETED"))
            else:
                outcomes.append(Outcome(error=user_not_found(item)))
        if user_ids:
            values = {
                **events.envelope(caller),
                "user_ids": user_ids,
                "event_ids": [new_id() for _ in user_ids],
            }
            rows.delete(self._database, values)
        return outcomes


@dataclass(frozen=True, slots=True)
class _Ground:
    """What the items of a message stand on."""

    found: Found
    declared: Declarations
    defaults: Mapping[str, HeldRole]

    def holding(self, item: NewUser) -> _Holding:
        """What an item is to hold. Raises ROLE_NOT_FOUND and its like, FIELDS_INVALID, TOO_MANY_ROLES."""
        wishes = item.wishes
        roles = self.found.held_roles(wishes.roles or ())
        if self.defaults:
            roles = in_order({**self.defaults, **{role.role_id: role for role in roles}}.values())
        holding = _Holding(
            roles,
            self.found.held_tenants(wishes.tenants or ()),
            self.found.held_applications(wishes.application_ids or ()),
            attribute_values({}, wishes, self.declared, creating=True),
        )
        require_room(holding)
        return holding


class _Holding(NamedTuple):
    """What a new user holds."""

    roles: tuple[HeldRole, ...]
    tenants: tuple[HeldTenant, ...]
    applications: tuple[HeldApplication, ...]
    custom_attributes: dict[str, Any]

    def facts(self) -> dict[str, Any]:
        """What the event shows of it."""
        facts = role_facts(self.roles)
        if self.tenants:
            facts["tenants"] = {tenant.tenant_id: role_facts(tenant.roles) for tenant in self.tenants}
        if self.applications:
            facts["applications"] = [held.application_id for held in self.applications]
        if self.custom_attributes:
            facts["custom_attributes"] = self.custom_attributes
        return facts


class _Lines:
    """The rows of several users, as the store takes them."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {kind: [] for kind in rows.KINDS}

    def texts(self) -> dict[str, str]:
        """As JSON, by kind; without the kinds that are empty."""
        return {kind: events.to_json(found) for kind, found in self.rows.items() if found}

    def add(self, item: NewUser, holding: _Holding, ground: _Ground) -> None:
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


def _present(values: Mapping[str, Any]) -> dict[str, Any]:
    """Those that are not absent; an empty object is not."""
    return {name: value for name, value in values.items() if value or value == {}}


def _future(times: Mapping[str, datetime | None]) -> list[Violation]:
    now = datetime.now(UTC)
    return [
        Violation(field, "must not lie in the future")
        for field, time in times.items()
        if time is not None and time > now
    ]
