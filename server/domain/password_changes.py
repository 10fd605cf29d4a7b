"""The use case of users who replace their own passwords."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from server.domain import notices
from server.domain.admission import Admission, Candidate, Entrant, Proven
from server.domain.attempts import Attempts
from server.domain.caller import Caller
from server.domain.lockouts import Attempt
from server.domain.one_time_tokens import OneTimeTokens, Purpose
from server.domain.passwords.hasher import Hasher
from server.domain.session import LoginMethod, Outcome
from server.domain.sessions import Sessions
from server.domain.user import user_of
from server.domain.user_passwords import NewPassword, UserPasswords
from server.errors import Error, Reason
from server.store import sign_ins as rows
from server.store import users as user_rows
from server.store.database import Database


class Credential(NamedTuple):
    """What a user shows in place of a sign-in: one of the two is ''."""

    access_token: str = ""
    challenge_token: str = ""


class PasswordChanges:
    """The passwords of all projects' users; every method acts in the caller's, in transactions of its own."""

    def __init__(
        self,
        database: Database,
        hasher: Hasher,
        passwords: UserPasswords,
        tokens: OneTimeTokens,
        sessions: Sessions,
        attempts: Attempts,
        admission: Admission,
    ) -> None:
        self._database = database
        self._hasher = hasher
        self._passwords = passwords
        self._tokens = tokens
        self._sessions = sessions
        self._attempts = attempts
        self._admission = admission

    def change(
        self, caller: Caller, credential: Credential, current_password: str, new_password: str
    ) -> Outcome:
        """Raises ACCESS_TOKEN_INVALID, SESSION_ENDED, CHALLENGE_INVALID, LOGIN_FAILED, LOGIN_LOCKED,
        LOGIN_NOT_ALLOWED, LOGIN_PREVENTED, FIELDS_INVALID, HASHING_OVERLOADED."""
        if credential.challenge_token:
            return self._by_challenge(caller, credential.challenge_token, new_password)
        return self._by_session(caller, credential.access_token, current_password, new_password)

    def _by_challenge(self, caller: Caller, token: str, new_password: str) -> Outcome:
        with self._database.aside():
            challenge = self._tokens.look(caller, token, Purpose.PASSWORD_CHANGE)
            if challenge is None or challenge.user_id is None:
                raise Error(Reason.CHALLENGE_INVALID)
            user_id = challenge.user_id
        attempt = Attempt.of_user(user_id, LoginMethod.PASSWORD)
        with self._attempts.made(caller, attempt):
            stored_hash = self._hashed(caller, user_id, new_password)
            with self._database.transaction():
                entrant = self._admission.entrant(caller, attempt)
                proven = self._admission.met(caller, entrant, token, Purpose.PASSWORD_CHANGE)
                replaced = self._replaced(caller, entrant, stored_hash)
                return self._admission.outcome(caller, attempt, replaced, proven.of(replaced.candidate))

    def _by_session(
        self, caller: Caller, access_token: str, current_password: str, new_password: str
    ) -> Outcome:
        with self._database.aside():
            user_id, methods = self._sessions.proven(caller, access_token)
        attempt = Attempt.of_user(user_id, LoginMethod.PASSWORD)
        with self._attempts.made(caller, attempt):
            proven = Proven(methods, self._proven_time(caller, user_id, current_password))
            stored_hash = self._hashed(caller, user_id, new_password)
            with self._database.transaction():
                entrant = self._admission.entrant(caller, attempt)
                # By now the password may be another one, and the session over.
                if proven.password_time != entrant.candidate.password_time:
                    raise Error(Reason.LOGIN_FAILED)
                self._sessions.proven(caller, access_token)
                replaced = self._replaced(caller, entrant, stored_hash)
                return self._admission.session(caller, attempt, replaced, methods)

    def _proven_time(self, caller: Caller, user_id: str, current_password: str) -> datetime | None:
        """When the password was set that this one is; None: there is none. Raises LOGIN_FAILED."""
        row = rows.get(self._database, caller.project_id, user_id)
        if row is None:
            raise Error(Reason.SESSION_ENDED)
        candidate = Candidate(*row)
        if candidate.stored_hash is None:
            return None
        if not self._hasher.verify_evenly(current_password, candidate.stored_hash).ok:
            raise Error(Reason.LOGIN_FAILED)
        return candidate.password_time

    def _hashed(self, caller: Caller, user_id: str, new_password: str) -> str:
        """Takes long, like all that hashes."""
        row = user_rows.get(self._database, caller.project_id, "user_id", user_id)
        if row is None:
            raise Error(Reason.SESSION_ENDED)
        return self._passwords.hash_new(
            caller,
            NewPassword(plain=new_password),
            user_of(row)._asdict(),
            user_id,
            field="new_password",
            present_allowed=False,
        )

    def _replaced(self, caller: Caller, entrant: Entrant, stored_hash: str) -> Entrant:
        """The entrant with the new password, all of whose sessions have ended."""
        user = self._passwords.replace(caller, entrant.user, stored_hash, temporary=False)
        notices.password_changed(self._database, caller, user)
        return self._admission.again(caller, user.user_id)
