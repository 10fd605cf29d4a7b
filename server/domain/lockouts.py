"""What failed sign-ins lead to: accounts, and addresses that sign-ins come from, are locked for a while.

Counted are failures of accounts, and also of identifiers that nobody has, so that nobody learns which is
which. The counts are the database's: all processes share them, and they outlive these.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from server.domain import events
from server.domain.applied_actions import AppliedActions
from server.domain.applying import Application, End, Wish
from server.domain.caller import Caller
from server.domain.session import LoginMethod
from server.domain.text import fold, phone_number_e164
from server.domain.user import User, UserRef
from server.errors import Error, Reason
from server.store import throttles as rows
from server.store.database import Database

_LEAST_MOVE: Final = timedelta(seconds=1)
"""The end of the user action is not moved by less: otherwise every further attempt would write an event."""

# Why the user action cannot be applied or moved, which does not keep the account from being locked.
_PASSED_OVER: Final = {
    Reason.USER_NOT_FOUND,
    Reason.USER_ACTION_NOT_FOUND,
    Reason.USER_ACTION_INACTIVE,
    Reason.FIELDS_INVALID,
    Reason.APPLIED_ACTION_NOT_ACTIVE,
    Reason.TOO_MANY_MODIFICATIONS,
}


class Attempt(NamedTuple):
    """One attempt to sign in."""

    method: LoginMethod
    user_id: str | None
    """Whose account it is; None: nobody's."""
    account: bytes | None
    """What its failure is counted for; None: it is not counted, and no lock stands against it."""

    @classmethod
    def of_user(cls, user_id: str, method: LoginMethod) -> Attempt:
        """One for the account of a user."""
        return cls(method, user_id, _account(user_id))

    @classmethod
    def of_nobody(cls, identifier: str, method: LoginMethod) -> Attempt:
        """One for an account that does not exist; the identifier counts in all its spellings."""
        folded = phone_number_e164(identifier) or fold(identifier)
        return cls(method, None, _digest(f"identifier {folded}"))

    @classmethod
    def uncounted(cls, user_id: str, method: LoginMethod) -> Attempt:
        """One by a proof that cannot be guessed."""
        return cls(method, user_id, None)


class Count(NamedTuple):
    """How an attempt was counted."""

    seconds: float | None = None
    """To wait, if account or address was locked already; None: neither was."""
    beyond: int = 0
    """How many, this one included, have been tried since, where more were."""


