"""The use cases of many definitions of user actions. Each makes of its items one outcome each, in their
order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final, NamedTuple

from server.domain.batches import Options, Outcome, attempt
from server.domain.caller import Caller
from server.domain.text import fold
from server.domain.user_actions import UserActions
from server.errors import Error, Reason
from server.store import user_actions as rows
from server.store.database import Database

_TAKEN: Final = frozenset((Reason.USER_ACTION_ID_TAKEN, Reason.USER_ACTION_NAME_TAKEN))


class NewUserAction(NamedTuple):
    """A definition to create."""

    user_action_id: str
    """'' lets the server make one."""
    values: Mapping[str, Any]
    """Those that the caller set."""


class Deletion(NamedTuple):
    """A definition to delete."""

    user_action_id: str
    hard: bool
    etag: str


class UserActionBatches:
    """Creates and deletes definitions; every method acts in the caller's project."""

    def __init__(self, database: Database, actions: UserActions) -> None:
        self._database = database
        self._actions = actions

    def create(
        self, caller: Caller, items: Sequence[NewUserAction | Error], options: Options
    ) -> list[Outcome]:
        """Creates the definitions, one after another."""
        rows.take_turn(self._database, caller.project_id)
        outcomes = []
        for item in items:
            if isinstance(item, Error):
                outcomes.append(Outcome(error=item))
                continue
            outcome = attempt(self._database, partial(self._create, caller, item))
            if outcome.error and outcome.error.reason in _TAKEN:
                outcome = self._met(caller, item, outcome, options)
            outcomes.append(outcome)
        return outcomes

    def _create(self, caller: Caller, item: NewUserAction) -> Outcome:
        action = self._actions.create(caller, item.values, user_action_id=item.user_action_id)
        return Outcome(action.user_action_id, "CREATED")

    def _met(self, caller: Caller, item: NewUserAction, outcome: Outcome, options: Options) -> Outcome:
        """What becomes of an item whose id or name others have."""
        holders = rows.holders(
            self._database, caller.project_id, item.user_action_id or None, fold(item.values["name"])
        )
        if options.on_conflict == "FAIL" or not holders:
            return outcome
        if options.on_conflict == "SKIP":
            return Outcome(holders[0], "SKIPPED")
        if len(holders) > 1:
            return Outcome(error=Error(Reason.USER_ACTION_NAME_TAKEN))
        return attempt(self._database, partial(self._update, caller, holders[0], item.values))

    def _update(self, caller: Caller, user_action_id: str, values: Mapping[str, Any]) -> Outcome:
        self._actions.update(caller, user_action_id, values, etag="")
        return Outcome(user_action_id, "UPDATED")

    def delete(self, caller: Caller, items: Sequence[Deletion | Error], _: Options) -> list[Outcome]:
        """Deletes the definitions, one after another."""
        rows.take_turn(self._database, caller.project_id)
        outcomes = {index: Outcome(error=item) for index, item in enumerate(items) if isinstance(item, Error)}
        todo = {index: item for index, item in enumerate(items) if isinstance(item, Deletion)}
        # In the order in which those who apply them take them.
        for index in sorted(todo, key=lambda index: todo[index].user_action_id):
            outcomes[index] = attempt(self._database, partial(self._delete, caller, todo[index]))
        return [outcomes[index] for index in range(len(items))]

    def _delete(self, caller: Caller, item: Deletion) -> Outcome:
        self._actions.delete(caller, item.user_action_id, hard=item.hard, etag=item.etag)
        return Outcome(item.user_action_id, "DELETED")
