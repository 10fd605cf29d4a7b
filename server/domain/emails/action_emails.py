"""The emails of uses of user actions: asked for with the use, sent by a job, and told in the event if the
definition wants that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from server.config import Config
from server.domain import action_events
from server.domain.applied_action import AppliedAction, applied_of
from server.domain.caller import Caller
from server.domain.emails import outbox, values
from server.domain.emails.kinds import EmailKind
from server.domain.emails.language import Unfit
from server.domain.emails.wording import Email, Wording
from server.domain.projects import Project
from server.domain.user import User, user_of
from server.store import applied_actions as applied_rows
from server.store import email_deliveries as rows
from server.store import projects as project_rows
from server.store import users as user_rows
from server.store.database import Database


class Use(NamedTuple):
    """A phase of a use of an action that the user is to be told of by email."""

    applied: AppliedAction
    email_template_id: str
    enclosed: bool
    """Whether the event is to hold the email."""


class ActionEmails:
    """The emails of all projects' uses of actions."""

    def __init__(self, database: Database, config: Config) -> None:
        self._database = database
        self._from = config.email_from

    def send(self, caller: Caller, each: Iterable[tuple[AppliedAction, str]]) -> None:
        """Has emails sent, in the present transaction, each of an event with this id; '': of an end that is
        told by no event."""
        outbox.send_all(
            self._database,
            caller,
            EmailKind.USER_ACTION,
            [
                {"user_id": applied.user_id}
                | ({"event_id": event_id} if event_id else {"applied_action_id": applied.applied_action_id})
                for applied, event_id in each
            ],
        )

    def enclosures(self, caller: Caller, uses: Sequence[Use]) -> Enclosures:
        """What is needed to tell emails in events; three statements, whatever their number."""
        enclosed = [use for use in uses if use.enclosed]
        if not enclosed:
            return Enclosures({}, {}, None, self._from)
        project_id = caller.project_id
        project = project_rows.get(self._database, project_id)
        users = user_rows.batch_get(
            self._database,
            project_id,
            {**_NO_KEYS, "user_ids": sorted({use.applied.user_id for use in enclosed})},
        )
        found = rows.wordings(self._database, project_id, sorted({use.email_template_id for use in enclosed}))
        return Enclosures(
            {user.user_id: user for user in map(user_of, users)},
            {template_id: Wording(*contents) for template_id, *contents in found},
            Project(*project[: len(project_rows.PROJECT_COLUMNS)]) if project else None,
            self._from,
        )

    def due(
        self, caller: Caller, project: Project, user: User, event_id: str, applied_action_id: str
    ) -> Email | None:
        """What an email says now: of an event, or of the end of an applied action. None if that, or the
        template, is there no more. Raises Unfit."""
        told = self._told(caller, user, event_id, applied_action_id)
        if told is None:
            return None
        if told.get("email"):
            return Email(**{name: told["email"][name] for name in Email._fields})
        found = rows.wording_of_action(
            self._database, caller.project_id, told["user_action_id"], told["phase"]
        )
        return _email(Wording(*found), project, user, told) if found else None

    def _told(
        self, caller: Caller, user: User, event_id: str, applied_action_id: str
    ) -> Mapping[str, Any] | None:
        if event_id:
            return rows.event_data(self._database, caller.project_id, user.user_id, event_id)
        row = applied_rows.get(self._database, caller.project_id, applied_action_id)
        if row is None:
            return None
        applied = applied_of(row)
        return action_events.facts("END", applied, applied.update_time, user.locale)


class Enclosures(NamedTuple):
    """What emails in events are made of."""

    users: Mapping[str, User]
    wordings: Mapping[str, Wording]
    project: Project | None
    sender: str

    def of(self, use: Use | None, told: Mapping[str, Any]) -> dict[str, Any] | None:
        """The email as an event tells it that tells these facts; None for none, and for one that a template
        cannot make."""
        if use is None or not use.enclosed or self.project is None:
            return None
        user, wording = self.users.get(use.applied.user_id), self.wordings.get(use.email_template_id)
        if user is None or wording is None:
            return None
        try:
            email = _email(wording, self.project, user, told)
        except Unfit:
            return None
        policy = self.project.settings.email_policy
        return {
            "from": _named(policy.from_address or self.sender, policy.from_name or self.project.display_name),
            "to": [_named(user.email, user.display_name)],
            **email._asdict(),
        }


_NO_KEYS: dict[str, list[str]] = {f"{kind}s": [] for kind in user_rows.REFERENCES}


def _named(address: str, name: str) -> dict[str, str]:
    return {"address": address, "display": name} if name else {"address": address}


def _email(wording: Wording, project: Project, user: User, told: Mapping[str, Any]) -> Email:
    content, language = wording.content_for(user.locale)
    return content.email(
        {
            "project": values.of_project(project.project_id, project.display_name),
            "user": values.of_user(user),
            "action": values.of_action(told, language, user.zoneinfo),
        }
    )
