"""Time-based one-time codes (RFC 6238) as a second factor: set up by the user, taken away by an operator."""

from __future__ import annotations

from typing import NamedTuple

import pyotp

from server.domain import events
from server.domain.admission import Admission, require_none_set_up
from server.domain.attempts import Attempts
from server.domain.caller import Caller
from server.domain.lockouts import Attempt
from server.domain.one_time_tokens import OneTimeTokens, Purpose
from server.domain.password_changes import Credential
from server.domain.second_factors import SecondFactors
from server.domain.session import Challenge, LoginMethod, Tokens
from server.domain.sessions import Sessions
from server.domain.user import User, UserRef, user_of
from server.domain.user_writing import UserWriter
from server.errors import Error, Reason
from server.store import projects as project_rows
from server.store import second_factors as rows
from server.store import users as user_rows
from server.store.database import Database


class Enrolment(NamedTuple):
    """A secret that is to be confirmed."""

    secret: str
    """In Base32."""
    uri: str


class Totp:
    """The second factors of all projects' users; every method acts in the caller's."""

    def __init__(
        self,
        database: Database,
        tokens: OneTimeTokens,
        sessions: Sessions,
        attempts: Attempts,
        admission: Admission,
        factors: SecondFactors,
    ) -> None:
        self._database = database
        self._tokens = tokens
        self._sessions = sessions
        self._attempts = attempts
        self._admission = admission
        self._factors = factors
        self._writer = UserWriter(database)

    def enrol(self, caller: Caller, credential: Credential) -> Enrolment:
        """Makes a secret. Raises ACCESS_TOKEN_INVALID, SESSION_ENDED, CHALLENGE_INVALID."""
        user_id = self._user_id(caller, credential)
        row = user_rows.get(self._database, caller.project_id, "user_id", user_id)
        project = project_rows.get(self._database, caller.project_id)
        if row is None or project is None:
            raise _gone(credential)
        user = user_of(row)
        if credential.challenge_token:
            require_none_set_up(user)
        secret = self._factors.propose(caller, user_id)
        name = user.email or user.phone_number or next(iter(user.login_ids), user_id)
        display_name = dict(zip(project_rows.PROJECT_COLUMNS, project, strict=True))["display_name"]
        issuer = caller.settings.passkey_policy.rp_name or display_name or caller.project_id
        return Enrolment(secret, pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=issuer))

    def confirm(self, caller: Caller, credential: Credential, code: str) -> tuple[list[str], Tokens | None]:
        """Makes the secret the second factor; returns recovery codes and, with a challenge, the session.
        Raises ACCESS_TOKEN_INVALID, SESSION_ENDED, CHALLENGE_INVALID, TOTP_NOT_ENROLLED, LOGIN_FAILED,
        LOGIN_LOCKED, LOGIN_NOT_ALLOWED, LOGIN_PREVENTED."""
        with self._database.aside():
            user_id = self._user_id(caller, credential)
        attempt = Attempt.of_user(user_id, LoginMethod.TOTP)
        with self._attempts.made(caller, attempt), self._database.transaction():
            entrant = self._admission.entrant(caller, attempt)
            token = credential.challenge_token
            proven = token and self._admission.met(caller, entrant, token, Purpose.MFA_ENROLMENT)
            if not self._factors.confirm(caller, user_id, code):
                raise Error(Reason.LOGIN_FAILED)
            codes = self._factors.replace_recovery_codes(caller, user_id)
            user = self._mark(caller, "user.mfa.enabled", entrant.user, enabled=True, reset_required=False)
            if not proven:
                return codes, None
            entered = entrant._replace(user=user)
            outcome = self._admission.outcome(caller, attempt, entered, proven.also(attempt.method))
            if isinstance(outcome, Challenge):
                # The password has expired since: it is to be replaced first, and this begins anew.
                raise Error(Reason.CHALLENGE_INVALID)
            return codes, outcome

    def reset(self, caller: Caller, by: UserRef) -> User:
        """Takes the second factor away. Raises USER_NOT_FOUND."""
        user = self._writer.locked(caller, by)
        if not user.mfa_enabled:
            return user
        self._factors.forget(caller, user.user_id)
        return self._mark(caller, "user.mfa.reset", user, enabled=False, reset_required=True)

    def _user_id(self, caller: Caller, credential: Credential) -> str:
        """Who asks. Raises ACCESS_TOKEN_INVALID, SESSION_ENDED, CHALLENGE_INVALID."""
        if not credential.challenge_token:
            return self._sessions.current(caller, credential.access_token).value
        challenge = self._tokens.look(caller, credential.challenge_token, Purpose.MFA_ENROLMENT)
        if challenge is None or challenge.user_id is None:
            raise Error(Reason.CHALLENGE_INVALID)
        return challenge.user_id

    def _mark(
        self, caller: Caller, event_type: str, user: User, *, enabled: bool, reset_required: bool
    ) -> User:
        update_time, revision = rows.mark(
            self._database, caller.project_id, user.user_id, enabled=enabled, reset_required=reset_required
        )
        events.record(self._database, caller, event_type, user.user_id, {})
        return user._replace(
            mfa_enabled=enabled,
            mfa_reset_required=reset_required,
            update_time=update_time,
            revision=revision,
        )


def _gone(credential: Credential) -> Error:
    """The error for a user who was deleted a moment ago."""
    return Error(Reason.CHALLENGE_INVALID if credential.challenge_token else Reason.SESSION_ENDED)
