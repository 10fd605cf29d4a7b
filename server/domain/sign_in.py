"""The use cases of signing in."""

from __future__ import annotations

from dataclasses import dataclass

from server.domain.admission import Admission, Candidate, Proven
from server.domain.attempts import Attempts
from server.domain.caller import Caller
from server.domain.lockouts import Attempt
from server.domain.one_time_tokens import OneTimeTokens, Purpose
from server.domain.passkeys import Assertion, Passkeys
from server.domain.passwords.hasher import Hasher
from server.domain.second_factors import SecondFactors
from server.domain.session import LoginMethod, Outcome
from server.domain.text import fold, phone_number_e164
from server.errors import Error, Reason
from server.store import passwords as password_rows
from server.store import sign_ins as rows
from server.store.database import Database


@dataclass(frozen=True, slots=True, repr=False)
class SecondFactor:
    """What a user proves beside the password."""

    method: LoginMethod
    code: str = ""
    assertion: Assertion | None = None


class SignIn:
    """Signs users of all projects in; every method acts in the caller's, in transactions of its own."""

    def __init__(
        self,
        database: Database,
        hasher: Hasher,
        tokens: OneTimeTokens,
        attempts: Attempts,
        admission: Admission,
        factors: SecondFactors,
        passkeys: Passkeys,
    ) -> None:
        self._database = database
        self._hasher = hasher
        self._tokens = tokens
        self._attempts = attempts
        self._admission = admission
        self._factors = factors
        self._passkeys = passkeys

    # -- by a password -------------------------------------------------------------------------

    def by_password(self, caller: Caller, identifier: str, password: str) -> Outcome:
        """Raises LOGIN_FAILED, LOGIN_NOT_ALLOWED, LOGIN_PREVENTED, LOGIN_LOCKED, HASHING_OVERLOADED."""
        with self._database.aside():
            candidate = self._find(caller, identifier)
        if candidate is None:
            attempt = Attempt.of_nobody(identifier, LoginMethod.PASSWORD)
        else:
            attempt = Attempt.of_user(candidate.user_id, LoginMethod.PASSWORD)
        with self._attempts.made(caller, attempt):
            stored = candidate.stored_hash if candidate else None
            verdict = self._hasher.verify_evenly(password, stored)
            if not verdict.ok or candidate is None or stored is None:
                raise Error(Reason.LOGIN_FAILED)
            upgraded = self._upgraded(password) if verdict.upgrade_needed else None
            with self._database.transaction():
                entrant = self._admission.entrant(caller, attempt)
                proven = Proven((LoginMethod.PASSWORD,), candidate.password_time)
                if not proven.holds_of(entrant.candidate):
                    raise Error(Reason.LOGIN_FAILED)
                if upgraded is not None:
                    password_rows.upgrade(
                        self._database, caller.project_id, candidate.user_id, stored, upgraded
                    )
                return self._admission.outcome(caller, attempt, entrant, proven)

    def _find(self, caller: Caller, identifier: str) -> Candidate | None:
        number = phone_number_e164(identifier) or ""
        row = rows.find(self._database, caller.project_id, fold(identifier), number)
        return None if row is None else Candidate(*row)

    def _upgraded(self, password: str) -> str | None:
        """The hash to store from now on; None if there is no time for it at this moment."""
        try:
            return self._hasher.hash(password)
        except Error as error:
            if error.reason is not Reason.HASHING_OVERLOADED:
                raise
            return None

    # -- by a second factor --------------------------------------------------------------------

    def complete_mfa(self, caller: Caller, challenge_token: str, factor: SecondFactor) -> Outcome:
        """Raises CHALLENGE_INVALID, LOGIN_FAILED, LOGIN_NOT_ALLOWED, LOGIN_PREVENTED, LOGIN_LOCKED."""
        with self._database.aside():
            challenge = self._tokens.look(caller, challenge_token, Purpose.MFA)
        if challenge is None or challenge.user_id is None:
            raise Error(Reason.CHALLENGE_INVALID)
        user_id = challenge.user_id
        attempt = Attempt.of_user(user_id, factor.method)
        with self._attempts.made(caller, attempt), self._database.transaction():
            # Of a passkey more is looked at than a transaction may wait for.
            by_passkey = factor.assertion and self._by_passkey(caller, factor.assertion, user_id)
            entrant = self._admission.entrant(caller, attempt)
            proven = self._admission.met(caller, entrant, challenge_token, Purpose.MFA)
            if not by_passkey and not self._by_code(caller, user_id, factor):
                raise Error(Reason.LOGIN_FAILED)
            return self._admission.outcome(caller, attempt, entrant, proven.also(factor.method))

    def _by_passkey(self, caller: Caller, assertion: Assertion, user_id: str) -> bool:
        try:
            self._passkeys.verified(caller, assertion, user_id)
        except Error as error:
            if error.reason is not Reason.PASSKEY_REJECTED:
                raise
            raise Error(Reason.LOGIN_FAILED) from None
        return True

    def _by_code(self, caller: Caller, user_id: str, factor: SecondFactor) -> bool:
        """Whether it is a code of the user's, which is used up then."""
        if factor.method is LoginMethod.TOTP:
            return self._factors.use_totp(caller, user_id, factor.code)
        return self._factors.use_recovery_code(caller, user_id, factor.code)

    # -- by a passkey --------------------------------------------------------------------------

    def by_passkey(self, caller: Caller, assertion: Assertion) -> Outcome:
        """Raises PASSKEY_REJECTED, LOGIN_NOT_ALLOWED, LOGIN_PREVENTED."""
        with self._database.aside(), self._database.transaction():
            user_id = self._passkeys.verified(caller, assertion)
        attempt = Attempt.uncounted(user_id, LoginMethod.PASSKEY)
        with self._attempts.made(caller, attempt), self._database.transaction():
            entrant = self._admission.entrant(caller, attempt)
            return self._admission.outcome(caller, attempt, entrant, Proven((LoginMethod.PASSKEY,)))
