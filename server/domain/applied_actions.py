"""The use cases of applied actions: what has been done to users."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from server.config import MAX_MODIFICATIONS
from server.domain import action_events
from server.domain.applied_action import AppliedAction, Definition, applied_of
from server.domain.applied_action_filter import AppliedActionFilter, conditions
from server.domain.applying import (
    Application,
    End,
    Found,
    Ground,
    Wish,
    flag_problems,
    instant_problems,
    require_actioner,
    use_of,
)
from server.domain.caller import Caller
from server.domain.emails.action_emails import ActionEmails, Use
from server.domain.identity import require_etag
from server.domain.paging import Page, PageRequest, page_of
from server.domain.session_ends import Cause
from server.domain.text import fold
from server.domain.user import UserRef, user_not_found
from server.errors import Error, Reason, not_found, refuse_invalid
from server.store import applied_actions as rows
from server.store import users as user_rows
from server.store.database import Database


class AppliedActions:
    """What has been done to the users of all projects; every method acts in the caller's."""

    def __init__(self, database: Database, emails: ActionEmails) -> None:
        self._database = database
        self._emails = emails

    # -- reading -------------------------------------------------------------------------------

    def get(self, caller: Caller, applied_action_id: str) -> AppliedAction:
        """The applied action. Raises APPLIED_ACTION_NOT_FOUND."""
        row = rows.get(self._database, caller.project_id, applied_action_id)
        if row is None:
            raise _not_found(applied_action_id)
        return applied_of(row)

    def list(
        self, caller: Caller, by: UserRef | None, wanted: AppliedActionFilter, page: PageRequest
    ) -> Page[AppliedAction]:
        """A page of what was applied to one user, or (None) to all, newest first. Raises USER_NOT_FOUND."""
        filters, parameters = conditions(wanted)
        parameters |= {**page.parameters("after_key", "after_id"), "project_id": caller.project_id}
        if by is not None:
            parameters["key"] = by.key
        found = rows.list_applied(
            self._database, filters, by.kind if by else None, parameters, count=page.count
        )
        if found is None:
            assert by is not None
            raise user_not_found(by)
        listed, total = found
        return page_of(page, listed, applied_of, total)

    def active(self, caller: Caller, user_id: str, user_action_id: str) -> AppliedAction | None:
        """The newest active application of a definition to a user."""
        row = rows.active(self._database, caller.project_id, user_id, user_action_id)
        return None if row is None else applied_of(row)

    # -- doing ---------------------------------------------------------------------------------

    def apply(self, caller: Caller, by: UserRef, asked: Application) -> AppliedAction:
        """Does the action to the user, and ends all sessions if it prevents signing in. Raises
        USER_NOT_FOUND, USER_ACTION_NOT_FOUND, USER_ACTION_INACTIVE, USER_ACTION_OPTION_NOT_FOUND,
        USER_ACTION_REASON_NOT_FOUND, APPLICATION_NOT_FOUND, ACTION_ALREADY_ACTIVE, EMAIL_NOT_AVAILABLE,
        FIELDS_INVALID."""
        alone = asked.if_already_active == "ALLOW"
        if alone:
            # What it is made of may change meanwhile: the references see to it that it is there in the end.
            with self._database.aside():
                ground = self._ground(caller, by, asked)
        else:
            # One after another, so that each sees what the one before did.
            user_rows.lock(self._database, caller.project_id, by.kind, by.key)
            ground = self._ground(caller, by, asked)
        applied, use = ground.applied(asked)
        if not alone and (existing := self.active(caller, ground.user_id, asked.user_action_id)):
            if asked.if_already_active == "REJECT":
                raise Error(Reason.ACTION_ALREADY_ACTIVE, applied_action_id=existing.applied_action_id)
            return existing
        event = self._event(caller, "START", applied, ground.now, ground.locale, asked.wish, use)
        try:
            create = rows.create_preventing if applied.prevents else rows.create
            values = {**event, **applied.columns, "cause": Cause.PREVENTED.value}
            create(self._database, values, only=alone and use is None)
            self._tell(caller, use, event)
        except Error as error:
            raise _named(error, by, asked) from None
        return applied

    def modify(
        self, caller: Caller, applied_action_id: str, end: End | None, wish: Wish, etag: str
    ) -> AppliedAction:
        """Gives an active action another end (None: it stays). Raises APPLIED_ACTION_NOT_FOUND,
        APPLIED_ACTION_NOT_ACTIVE, USER_NOT_FOUND, TOO_MANY_MODIFICATIONS, ETAG_MISMATCH,
        EMAIL_NOT_AVAILABLE, FIELDS_INVALID."""
        standing = self._locked(caller, applied_action_id, wish, etag, "MODIFY")
        applied, now = standing.applied, standing.now
        if len(applied.history) > MAX_MODIFICATIONS:
            raise Error(Reason.TOO_MANY_MODIFICATIONS, limit=str(MAX_MODIFICATIONS))
        refuse_invalid(instant_problems(end, now))
        changed = applied._replace(
            expire_time=end.instant(now) if end else applied.expire_time,
            email_user_on_end=wish.email_user,
            notify_user_on_end=wish.notify_user,
        )
        return self._write(caller, "MODIFY", standing, changed, wish)

    def cancel(self, caller: Caller, applied_action_id: str, wish: Wish, etag: str) -> AppliedAction:
        """Ends an active action before its time. Raises APPLIED_ACTION_NOT_FOUND, APPLIED_ACTION_NOT_ACTIVE,
        USER_NOT_FOUND, ETAG_MISMATCH, EMAIL_NOT_AVAILABLE, FIELDS_INVALID."""
        standing = self._locked(caller, applied_action_id, wish, etag, "CANCEL")
        changed = standing.applied._replace(state="CANCELLED")
        return self._write(caller, "CANCEL", standing, changed, wish)

    # -- the ground that these stand on --------------------------------------------------------

    def _ground(self, caller: Caller, by: UserRef, asked: Application) -> Ground:
        """What an application has to know, in one statement."""
        values = {
            "project_id": caller.project_id,
            "key": by.key,
            "user_action_id": asked.user_action_id,
            "reason_id": asked.reason_id,
            "reason_key": fold(asked.reason),
            "actioner_user_id": asked.wish.actioner_user_id or None,
            "application_ids": list(asked.application_ids),
        }
        row = rows.ground(self._database, by.kind, values)
        if row is None:
            raise user_not_found(by)
        return Found(*row).ground(asked)

    def _locked(self, caller: Caller, applied_action_id: str, wish: Wish, etag: str, phase: str) -> _Standing:
        """The active action, locked until the transaction ends."""
        row = rows.lock(self._database, caller.project_id, applied_action_id, wish.actioner_user_id or None)
        if row is None:
            raise _not_found(applied_action_id)
        applied = applied_of(row)
        locale, has_email, now, stored, actioner_exists = row[len(rows.APPLIED_COLUMNS) :]
        definition = Definition(**stored)
        require_actioner(wish, actioner_exists)
        require_etag(etag, applied.etag)
        if applied.state != "ACTIVE":
            raise Error(Reason.APPLIED_ACTION_NOT_ACTIVE, state=applied.state)
        refuse_invalid(flag_problems(definition, wish))
        use = use_of(definition, applied, wish, phase, has_email=has_email)
        return _Standing(applied, locale, now, use)

    def _write(
        self, caller: Caller, phase: str, standing: _Standing, changed: AppliedAction, wish: Wish
    ) -> AppliedAction:
        noted = standing.applied.with_change(phase, wish.actioner_user_id, wish.comment, standing.now)
        changed = changed._replace(
            history=noted.history,
            comment=wish.comment or changed.comment,
            actioner_user_id=wish.actioner_user_id or None,
            update_time=standing.now,
            revision=changed.revision + 1,
        )
        use = standing.use
        event = self._event(caller, phase, changed, standing.now, standing.locale, wish, use)
        rows.update(self._database, {**event, **changed.columns})
        self._tell(caller, use, event)
        return changed

    # -- what is told --------------------------------------------------------------------------

    def _event(
        self,
        caller: Caller,
        phase: str,
        applied: AppliedAction,
        now: datetime,
        locale: str,
        wish: Wish,
        use: Use | None,
    ) -> dict[str, Any]:
        enclosures = self._emails.enclosures(caller, [use] if use else [])
        return action_events.event(
            caller,
            phase,
            applied,
            now,
            locale,
            notify_user=wish.notify_user,
            emailed_user=use is not None,
            enclose=partial(enclosures.of, use),
        )

    def _tell(self, caller: Caller, use: Use | None, event: Mapping[str, Any]) -> None:
        if use is not None:
            self._emails.send(caller, [(use.applied, event["event_id"])])


class _Standing(NamedTuple):
    """A locked active action."""

    applied: AppliedAction
    locale: str
    now: datetime
    use: Use | None
    """What the user is to be told by email."""


def _named(error: Error, by: UserRef, asked: Application) -> Error:
    """The same with the name of what went away between the look at it and its use."""
    if error.reason is Reason.USER_NOT_FOUND:
        return user_not_found(by)
    if error.reason is Reason.USER_ACTION_NOT_FOUND:
        return not_found(error.reason, "user_action_id", asked.user_action_id)
    return error


def _not_found(applied_action_id: str) -> Error:
    return not_found(Reason.APPLIED_ACTION_NOT_FOUND, "applied_action_id", applied_action_id)
