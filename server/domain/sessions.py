"""The use cases of sessions: begin, refresh, end, and what their access tokens are good for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from server.domain import events
from server.domain.access_tokens import RESERVED, AccessTokens, Grounds
from server.domain.caller import Caller
from server.domain.identity import new_id
from server.domain.paging import Page, PageRequest, page_of
from server.domain.refresh_tokens import RefreshToken, RefreshTokens
from server.domain.session import LoginMethod, Session, Tokens
from server.domain.session_ends import Cause, end_sessions, record_of
from server.domain.signing_in import standing_of
from server.domain.user import User, UserRef, user_not_found, user_of
from server.errors import Error, Reason, Violation, refuse_invalid
from server.store import sessions as rows
from server.store import users as user_rows
from server.store.database import Database, Row
from server.store.errors import Conflict

MAX_CLAIMS_BYTES: Final = 4 * 1024
_ATTEMPTS: Final = 4


class Sessions:
    """The sessions of all projects' users; every method acts in the caller's."""

    def __init__(
        self, database: Database, access_tokens: AccessTokens, refresh_tokens: RefreshTokens
    ) -> None:
        self._database = database
        self._access_tokens = access_tokens
        self._refresh_tokens = refresh_tokens

    # -- beginning and lasting -----------------------------------------------------------------

    def begin(self, caller: Caller, user: User, methods: Sequence[LoginMethod]) -> Tokens:
        """Begins a session of a user, in the present transaction, with its event. The tokens are for the user
        as they are now. Raises LOGIN_NOT_ALLOWED, LOGIN_PREVENTED."""
        # Who is changing whether the user may sign in has done so now, or waits and ends this session too.
        user_rows.lock(self._database, caller.project_id, "user_id", user.user_id)
        row = rows.standing(self._database, caller.project_id, user.user_id)
        if row is None:
            raise user_not_found(UserRef("user_id", user.user_id))
        user = _admitted(row)
        token = self._refresh_tokens.first(new_id())
        told = {"session_id": token.session_id, "methods": [method.lower() for method in methods]}
        policy, origin = caller.settings.token_policy, caller.origin()
        (until,) = rows.begin(
            self._database,
            {
                **events.envelope(caller),
                "data": events.to_json(told),
                "session_id": token.session_id,
                "user_id": user.user_id,
                "refresh_hash": token.hash,
                "methods": [method.value for method in methods],
                "ip_address": origin.address,
                "user_agent": origin.user_agent,
                "session_seconds": policy.session_seconds,
                "idle_seconds": policy.idle_seconds,
            },
        )
        return self._tokens(caller, user, Grounds(token.session_id, methods, {}, until), token)

    def refresh(self, caller: Caller, refresh_token: str) -> Tokens:
        """Replaces a refresh token. Raises REFRESH_TOKEN_INVALID, SESSION_ENDED, LOGIN_NOT_ALLOWED,
        LOGIN_PREVENTED."""
        token = self._refresh_tokens.read(caller.project_id, refresh_token)
        successor = self._refresh_tokens.successor(caller.project_id, token)
        policy, origin = caller.settings.token_policy, caller.origin()
        values = {
            **record_of(caller, Cause.REUSED),
            "session_id": token.session_id,
            "refresh_hash": token.hash,
            "next_hash": successor.hash,
            "leeway": policy.reuse_leeway_seconds,
            "idle_seconds": policy.idle_seconds,
            "ip_address": origin.address,
            "user_agent": origin.user_agent,
        }
        # Each statement is a transaction by itself: the last of them looks again at what the first has seen,
        # and the end of a session stays although the call fails.
        with self._database.aside():
            for _ in range(_ATTEMPTS):
                row = rows.to_refresh(self._database, values)
                if row is None:
                    raise Error(Reason.SESSION_ENDED)
                present, lately, methods, claims, until = row[-5:]
                if not present and not lately:
                    if rows.end_reused(self._database, values):
                        raise Error(Reason.SESSION_ENDED)
                    continue
                user = _admitted(row)
                if present:
                    refreshed = rows.refresh(self._database, values)
                    if refreshed is None:  # another one was faster
                        continue
                    claims, until = refreshed
                return self._tokens(
                    caller, user, Grounds(token.session_id, methods, claims, until), successor
                )
        raise Conflict

    def current(self, caller: Caller, access_token: str) -> UserRef:
        """The user of an access token whose session lasts, by id.
        Raises ACCESS_TOKEN_INVALID, SESSION_ENDED."""
        claims = self._access_tokens.verify(caller, access_token)
        user_id = rows.user_of(self._database, caller.project_id, claims.session_id)
        if user_id is None:
            raise Error(Reason.SESSION_ENDED)
        return UserRef("user_id", user_id)

    def proven(self, caller: Caller, access_token: str) -> tuple[str, tuple[LoginMethod, ...]]:
        """(id of the user, how the user proved who they are) of an access token whose session lasts.
        Raises ACCESS_TOKEN_INVALID, SESSION_ENDED."""
        session_id = self._access_tokens.verify(caller, access_token).session_id
        session = rows.lock(self._database, caller.project_id, session_id)
        if session is None:
            raise Error(Reason.SESSION_ENDED)
        methods, _, _, user_id = session
        return user_id, tuple(map(LoginMethod, methods))

    def add_claims(self, caller: Caller, access_token: str, claims: Mapping[str, Any]) -> Tokens:
        """A new access token with these claims as well; None takes one away. The refresh token is ''.
        Raises ACCESS_TOKEN_INVALID, SESSION_ENDED, LOGIN_NOT_ALLOWED, LOGIN_PREVENTED, FIELDS_INVALID."""
        session_id = self._access_tokens.verify(caller, access_token).session_id
        refuse_invalid(
            [
                Violation(f"custom_claims.{name}", "is a claim that Roster sets itself")
                for name in claims
                if name in RESERVED
            ]
        )
        session = rows.lock(self._database, caller.project_id, session_id)
        if session is None:
            raise Error(Reason.SESSION_ENDED)
        methods, present, until, user_id = session
        changed = {name: value for name, value in {**present, **claims}.items() if value is not None}
        stored = events.to_json(changed)
        if (size := len(stored.encode())) > MAX_CLAIMS_BYTES:
            problem = f"has {size} bytes with those added before, at most {MAX_CLAIMS_BYTES} are allowed"
            raise Error(Reason.FIELDS_INVALID, violations=[Violation("custom_claims", problem)])
        row = rows.standing(self._database, caller.project_id, user_id)
        assert row is not None, "a session has a user"
        user = _admitted(row)
        rows.set_claims(self._database, caller.project_id, session_id, stored)
        return self._tokens(caller, user, Grounds(session_id, methods, changed, until), None)

    def _tokens(self, caller: Caller, user: User, grounds: Grounds, token: RefreshToken | None) -> Tokens:
        access_token, expire_time = self._access_tokens.issue(caller, user, grounds)
        refresh_token = self._refresh_tokens.write(caller.project_id, token) if token else ""
        return Tokens(grounds.session_id, access_token, refresh_token, expire_time, user)

    # -- ending --------------------------------------------------------------------------------

    def sign_out(self, caller: Caller, refresh_token: str, *, everywhere: bool) -> None:
        """Ends the session of a refresh token, or all of its user's. Raises REFRESH_TOKEN_INVALID."""
        token = self._refresh_tokens.read(caller.project_id, refresh_token)
        values = {**record_of(caller, Cause.SIGNED_OUT), "session_id": token.session_id}
        rows.sign_out(self._database, values, everywhere=everywhere)

    def end_all(self, caller: Caller, user_id: str, cause: Cause = Cause.REVOKED) -> int:
        """Ends all sessions of a user, in the present transaction, with an event if there were any; returns
        how many they were."""
        return end_sessions(self._database, caller, [user_id], cause)

    def revoke(self, caller: Caller, by: UserRef, session_ids: Sequence[str]) -> int:
        """Ends these sessions of the user, or without any all; returns how many ended.
        Raises USER_NOT_FOUND."""
        values = {**record_of(caller, Cause.REVOKED), "key": by.key}
        revoked = rows.revoke(self._database, by.kind, session_ids, values)
        if revoked is None:
            raise user_not_found(by)
        return revoked

    def list(self, caller: Caller, by: UserRef, page: PageRequest) -> Page[Session]:
        """A page of the user's sessions, the newest first. Raises USER_NOT_FOUND."""
        parameters = page.parameters("after_key", "after_id")
        found = rows.list_sessions(
            self._database, by.kind, {**parameters, "project_id": caller.project_id, "key": by.key}
        )
        if found is None:
            raise user_not_found(by)
        return page_of(page, found, lambda row: Session._make(row[:-1]))


def _admitted(row: Row) -> User:
    """The user in a row that begins as one of `rows.standing`. Raises LOGIN_NOT_ALLOWED, LOGIN_PREVENTED."""
    user = user_of(row)
    standing_of(user.status, row[len(User._fields)]).require_admitted()
    return user
