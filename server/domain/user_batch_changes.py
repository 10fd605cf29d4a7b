"""The use cases of users who are updated or deleted by the thousand. Each makes of its items one outcome
each, in their order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from server.domain import events
from server.domain.batches import Options, Outcome, attempt, lock
from server.domain.caller import Caller
from server.domain.holdings import Declarations, Found, Holdings, Wishes
from server.domain.identity import new_id
from server.domain.user import User, UserRef, user_not_found
from server.domain.users import Users, checked
from server.errors import Error
from server.store import user_batches as rows
from server.store.database import Database


@dataclass(frozen=True, slots=True)
class UserUpdate:
    """What to set of a user, checked as far as that can be done without the database."""

    by: UserRef
    values: Mapping[str, Any]
    wishes: Wishes
    etag: str

    @classmethod
    def of(cls, by: UserRef, values: Mapping[str, Any], wishes: Wishes, etag: str) -> UserUpdate:
        """Raises FIELDS_INVALID."""
        return cls(by, checked(values, wishes), wishes, etag)


class UserBatchChanges:
    """Updates and deletes users; every method acts in the caller's project."""

    def __init__(self, database: Database, users: Users) -> None:
        self._database = database
        self._users = users
        self._holdings = Holdings(database)

    def update(self, caller: Caller, items: Sequence[UserUpdate | Error], _: Options) -> list[Outcome]:
        """Updates the users as `Users.update` does, one after another, once it is known who they are."""
        updates = [item for item in items if isinstance(item, UserUpdate)]
        wishes = [item.wishes for item in updates]
        # Before the users are read, so that the values read are values of these.
        declared = self._holdings.declarations_for(caller, *wishes, creating=False)
        user_ids = lock(self._database, caller, [item.by for item in updates]).ids
        refs = [UserRef("user_id", user_id) for user_id in set(user_ids.values())]
        users = {user.user_id: user for user in self._users.batch_get(caller, refs) if user is not None}
        found = self._holdings.find_for(caller, *wishes)
        outcomes = []
        for item in items:
            if isinstance(item, Error):
                outcomes.append(Outcome(error=item))
            elif item.by not in user_ids:
                outcomes.append(Outcome(error=user_not_found(item.by)))
            else:
                act = partial(self._update, caller, users, user_ids[item.by], item, found, declared)
                outcomes.append(attempt(self._database, act))
        return outcomes

    def _update(
        self,
        caller: Caller,
        users: dict[str, User],
        user_id: str,
        item: UserUpdate,
        found: Found,
        declared: Declarations,
    ) -> Outcome:
        """Updates one of the locked `users`, and notes there what has become of them."""
        users[user_id] = self._users.change(
            caller, users[user_id], item.values, item.wishes, found=found, declared=declared, etag=item.etag
        )
        return Outcome(user_id, "UPDATED")

    def delete(self, caller: Caller, items: Sequence[UserRef | Error], _: Options) -> list[Outcome]:
        """Deletes the users, as `Users.delete` does."""
        user_ids = lock(self._database, caller, [item for item in items if isinstance(item, UserRef)]).ids
        left = set(user_ids.values())
        if left:
            values = {
                **events.envelope(caller),
                "user_ids": sorted(left),
                "event_ids": [new_id() for _ in left],
            }
            rows.delete(self._database, values)
        outcomes = []
        for item in items:
            if isinstance(item, Error):
                outcomes.append(Outcome(error=item))
            elif (user_id := user_ids.get(item, "")) in left:
                left.remove(user_id)
                outcomes.append(Outcome(user_id, "DELETED"))
            else:
                outcomes.append(Outcome(error=user_not_found(item)))
        return outcomes
