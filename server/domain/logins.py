"""The record of attempts to sign in."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from server.domain.caller import Caller
from server.domain.identity import new_id
from server.domain.lockouts import Attempt
from server.domain.paging import Page, PageRequest, page_of
from server.domain.session import LoginOutcome
from server.domain.user import UserRef, user_not_found
from server.store import logins as rows
from server.store.database import Database


class Login(NamedTuple):
    """One attempt to sign in. The fields are the columns of `store.logins`, in their order."""

    login_record_id: str
    create_time: datetime
    ip_address: str
    user_agent: str
    method: str
    outcome: str
    session_id: str | None


class Logins:
    """The sign-ins of all projects' users; every method acts in the caller's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list(self, caller: Caller, by: UserRef, page: PageRequest) -> Page[Login]:
        """A page of the user's sign-ins, the newest first. Raises USER_NOT_FOUND."""
        parameters = page.parameters("after_key", "after_id")
        parameters |= {"project_id": caller.project_id, "key": by.key}
        found = rows.list_logins(self._database, by.kind, parameters)
        if found is None:
            raise user_not_found(by)
        return page_of(page, found, lambda row: Login(*row[: len(rows.LOGIN_COLUMNS)]))

    def record(
        self, caller: Caller, attempt: Attempt, outcome: LoginOutcome, session_id: str | None = None
    ) -> str:
        """Records an attempt, in the present transaction; returns the id of the record. One of nobody leaves
        none."""
        origin = caller.origin()
        login_record_id = new_id()
        rows.record(
            self._database,
            {
                "project_id": caller.project_id,
                "login_record_id": login_record_id,
                "user_id": attempt.user_id,
                "ip_address": origin.address,
                "user_agent": origin.user_agent,
                "method": attempt.method.value,
                "outcome": outcome.value,
                "session_id": session_id,
            },
        )
        return login_record_id

    def from_elsewhere(self, caller: Caller, user_id: str) -> bool:
        """Whether the user has signed in before, but never from where this call comes from."""
        origin = caller.origin()
        return rows.from_elsewhere(
            self._database, caller.project_id, user_id, origin.address, origin.user_agent
        )
