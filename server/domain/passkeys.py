"""Passkeys: WebAuthn credentials of users, registered and asked for."""

from __future__ import annotations

import secrets
from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from server.config import MAX_PASSKEY_OPTIONS_PER_ADDRESS, MAX_PASSKEYS_PER_USER
from server.domain import events
from server.domain.address_limits import AddressLimit
from server.domain.caller import Caller
from server.domain.identity import new_id
from server.domain.one_time_tokens import OneTimeTokens, Purpose, Taken
from server.domain.paging import Page, PageRequest, page_of
from server.domain.relying_party import (
    OPTIONS_SECONDS,
    Held,
    NewCredential,
    NotGenuine,
    RelyingParty,
    claim_in,
    handle_of,
    relying_party,
)
from server.domain.sessions import Sessions
from server.domain.settings import settings_of
from server.domain.user import User, UserRef, user_not_found
from server.domain.user_writing import UserWriter
from server.errors import Error, Reason
from server.store import passkeys as rows
from server.store import projects as project_rows
from server.store.database import Database

_CHALLENGE_BYTES: Final = 32

FROM_ADDRESS: Final = AddressLimit(
    "passkey options", MAX_PASSKEY_OPTIONS_PER_ADDRESS, OPTIONS_SECONDS, Reason.SIGN_INS_TOO_FREQUENT
)
"""Options to sign in with: they are stored for anybody, for as long as they are good."""


class Passkey(NamedTuple):
    """A passkey, as it is shown. The fields are the columns of `store.passkeys`, in their order."""

    passkey_id: str
    display_name: str
    aaguid: str
    transports: list[str]
    backed_up: bool
    create_time: datetime
    last_use_time: datetime | None


class Assertion(NamedTuple):
    """What an authenticator answered."""

    token: str
    """Names the options that it answers."""
    credential_json: str


class _Use(NamedTuple):
    """A use of a passkey that is genuine but for its count."""

    passkey_id: str
    user_id: str
    sign_count: int
    backed_up: bool
    last_sign_count: int

    @property
    def counts(self) -> bool:
        """Whether the count goes on from the last one. An authenticator that does not count says 0."""
        return self.sign_count > self.last_sign_count or self.sign_count == self.last_sign_count == 0


