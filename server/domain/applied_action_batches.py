"""The use case of actions that are applied by the thousand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from server.domain import action_events, events
from server.domain.applied_action import AppliedAction
from server.domain.applying import Application, Found, Wish
from server.domain.batches import Locked, Options, Outcome, lock
from server.domain.caller import Caller
from server.domain.emails.action_emails import ActionEmails, Use
from server.domain.session_ends import Cause, end_sessions
from server.domain.text import fold
from server.domain.user import UserRef, user_not_found
from server.errors import Error, Reason
from server.store import applied_action_batches as rows
from server.store import events as event_rows
from server.store.database import Database


class ToApply(NamedTuple):
    """An action to apply to a user."""

    by: UserRef
    asked: Application


class AppliedActionBatches:
    """Batches of applications; in the caller's project."""

    def __init__(self, database: Database, emails: ActionEmails) -> None:
        self._database = database
        self._emails = emails

    def apply(self, caller: Caller, items: Sequence[ToApply | Error], _: Options) -> list[Outcome]:
        """Does the actions to the users, one item after another, as `AppliedActions.apply` does each."""
        todo = [item for item in items if isinstance(item, ToApply)]
        ground = self._ground(caller, todo)
        active = self._active(caller, todo, ground)
        made: list[_Made] = []
        outcomes = []
        for item in items:
            if isinstance(item, Error):
                outcomes.append(Outcome(error=item))
                continue
            try:
                outcome, new = _outcome(item, ground, active)
            except Error as error:
                outcome, new = Outcome.failed(error), None
            outcomes.append(outcome)
            if new is not None:
                made.append(new)
        self._store(caller, made, ground)
        return outcomes

    def _ground(self, caller: Caller, todo: Sequence[ToApply]) -> _Ground:
        """All that the items name; the users and the definitions stay until the transaction ends."""
        # One after another, where one must see what another did.
        alone = any(item.asked.if_already_active != "ALLOW" for item in todo)
        users = lock(self._database, caller, [item.by for item in todo], alone=alone)
        asked = [item.asked for item in todo]
        now, definitions, reasons, actioners, applications = rows.ground(
            self._database,
            {
                "project_id": caller.project_id,
                "user_action_ids": _each(one.user_action_id for one in asked),
                "reason_ids": _each(one.reason_id for one in asked),
                "reason_keys": _each(fold(one.reason) for one in asked),
                "actioner_user_ids": _each(one.wish.actioner_user_id for one in asked),
                "application_ids": _each(held for one in asked for held in one.application_ids),
            },
        )
        return _Ground(
            now,
            users,
            {definition["user_action_id"]: definition for definition in definitions or ()},
            {reason["reason_id"]: reason for reason in reasons or ()},
            {fold(reason["code"]): reason for reason in reasons or ()},
            frozenset(actioners or ()),
            frozenset(applications or ()),
        )

    def _active(self, caller: Caller, todo: Sequence[ToApply], ground: _Ground) -> dict[tuple[str, str], str]:
        """The newest active application for each user and definition of which that must be known."""
        pairs = {
            (ground.users.ids[item.by], item.asked.user_action_id)
            for item in todo
            if item.asked.if_already_active != "ALLOW" and item.by in ground.users.ids
        }
        if not pairs:
            return {}
        found = rows.active(self._database, caller.project_id, sorted(pairs))
        return {(user_id, user_action_id): applied_id for user_id, user_action_id, applied_id in found}

    def _store(self, caller: Caller, made: Sequence[_Made], ground: _Ground) -> None:
        if not made:
            return
        columns = events.to_json([applied._asdict() for applied, _, _ in made])
        rows.create(self._database, caller.project_id, columns)
        uses = [use for _, use, _ in made if use is not None]
        enclosures = self._emails.enclosures(caller, uses)
        started = [
            action_events.event(
                caller,
                "START",
                applied,
                ground.now,
                ground.users.locales[applied.user_id],
                notify_user=wish.notify_user,
                emailed_user=use is not None,
                enclose=partial(enclosures.of, use),
            )
            for applied, use, wish in made
        ]
        event_rows.record_all(self._database, started)
        told = [
            (applied, event["event_id"])
            for (applied, use, _), event in zip(made, started, strict=True)
            if use is not None
        ]
        self._emails.send(caller, told)
        prevented = {applied.user_id for applied, _, _ in made if applied.prevents}
        end_sessions(self._database, caller, prevented, Cause.PREVENTED)


class _Made(NamedTuple):
    """What an item makes, and what is told of it."""

    applied: AppliedAction
    use: Use | None
    wish: Wish


def _outcome(
    item: ToApply, ground: _Ground, active: dict[tuple[str, str], str]
) -> tuple[Outcome, _Made | None]:
    """What becomes of an item, and what it makes. What is `active` from now on is noted there."""
    asked = item.asked
    applied, use = ground.found(item).ground(asked).applied(asked)
    pair = applied.user_id, applied.user_action_id
    if asked.if_already_active != "ALLOW" and pair in active:
        if asked.if_already_active == "REJECT":
            raise Error(Reason.ACTION_ALREADY_ACTIVE, applied_action_id=active[pair])
        return Outcome(active[pair], "SKIPPED"), None
    if applied.state == "ACTIVE":
        active[pair] = applied.applied_action_id
    return Outcome(applied.applied_action_id, "CREATED"), _Made(applied, use, asked.wish)


class _Ground(NamedTuple):
    """What the items of a message stand on."""

    now: datetime
    users: Locked
    definitions: Mapping[str, Mapping[str, Any]]
    reasons_by_id: Mapping[str, Mapping[str, Any]]
    reasons_by_code: Mapping[str, Mapping[str, Any]]
    actioners: frozenset[str]
    applications: frozenset[str]

    def found(self, item: ToApply) -> Found:
        """What there is of what an item names. Raises USER_NOT_FOUND."""
        asked = item.asked
        user_id = self.users.ids.get(item.by)
        if user_id is None:
            raise user_not_found(item.by)
        reason = self.reasons_by_id.get(asked.reason_id or "") or self.reasons_by_code.get(fold(asked.reason))
        missing = [held for held in asked.application_ids if held not in self.applications]
        return Found(
            user_id,
            self.users.locales[user_id],
            user_id in self.users.with_email,
            self.now,
            self.definitions.get(asked.user_action_id),
            reason,
            asked.wish.actioner_user_id in self.actioners,
            missing[0] if missing else None,
        )


def _each(names: Iterable[str | None]) -> list[str]:
    """What is named, once each."""
    return sorted({name for name in names if name})