class Lockouts:
    """The locks of all projects; every method acts in the caller's."""

    def __init__(self, database: Database, actions: AppliedActions) -> None:
        self._database = database
        self._actions = actions

    def require_open(self, caller: Caller, attempt: Attempt) -> None:
        """Raises LOGIN_LOCKED while the account, or the address of the call, is locked."""
        if attempt.account is not None:
            _refuse(rows.locked(self._database, caller.project_id, list(_limits(caller, attempt))))

    def hold(self, caller: Caller, attempt: Attempt) -> None:
        """The same once it is known that the proof is right, and failures of the account wait until the
        transaction ends: of many who try at the same time, none succeeds after the last failure that the
        policy allows. Comes before the user is locked, as it does when a failure is counted."""
        if attempt.account is not None:
            limits = _limits(caller, attempt)
            others = [key for key in limits if key != attempt.account]
            locked = rows.hold(self._database, caller.project_id, attempt.account, others)
            _refuse({key: seconds for key, seconds in locked.items() if key in limits})

    def failed(self, caller: Caller, attempt: Attempt) -> Count:
        """Counts a failure, in the present transaction. By now account or address may be locked, by others at
        the same time."""
        return self._count(caller, attempt, _limits(caller, attempt))

    def tried(self, caller: Caller, attempt: Attempt) -> Count:
        """Counts an attempt for what is locked, whose time begins anew, in the present transaction."""
        limits = _limits(caller, attempt)
        locked = rows.locked(self._database, caller.project_id, list(limits))
        return self._count(caller, attempt, {key: limits[key] for key in limits if key in locked})

    def succeeded(self, caller: Caller, attempt: Attempt) -> None:
        """Forgets the failures of the account, in the present transaction."""
        if attempt.account is not None:
            rows.clear(self._database, caller.project_id, attempt.account)

    def forgive(self, caller: Caller, user: User) -> None:
        """Unlocks the account of a user who has set a new password by a link, and cancels the user action
        that it was locked with, in the present transaction, if the project's policy says so."""
        if not caller.settings.lockout_policy.password_reset_unlocks:
            return
        locked_until = rows.clear(self._database, caller.project_id, _account(user.user_id))
        if locked_until is None:
            return
        events.record(self._database, caller, "user.unlocked", user.user_id, {})
        action = self._action(caller, user.user_id)
        # One with another end is not of this lock.
        if (
            action is not None
            and action.expire_time
            and abs(action.expire_time - locked_until) <= _LEAST_MOVE
        ):
            self._actions.cancel(caller, action.applied_action_id, _WISH, "")

    def _count(self, caller: Caller, attempt: Attempt, limits: Mapping[bytes, int]) -> Count:
        policy = caller.settings.lockout_policy
        beyond = 0
        for key, limit in limits.items():
            locked_until, count = rows.fail(
                self._database,
                caller.project_id,
                key,
                limit=limit,
                window=policy.window_seconds,
                duration=policy.duration_seconds,
            )
            if locked_until is None:
                continue
            beyond = max(beyond, count - limit)
            if key == attempt.account and attempt.user_id is not None:
                self._locked(caller, attempt.user_id, locked_until, new=count == limit)
        return Count(float(policy.duration_seconds), beyond) if beyond else Count()

    def _locked(self, caller: Caller, user_id: str, locked_until: datetime, *, new: bool) -> None:
        """What comes of it that the account of a user is locked until then."""
        if new:
            data: dict[str, Any] = {"expire_time": locked_until, **events.origin_of(caller)}
            events.record(self._database, caller, "user.locked", user_id, data)
        if not caller.settings.lockout_policy.user_action_id:
            return
        try:
            with self._database.savepoint():
                self._apply(caller, user_id, End("expire_time", expire_time=locked_until))
        except Error as error:
            if error.reason not in _PASSED_OVER:
                raise

    def _apply(self, caller: Caller, user_id: str, end: End) -> None:
        """Applies the policy's user action until this end, or moves the end of one that is active."""
        active = self._action(caller, user_id)
        if active is None:
            asked = _application(caller.settings.lockout_policy.user_action_id, end)
            self._actions.apply(caller, UserRef("user_id", user_id), asked)
            return
        assert end.expire_time is not None
        # What somebody else has applied for longer stays.
        if active.expire_time is not None and end.expire_time - active.expire_time >= _LEAST_MOVE:
            self._actions.modify(caller, active.applied_action_id, end, _WISH, "")

    def _action(self, caller: Caller, user_id: str) -> Any:
        action_id = caller.settings.lockout_policy.user_action_id
        return self._actions.active(caller, user_id, action_id) if action_id else None


_WISH: Final = Wish(comment="", actioner_user_id="", email_user=False, notify_user=False)


def _application(user_action_id: str, end: End) -> Application:
    return Application(
        user_action_id=user_action_id,
        option="",
        reason="",
        application_ids=(),
        broadcast=True,
        end=end,
        if_already_active="RETURN_EXISTING",
        wish=_WISH,
    )


def _limits(caller: Caller, attempt: Attempt) -> dict[bytes, int]:
    """How many failures are allowed, by what they are counted for; the account before the address, so that
    those who count the same do it in one order."""
    policy = caller.settings.lockout_policy
    limits = {attempt.account or b"": policy.attempts}
    if address := caller.origin().address:
        limits[_digest(f"address {address}")] = policy.address_attempts
    return {key: limit for key, limit in limits.items() if key and limit}


def _refuse(locked: Mapping[bytes, float]) -> None:
    if locked:
        raise Error(Reason.LOGIN_LOCKED, retry_after=max(locked.values()))


def _account(user_id: str) -> bytes:
    return _digest(f"user {user_id}")


def _digest(what: str) -> bytes:
    return hashlib.sha256(f"failed sign-ins of {what}".encode()).digest()
