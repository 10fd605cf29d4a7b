"""What comes of it that a user has proven who they are: a session, or what has to be done before one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from server.domain import notices
from server.domain.caller import Caller
from server.domain.lockouts import Attempt, Lockouts
from server.domain.logins import Logins
from server.domain.one_time_tokens import OneTimeTokens, Purpose, Taken
from server.domain.session import Challenge, LoginMethod, LoginOutcome, Outcome, Tokens
from server.domain.sessions import Sessions
from server.domain.signing_in import Standing, standing_of
from server.domain.user import User, UserRef, user_of
from server.domain.user_statuses import UserStatuses
from server.errors import Error, Reason
from server.store import sign_ins as rows
from server.store import users as user_rows
from server.store.database import Database

_SECONDS: Final = {
    Purpose.MFA: 300,
    Purpose.MFA_ENROLMENT: 900,
    Purpose.PASSWORD_CHANGE: 900,
}
"""How long a challenge can be met."""

_ALONE: Final = (LoginMethod.PASSWORD,)
"""What is one factor; a passkey, whose authenticator has verified the user, is as good as two."""


class Candidate(NamedTuple):
    """A user as a sign-in sees them. The fields are the columns of `store.sign_ins`, in their order."""

    user_id: str
    status: str
    preventions: str | None
    stored_hash: str | None
    """None: there is no password."""
    password_time: datetime | None
    """When the password was set."""
    has_recovery_codes: bool

    @property
    def standing(self) -> Standing:
        """Whether the user may sign in."""
        return standing_of(self.status, self.preventions)


class Proven(NamedTuple):
    """How a user has proven who they are."""

    methods: tuple[LoginMethod, ...]
    password_time: datetime | None = None
    """When the password was set that was proven; None: none was, or any will do."""

    @classmethod
    def before(cls, challenge: Taken) -> Proven:
        """What had been proven when a challenge was given."""
        methods, password_time = challenge.payload["methods"], challenge.payload["password_time"]
        return cls(
            tuple(map(LoginMethod, methods)),
            None if password_time is None else datetime.fromisoformat(password_time),
        )

    @property
    def payload(self) -> Mapping[str, Any]:
        """The same as what goes with a challenge."""
        return {
            "methods": [method.value for method in self.methods],
            "password_time": self.password_time and self.password_time.isoformat(),
        }

    def also(self, method: LoginMethod) -> Proven:
        """The same and one more."""
        return self._replace(methods=(*self.methods, method))

    def of(self, candidate: Candidate) -> Proven:
        """The same with the present password, which has replaced the one that was proven."""
        return self._replace(password_time=candidate.password_time)

    def holds_of(self, candidate: Candidate) -> bool:
        """Whether the password that was proven is the present one."""
        return self.password_time in (None, candidate.password_time)


class Entrant(NamedTuple):
    """A user who is locked until the transaction ends, about to be let in."""

    user: User
    candidate: Candidate


class Admission:
    """Lets users of all projects in; every method acts in the caller's, in the present transaction."""

    def __init__(
        self,
        database: Database,
        tokens: OneTimeTokens,
        sessions: Sessions,
        statuses: UserStatuses,
        lockouts: Lockouts,
        logins: Logins,
    ) -> None:
        self._database = database
        self._tokens = tokens
        self._sessions = sessions
        self._statuses = statuses
        self._lockouts = lockouts
        self._logins = logins

    def entrant(self, caller: Caller, attempt: Attempt) -> Entrant:
        """The user of an attempt, locked. Raises LOGIN_LOCKED, and LOGIN_FAILED if the user is gone."""
        self._lockouts.hold(caller, attempt)
        user_id = attempt.user_id or ""
        if user_rows.lock(self._database, caller.project_id, "user_id", user_id) is None:
            raise Error(Reason.LOGIN_FAILED)
        return self.again(caller, user_id)

    def again(self, caller: Caller, user_id: str) -> Entrant:
        """A locked user as they are now."""
        row = rows.whole(self._database, caller.project_id, user_id)
        return Entrant(user_of(row), Candidate(*row[len(user_rows.USER_COLUMNS) :]))

    def met(self, caller: Caller, entrant: Entrant, token: str, purpose: Purpose) -> Proven:
        """What the entrant had proven before a challenge, whose token is used up.
        Raises CHALLENGE_INVALID."""
        taken = self._tokens.take(caller, token, purpose)
        if taken is None or not Proven.before(taken).holds_of(entrant.candidate):
            raise Error(Reason.CHALLENGE_INVALID)
        if purpose is Purpose.MFA_ENROLMENT:
            require_none_set_up(entrant.user)
        return Proven.before(taken)

    def outcome(self, caller: Caller, attempt: Attempt, entrant: Entrant, proven: Proven) -> Outcome:
        """What comes of the attempt. Raises LOGIN_NOT_ALLOWED, LOGIN_PREVENTED."""
        entrant.candidate.standing.require_admitted()
        purpose = _wanting(caller, entrant.user, proven)
        if purpose is None:
            return self.session(caller, attempt, entrant, proven.methods)
        token, expire_time = self._tokens.give(
            caller,
            purpose,
            _SECONDS[purpose],
            user_id=entrant.user.user_id,
            payload=proven.payload,
        )
        self._logins.record(caller, attempt, LoginOutcome.CHALLENGED)
        factors = _factors(entrant) if purpose is Purpose.MFA else ()
        return Challenge(purpose.value, token, expire_time, factors)

    def session(
        self, caller: Caller, attempt: Attempt, entrant: Entrant, methods: tuple[LoginMethod, ...]
    ) -> Tokens:
        """Begins a session. Raises LOGIN_NOT_ALLOWED, LOGIN_PREVENTED."""
        entrant.candidate.standing.require_admitted()
        user = entrant.user
        if user.status == "INVITED":
            user = self._statuses.set(caller, UserRef("user_id", user.user_id), "ACTIVE")
        signed_in = rows.signed_in(self._database, caller.project_id, user.user_id)
        self._lockouts.succeeded(caller, attempt)
        tokens = self._sessions.begin(caller, user._replace(last_login_time=signed_in), methods)
        tell = caller.settings.email_policy.notify_new_sign_in and self._logins.from_elsewhere(
            caller, user.user_id
        )
        login_record_id = self._logins.record(caller, attempt, LoginOutcome.SUCCEEDED, tokens.session_id)
        if tell:
            notices.new_sign_in(self._database, caller, user, login_record_id)
        return tokens


