"""The record of attempts to sign in."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from server.domain.caller import Caller
from server.domain.paging import Page, PageRequest
from server.domain.user import UserRef
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
        raise NotImplementedError
