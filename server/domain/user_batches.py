"""The use case of users who are created by the thousand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from functools import partial
from typing import Any, Final

from server.domain import events, welcomes
from server.domain.batches import Key, Options, Outcome, attempt, holders_of, keys_of, lock
from server.domain.caller import Caller
from server.domain.holdings import Holdings, Wishes
from server.domain.new_users import Ground, Holding, Lines, NewUser, Past, checked, new_user
from server.domain.user import SETTABLE, User, UserRef, normalized
from server.domain.user_passwords import NewPassword, UserPasswords
from server.domain.users import Users
from server.errors import Error, Reason
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

Items = Mapping[int, NewUser]
"""Items of a message, by their positions, in their order."""
Holders = Mapping[Key, str]
"""The ids of the users who have identifiers of an item."""


class UserBatches:
    """Creates users; every method acts in the caller's project."""

    def __init__(self, database: Database, users: Users, passwords: UserPasswords) -> None:
        self._database = database
        self._users = users
        self._passwords = passwords
        self._holdings = Holdings(database)
        self._size_is_known = False

    def prepare(
        self,
        caller: Caller,
        asked: Mapping[str, Any],
        wishes: Wishes,
        past: Past,
        *,
        user_id: str,
        status: str,
        password: NewPassword | None,
    ) -> NewUser:
        """A user to create with these settable values; `user_id` '' lets the server make one.

        May take long, for a plain password is hashed when it is its turn. Raises FIELDS_INVALID."""
        values = checked(asked, wishes, past, status)
        return new_user(
            asked,
            values,
            wishes,
            past,
            user_id=user_id,
            status=status,
            stored_hash=self._passwords.hash_new(caller, password, {**SETTABLE, **values}, patient=True)
            if password
            else "",
            temporary=password.temporary if password else False,
        )

    def create(self, caller: Caller, items: Sequence[NewUser | Error], options: Options) -> list[Outcome]:
        """Creates the users, with what they wish for and the project's default roles: what becomes of them is
        what would if they were created one after another."""
        outcomes = {index: Outcome(error=item) for index, item in enumerate(items) if isinstance(item, Error)}
        left = {index: item for index, item in enumerate(items) if isinstance(item, NewUser)}
        ground = self._ground(caller, left.values())
        creation = _Creation(
            self._database, self._users, self._passwords, self._learn_size, caller, options, ground
        )
        outcomes |= creation.begin(left)
        while left := {index: item for index, item in left.items() if index not in outcomes}:
            outcomes |= creation.round(left)
        welcomes.send(
            self._database,
            caller,
            [
                (item.user_id, options.welcome.kind(item.asked, item.status))
                for index, item in enumerate(items)
                if isinstance(item, NewUser) and outcomes[index].action == "CREATED"
            ],
        )
        return [outcomes[index] for index in range(len(items))]

    def _ground(self, caller: Caller, items: Iterable[NewUser]) -> Ground:
        """All that the items name, and what every new user has; it stays until the transaction ends."""
        wishes = [item.wishes for item in items]
        found = self._holdings.find_for(caller, *wishes, defaults=True)
        return Ground(found, self._holdings.declarations_for(caller, *wishes, creating=True))

    def _learn_size(self) -> None:
        if not self._size_is_known:
            rows.learn_size(self._database)
            self._size_is_known = True


