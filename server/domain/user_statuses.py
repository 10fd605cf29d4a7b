"""The use cases that change where a user stands."""

from __future__ import annotations

from typing import Any

from server.domain import events
from server.domain.caller import Caller
from server.domain.session_ends import Cause, end_sessions
from server.domain.user import User, UserRef
from server.domain.user_writing import UserWriter
from server.errors import Error, Reason
from server.store import users as rows
from server.store.database import Database


class UserStatuses:
    """The statuses of all users; every method acts in the caller's project."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._writer = UserWriter(database)

    def set(self, caller: Caller, by: UserRef, status: str) -> User:
        """Makes the user ACTIVE, or INACTIVE, which ends all sessions. Raises USER_NOT_FOUND, USER_BLOCKED,
        USER_EXPIRED."""
        user = self._writer.locked(caller, by)
        if user.status == "BLOCKED":
            raise Error(Reason.USER_BLOCKED)
        if user.status == "EXPIRED":
            raise Error(Reason.USER_EXPIRED)
        if user.status == status:
            return user
        changed = self._change(caller, "user.status.modified", user, status=status)
        if status == "INACTIVE":
            end_sessions(self._database, caller, [user.user_id], Cause.DEACTIVATED)
        return changed

    def block(self, caller: Caller, by: UserRef) -> User:
        """Blocks the user, who keeps the status beneath, and ends all sessions. Raises USER_NOT_FOUND."""
        user = self._writer.locked(caller, by)
        if user.status == "BLOCKED":
            return user
        changed = self._change(caller, "user.blocked", user, blocked=True)
        end_sessions(self._database, caller, [user.user_id], Cause.BLOCKED)
        return changed

    def unblock(self, caller: Caller, by: UserRef) -> User:
        """Gives a blocked user the status beneath. Raises USER_NOT_FOUND."""
        user = self._writer.locked(caller, by)
        if user.status != "BLOCKED":
            return user
        return self._change(caller, "user.unblocked", user, blocked=False)

    def _change(self, caller: Caller, event_type: str, user: User, **change: Any) -> User:
        update_time, revision, status = rows.set_status(
            self._database, caller.project_id, user.user_id, **change
        )
        data = {"before": {"status": user.status}, "after": {"status": status}}
        events.record(self._database, caller, event_type, user.user_id, data)
        return user._replace(status=status, update_time=update_time, revision=revision)