def _wanting(caller: Caller, user: User, proven: Proven) -> Purpose | None:
    """What the user still has to do; None: nothing."""
    if LoginMethod.PASSWORD in proven.methods and user.password_change_required:
        return Purpose.PASSWORD_CHANGE
    needed = user.mfa_enabled or user.mfa_reset_required or caller.settings.mfa_policy.required
    if proven.methods != _ALONE or not needed:
        return None
    return Purpose.MFA if _has_second_factor(user) else Purpose.MFA_ENROLMENT


def require_none_set_up(user: User) -> None:
    """Raises CHALLENGE_INVALID for the enrolment of a second factor if there is one by now: who has but the
    password must not put another one in its place."""
    if _has_second_factor(user):
        raise Error(Reason.CHALLENGE_INVALID)


def _has_second_factor(user: User) -> bool:
    return user.mfa_enabled or user.has_passkeys


def _factors(entrant: Entrant) -> tuple[LoginMethod, ...]:
    """The second factors that a user has."""
    user, candidate = entrant
    had = {
        LoginMethod.TOTP: user.mfa_enabled,
        LoginMethod.RECOVERY_CODE: user.mfa_enabled and candidate.has_recovery_codes,
        LoginMethod.PASSKEY: user.has_passkeys,
    }
    return tuple(method for method, has in had.items() if has)