class Passkeys:
    """The passkeys of all projects' users; every method acts in the caller's."""

    def __init__(self, database: Database, tokens: OneTimeTokens, sessions: Sessions) -> None:
        self._database = database
        self._tokens = tokens
        self._sessions = sessions
        self._writer = UserWriter(database)

    # -- registration --------------------------------------------------------------------------

    def begin_registration(self, caller: Caller, access_token: str) -> tuple[str, str]:
        """(options as JSON, token). Raises ACCESS_TOKEN_INVALID, SESSION_ENDED, PASSKEYS_NOT_CONFIGURED,
        PASSKEY_LIMIT."""
        by = self._sessions.current(caller, access_token)
        party = self._configured(caller)
        user = self._locked(caller, by)
        held = self._held(caller, user.user_id)
        if len(held) >= MAX_PASSKEYS_PER_USER:
            raise _limit_reached()
        challenge = secrets.token_bytes(_CHALLENGE_BYTES)
        token = self._give(caller, Purpose.PASSKEY_REGISTRATION, challenge, user.user_id)
        return party.creation_options(user, held, challenge), token

    def finish_registration(
        self, caller: Caller, access_token: str, token: str, credential_json: str, display_name: str
    ) -> Passkey:
        """Raises ACCESS_TOKEN_INVALID, SESSION_ENDED, PASSKEY_REJECTED, PASSKEY_TAKEN, PASSKEY_LIMIT."""
        # What is refused uses the token up all the same: it is looked at outside of the transaction.
        with self._database.aside():
            by = self._sessions.current(caller, access_token)
            taken = self._tokens.look(caller, token, Purpose.PASSKEY_REGISTRATION)
            if taken is None or taken.user_id != by.value:
                raise Error(Reason.PASSKEY_REJECTED)
            try:
                credential = self._genuine(caller).created(credential_json, _challenge(taken))
            except NotGenuine:
                raise self._rejected(caller, token, Purpose.PASSKEY_REGISTRATION) from None
        user = self._locked(caller, by)
        if self._tokens.take(caller, token, Purpose.PASSKEY_REGISTRATION) is None:
            raise Error(Reason.PASSKEY_REJECTED)
        return self._create(caller, user, credential, display_name.strip())

    def _create(self, caller: Caller, user: User, credential: NewCredential, display_name: str) -> Passkey:
        passkey_id = new_id()
        shown: dict[str, Any] = {
            "passkey_id": passkey_id,
            "display_name": display_name,
            "aaguid": credential.aaguid,
            "transports": credential.transports,
            "backed_up": credential.backed_up,
        }
        create_time, others = rows.create(
            self._database,
            {
                **credential._asdict(),
                **shown,
                "project_id": caller.project_id,
                "user_id": user.user_id,
            },
        )
        if others >= MAX_PASSKEYS_PER_USER:
            raise _limit_reached()
        changed = user._replace(has_passkeys=True)
        self._writer.touch(caller, "user.passkey.registered", changed, {"after": shown})
        return Passkey(**shown, create_time=create_time, last_use_time=None)

    # -- use -----------------------------------------------------------------------------------

    def begin_sign_in(self, caller: Caller, challenge_token: str) -> tuple[str, str]:
        """(options as JSON, token); with the challenge MFA for its user's passkeys alone.
        Raises PASSKEYS_NOT_CONFIGURED, CHALLENGE_INVALID, SIGN_INS_TOO_FREQUENT."""
        party = self._configured(caller)
        FROM_ADDRESS.admit(self._database, caller)
        user_id: str | None = None
        allowed: Sequence[Held] = ()
        if challenge_token:
            taken = self._tokens.look(caller, challenge_token, Purpose.MFA)
            user_id = taken.user_id if taken else None
            allowed = self._held(caller, user_id) if user_id else ()
            # Options that allow no passkey would be taken for such that allow any.
            if not allowed:
                raise Error(Reason.CHALLENGE_INVALID)
        challenge = secrets.token_bytes(_CHALLENGE_BYTES)
        token = self._give(caller, Purpose.PASSKEY_SIGN_IN, challenge, user_id)
        return party.request_options(allowed, challenge), token

    def verified(self, caller: Caller, assertion: Assertion, user_id: str | None = None) -> str:
        """The id of the user whose passkey the assertion proves; notes its use, and locks the user. `user_id`
        says whose it must be. No transaction may have begun. Raises PASSKEY_REJECTED."""
        # As with registrations. Who has cloned a passkey is to be heard of although the call fails.
        with self._database.aside():
            taken = self._tokens.look(caller, assertion.token, Purpose.PASSKEY_SIGN_IN)
            if taken is None:
                raise Error(Reason.PASSKEY_REJECTED)
            try:
                use = self._use(caller, taken, assertion.credential_json, user_id)
            except NotGenuine:
                raise self._rejected(caller, assertion.token, Purpose.PASSKEY_SIGN_IN) from None
            if not use.counts:
                data = {"passkey_id": use.passkey_id}
                events.record(self._database, caller, "user.passkey.clone_suspected", use.user_id, data)
                raise self._rejected(caller, assertion.token, Purpose.PASSKEY_SIGN_IN)
        noted = rows.used(self._database, {**use._asdict(), "project_id": caller.project_id})
        taken = self._tokens.take(caller, assertion.token, Purpose.PASSKEY_SIGN_IN)
        if not noted or taken is None:
            # Somebody was faster: with a greater count, with the options, or in deleting the passkey.
            raise Error(Reason.PASSKEY_REJECTED)
        return use.user_id

    def _use(self, caller: Caller, taken: Taken, credential_json: str, user_id: str | None) -> _Use:
        """The use of a passkey that an answer proves, but for its count. Raises NotGenuine."""
        claim = claim_in(credential_json)
        row = rows.by_credential(self._database, caller.project_id, claim.credential_id)
        if row is None:
            raise NotGenuine
        passkey_id, owner_id, public_key, last_sign_count = row
        wanted = {taken.user_id, user_id} - {None}
        # The authenticator has to name the user, unless the options did, by the passkeys that they allowed.
        named = claim.handle == handle_of(owner_id) or (claim.handle is None and taken.user_id is not None)
        if not named or not wanted <= {owner_id}:
            raise NotGenuine
        party = self._genuine(caller)
        signature = party.signed(credential_json, _challenge(taken), bytes(public_key))
        return _Use(passkey_id, owner_id, *signature, last_sign_count)

    # -- looking after them --------------------------------------------------------------------

    def list(self, caller: Caller, by: UserRef, page: PageRequest) -> Page[Passkey]:
        """A page of the user's passkeys, the newest first. Raises USER_NOT_FOUND."""
        parameters = page.parameters("after_key", "after_id")
        parameters |= {"project_id": caller.project_id, "key": by.key}
        found = rows.list_passkeys(self._database, by.kind, parameters)
        if found is None:
            raise user_not_found(by)
        return page_of(page, found, lambda row: Passkey._make(row[:-1]))

    def delete(self, caller: Caller, by: UserRef, passkey_ids: Sequence[str]) -> int:
        """Deletes these passkeys of the user, or without any all; returns how many. Raises USER_NOT_FOUND."""
        user = self._writer.locked(caller, by)
        left, gone = rows.delete(self._database, caller.project_id, user.user_id, passkey_ids)
        if gone:
            changed = user._replace(has_passkeys=left)
            self._writer.touch(caller, "user.passkey.deleted", changed, {"passkey_ids": gone})
        return len(gone)

    # -- what the above have in common ---------------------------------------------------------

    def _configured(self, caller: Caller) -> RelyingParty:
        """Raises PASSKEYS_NOT_CONFIGURED."""
        party = self._party(caller)
        if party is None:
            raise Error(Reason.PASSKEYS_NOT_CONFIGURED)
        return party

    def _genuine(self, caller: Caller) -> RelyingParty:
        """Raises NotGenuine for a project that takes no passkeys, or no more."""
        party = self._party(caller)
        if party is None:
            raise NotGenuine
        return party

    def _party(self, caller: Caller) -> RelyingParty | None:
        """The project as it is at this moment: what the caller knows of its settings is some seconds old."""
        row = project_rows.get(self._database, caller.project_id)
        if row is None:
            return None
        found = dict(zip(project_rows.PROJECT_COLUMNS, row, strict=True))
        return relying_party(settings_of(found["settings"]).passkey_policy, found["display_name"])

    def _held(self, caller: Caller, user_id: str) -> Sequence[Held]:
        found = rows.held(self._database, caller.project_id, user_id)
        return [Held(bytes(credential_id), transports) for credential_id, transports in found]

    def _locked(self, caller: Caller, by: UserRef) -> User:
        """The user of a session, which a deletion in the meantime has ended. Raises SESSION_ENDED."""
        try:
            return self._writer.locked(caller, by)
        except Error as error:
            if error.reason is not Reason.USER_NOT_FOUND:
                raise
            raise Error(Reason.SESSION_ENDED) from None

    def _give(self, caller: Caller, purpose: Purpose, challenge: bytes, user_id: str | None) -> str:
        payload = {"challenge": b64encode(challenge).decode()}
        token, _ = self._tokens.give(caller, purpose, OPTIONS_SECONDS, user_id=user_id, payload=payload)
        return token

    def _rejected(self, caller: Caller, token: str, purpose: Purpose) -> Error:
        """The error for an answer that is not believed. Its options are not to be answered again."""
        self._tokens.take(caller, token, purpose)
        return Error(Reason.PASSKEY_REJECTED)


def _challenge(taken: Taken) -> bytes:
    return b64decode(taken.payload["challenge"])


def _limit_reached() -> Error:
    return Error(Reason.PASSKEY_LIMIT, limit=str(MAX_PASSKEYS_PER_USER))
