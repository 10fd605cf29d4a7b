"""Attempts to sign in: what stands against them, and what their failures leave behind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from server.config import MAX_LOGINS_RECORDED_PER_LOCK
from server.domain import events
from server.domain.caller import Caller
from server.domain.lockouts import Attempt, Count, Lockouts
from server.domain.logins import Logins
from server.domain.session import LoginOutcome
from server.errors import Error, Reason
from server.store.database import Database

_OUTCOMES: Final = {
    Reason.LOGIN_FAILED: LoginOutcome.WRONG_CREDENTIALS,
    Reason.LOGIN_NOT_ALLOWED: LoginOutcome.REFUSED,
    Reason.LOGIN_PREVENTED: LoginOutcome.REFUSED,
    Reason.LOGIN_LOCKED: LoginOutcome.LOCKED,
}
"""What is recorded of an attempt that is refused for these reasons; of others nothing is."""


class Attempts:
    """The attempts of all projects; every method acts in the caller's."""

    def __init__(self, database: Database, lockouts: Lockouts, logins: Logins) -> None:
        self._database = database
        self._lockouts = lockouts
        self._logins = logins

    @contextmanager
    def made(self, caller: Caller, attempt: Attempt) -> Iterator[None]:
        """Surrounds an attempt, which looks at a proof and, in a transaction of its own, does what follows.

        The attempt is outside of the call's transaction, so that its failure is recorded although the call
        fails. While account or address is locked, LOGIN_LOCKED is raised and the proof not looked at; nor
        does it count if they are locked by the time that it was.
        """
        with self._database.aside():
            try:
                self._lockouts.require_open(caller, attempt)
                yield
            except Error as error:
                if error.reason not in _OUTCOMES:
                    raise
                with self._database.transaction():
                    told = self._recorded(caller, attempt, error)
                raise told from None

    def _recorded(self, caller: Caller, attempt: Attempt, error: Error) -> Error:
        """Records a failure, and returns what the caller is told of it."""
        outcome = _OUTCOMES[error.reason]
        count = Count()
        if outcome is LoginOutcome.LOCKED:
            count = self._lockouts.tried(caller, attempt)
            error = Error(Reason.LOGIN_LOCKED, retry_after=count.seconds or error.retry_after)
        elif outcome is LoginOutcome.WRONG_CREDENTIALS:
            count = self._lockouts.failed(caller, attempt)
            if count.seconds is not None:
                outcome = LoginOutcome.LOCKED
                error = Error(Reason.LOGIN_LOCKED, retry_after=count.seconds)
        # Whoever tries on and on, at no cost, must not fill the record.
        if count.beyond <= MAX_LOGINS_RECORDED_PER_LOCK:
            self._logins.record(caller, attempt, outcome)
        if attempt.user_id is not None and outcome is not LoginOutcome.LOCKED:
            data = {
                "method": attempt.method.value,
                "outcome": outcome.value,
                **events.origin_of(caller),
            }
            events.record(self._database, caller, "user.sign_in.failed", attempt.user_id, data)
        return error