class _Creation:
    """The creation of the users of one message, in rounds.

    An item that has an identifier in common with one before it waits for a later round, when it is known what
    has become of that one. Most messages take one round.
    """

    def __init__(
        self,
        database: Database,
        users: Users,
        passwords: UserPasswords,
        learn_size: Callable[[], None],
        caller: Caller,
        options: Options,
        ground: Ground,
    ) -> None:
        self._database = database
        self._users = users
        self._passwords = passwords
        self._learn_size = learn_size
        self._caller = caller
        self._policy = options.on_conflict
        self._ground = ground
        self._wanted: dict[int, Holding] = {}
        self._problems: dict[int, Error] = {}
        """Why items cannot be created; they may still be skipped, or update who is there."""

    def begin(self, items: Items) -> dict[int, Outcome]:
        """Finds out what the items are to hold, and returns what has become of them by that alone."""
        for index, item in items.items():
            try:
                self._wanted[index] = self._ground.holding(item)
            except Error as error:
                self._problems[index] = error
        return self._failed(self._problems) if self._policy == "FAIL" else {}

    def round(self, items: Items) -> dict[int, Outcome]:
        """What becomes of the first of these items, and of as many others as can be told at once."""
        free = _independent(items)
        outcomes = {
            index: Outcome(items[index].user_id, "CREATED")
            for index in self._insert(items, {i: self._wanted[i] for i in free if i in self._wanted})
        }
        rest = {index: item for index, item in items.items() if index not in outcomes}
        if not rest:
            return outcomes
        holders = self._holders(rest)
        gone = {index for index in free & rest.keys() if not holders[index]}
        if not gone <= self._problems.keys():
            raise Conflict  # who had their identifiers has gone at this moment
        met = {index: item for index, item in rest.items() if holders[index]}
        if self._policy == "UPDATE":
            owners = {key: items[index].user_id for index in outcomes for key in items[index].keys}
            outcomes |= self._updated(met, holders, free, owners)
        elif self._policy == "SKIP":
            outcomes |= {index: Outcome(_first(holders[index]), "SKIPPED") for index in met}
        else:
            outcomes |= {index: _taken(holders[index]) for index in met}
        return outcomes | self._failed(gone)

    def _failed(self, indexes: Iterable[int]) -> dict[int, Outcome]:
        return {index: Outcome(error=self._problems[index]) for index in indexes}

    # -- those whose identifiers are free ------------------------------------------------------

    def _insert(self, items: Items, made: Mapping[int, Holding]) -> list[int]:
        """Inserts those whose identifiers are free, and returns their positions."""
        while made:
            # All batches take identifiers in the same order, so that no two wait for each other.
            order = sorted(made, key=lambda index: items[index].keys)
            lines = Lines(self._ground)
            for index in order:
                lines.add(items[index], made[index])
            taken = False
            with self._database.savepoint() if lines.login_ids else nullcontext() as point:
                inserted, free = rows.create(self._database, events.envelope(self._caller), *lines.texts())
                ids = set(inserted)
                created = [index for index in order if items[index].user_id in ids]
                # Another user may have a login id of one who was inserted.
                if point and free < sum(len(items[index].login_id_keys) for index in created):
                    point.undo()
                    taken = True
            if not taken:
                if created:
                    self._learn_size()
                return created
            holders = self._holders({index: items[index] for index in made})
            others = {index: holding for index, holding in made.items() if not holders[index]}
            if len(others) == len(made):
                raise Conflict  # it was freed again at this moment
            made = others
        return []

    def _holders(self, items: Items) -> dict[int, Holders]:
        keys = (key for item in items.values() for key in item.keys)
        present = holders_of(self._database, self._caller, keys)
        return {
            index: {key: present[key] for key in item.keys if key in present} for index, item in items.items()
        }

    # -- those that are there ------------------------------------------------------------------

    def _updated(
        self, items: Items, holders: Mapping[int, Holders], free: set[int], owners: dict[Key, str]
    ) -> dict[int, Outcome]:
        """Gives users the values of the items, as far as it is known whom. `owners` have identifiers since
        this round."""
        outcomes: dict[int, Outcome] = {}
        users = self._locked(holders.values())
        changed: set[str] = set()
        for index, item in items.items():
            present = holders[index]
            if all(key in owners for key in item.keys):
                present = {key: owners[key] for key in item.keys}
            elif index not in free or not changed.isdisjoint(present.values()):
                continue
            if len(set(present.values())) > 1:
                outcomes[index] = _taken(present)
                continue
            user_id = _first(present)
            outcomes[index] = attempt(self._database, partial(self._update, users, user_id, item))
            if outcomes[index].error is None:
                changed.add(user_id)
                owners |= dict.fromkeys(item.keys, user_id)
        return outcomes

    def _locked(self, holders: Iterable[Holders]) -> dict[str, User]:
        """The users who have identifiers of items, by their ids, locked until the transaction ends."""
        present = {key: user_id for found in holders for key, user_id in found.items()}
        refs = [UserRef("user_id", user_id) for user_id in set(present.values())]
        lock(self._database, self._caller, refs)
        users = {user.user_id: user for user in self._users.batch_get(self._caller, refs) if user is not None}
        held = {
            user_id: keys_of(user_id, user.email, user.phone_number, user.login_ids)
            for user_id, user in users.items()
        }
        if any(key not in held.get(user_id, ()) for key, user_id in present.items()):
            raise Conflict  # somebody was given another identifier at this moment, or has gone
        return users

    def _update(self, users: dict[str, User], user_id: str, item: NewUser) -> Outcome:
        changed = self._users.change(
            self._caller,
            users[user_id],
            normalized(item.asked),
            item.wishes,
            found=self._ground.found,
            declared=self._ground.declared,
        )
        if item.stored_hash:
            changed = self._passwords.replace(
                self._caller, changed, item.stored_hash, temporary=item.temporary
            )
        users[user_id] = changed
        return Outcome(user_id, "UPDATED")


def _independent(items: Items) -> set[int]:
    """The positions of items that have no identifier in common with one before them."""
    seen: set[Key] = set()
    free = set()
    for index, item in items.items():
        if seen.isdisjoint(item.keys):
            free.add(index)
        seen.update(item.keys)
    return free


def _first(holders: Holders) -> str:
    return next(iter(holders.values()))


def _taken(holders: Holders) -> Outcome:
    """What becomes of an item that others stand in the way of: they have an identifier of it, or two of them
    have."""
    first = _first(holders)
    kinds = [kind for (kind, _), user_id in holders.items() if user_id != first]
    kinds += [kind for kind, _ in holders]
    return Outcome(error=Error(TAKEN[kinds[0]]))
