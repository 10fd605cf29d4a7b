"""What all batches have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from server.domain.caller import Caller
from server.domain.text import fold
from server.domain.user import UserRef
from server.domain.welcomes import NOTHING, Welcome
from server.errors import Error, Reason
from server.store import batches as rows
from server.store import user_batches as user_rows
from server.store.database import Database
from server.store.errors import Conflict
from server.store.users import REFERENCES


@dataclass(frozen=True, slots=True)
class Options:
    """How all items of a stream are treated."""

    on_conflict: str = "FAIL"
    """FAIL, SKIP or UPDATE."""
    dry_run: bool = False
    all_or_nothing: bool = False
    welcome: Welcome = NOTHING
    """What users are sent who are created."""


class Outcome(NamedTuple):
    """What became of an item."""

    id: str = ""
    action: str = ""
    """CREATED, UPDATED, SKIPPED or DELETED; '' if it failed."""
    error: Error | None = None

    @classmethod
    def failed(cls, error: Error) -> Outcome:
        """That of an item that was refused. How the error came about is let go: the frames of that hold the
        outcomes of all."""
        error.__context__ = error.__cause__ = None
        return cls(error=error.with_traceback(None))


def take_part(database: Database, caller: Caller, *, alone: bool) -> None:
    """Returns when a message may be done in the present transaction. Messages are done at the same time; one
    that collided with others, which wanted the same in another order, is done `alone` then."""
    rows.take_part(database, caller.project_id, alone=alone)


_OF_THE_WHOLE: Final = frozenset((Reason.CALL_TIMED_OUT, Reason.CREDENTIALS_INVALID))
"""Errors that no item is the cause of: the time is over, the project has gone."""


def attempt(database: Database, act: Callable[[], Outcome]) -> Outcome:
    """What `act` makes of an item. If it fails, what it has done in the present transaction is undone, and
    nothing else. Raises what fails the message as a whole."""
    try:
        with database.savepoint():
            return act()
    except Error as error:
        if error.reason in _OF_THE_WHOLE:
            raise
        return Outcome.failed(error)


# -- users -------------------------------------------------------------------------------------

Key = tuple[str, str]
"""An identifier as the store compares it: its kind, as that of a `UserRef`, and its text."""


def keys_of(user_id: str, email: str, phone_number: str, login_ids: Iterable[str]) -> set[Key]:
    """All identifiers of a user."""
    return {
        ("user_id", user_id),
        ("email", fold(email)),
        ("phone_number", phone_number),
        *(("login_id", fold(login_id)) for login_id in login_ids),
    }


def holders_of(database: Database, caller: Caller, keys: Iterable[Key]) -> dict[Key, str]:
    """The ids of the users who have these identifiers."""
    wanted: dict[str, list[str]] = {kind: [] for kind in REFERENCES}
    for kind, key in keys:
        # An empty one names nobody.
        if key:
            wanted[kind].append(key)
    found = user_rows.taken(database, caller.project_id, wanted)
    return {(kind, key): user_id for kind, key, user_id in found}


class Locked(NamedTuple):
    """Users who stay as they are until the transaction ends."""

    ids: Mapping[UserRef, str]
    locales: Mapping[str, str]
    """By their ids."""
    with_email: frozenset[str] = frozenset()
    """The ids of those who have one."""


def lock(database: Database, caller: Caller, refs: Sequence[UserRef], *, alone: bool = True) -> Locked:
    """Locks those of these users who are there, in the order of their ids: all batches keep it, so that no
    two wait for each other. Without `alone`, they can only not be deleted."""
    keys = {by: (by.kind, by.key) for by in refs}
    holders = holders_of(database, caller, keys.values())
    found = user_rows.lock(database, caller.project_id, sorted(set(holders.values())), alone=alone)
    held = {user_id: keys_of(user_id, *identifiers) for user_id, *identifiers, _ in found}
    ids = {by: holders[key] for by, key in keys.items() if holders.get(key) in held}
    if any(by.kind != "session" and keys[by] not in held[user_id] for by, user_id in ids.items()):
        raise Conflict  # somebody was given another identifier at this moment
    with_email = frozenset(user_id for user_id, email_key, *_ in found if email_key)
    return Locked(ids, {user_id: locale for user_id, *_, locale in found}, with_email)
