"""The use cases of projects."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, NamedTuple

from server.domain import events
from server.domain.caller import Caller
from server.domain.email_templates import require_templates
from server.domain.emails.kinds import TEMPLATE_FIELDS
from server.domain.identity import etag, new_id, require_etag
from server.domain.paging import Page, PageRequest, page_of
from server.domain.settings import ProjectSettings, settings_of
from server.errors import Error, Reason, Violation, not_found, refuse_invalid
from server.store import projects as rows
from server.store import queue
from server.store import user_actions as action_rows
from server.store.database import Database, Row


class Project(NamedTuple):
    """A project. The fields are the columns of `store.projects`, in their order."""

    project_id: str
    display_name: str
    stored_settings: dict[str, Any]
    """The settings that are set, as the store keeps them."""
    create_time: datetime
    update_time: datetime
    revision: int

    @property
    def settings(self) -> ProjectSettings:
        """How the project behaves."""
        return settings_of(self.stored_settings)

    @property
    def etag(self) -> str:
        """The fingerprint of this state."""
        return etag(self.revision, self.create_time)


_MOST_AT_ONCE: Final = 5_000
"""Rows of a project that is deleted within the call; a larger one is emptied in the background."""

# What a caller can set, by name; with the value it has when nobody set it.
SETTABLE: Final[dict[str, Any]] = {"display_name": "", "stored_settings": {}}


_LOCKOUT_ACTION: Final = "project.settings.lockout_policy.user_action_id"
_OF_LOCKOUT: Final = {
    "active": "is the id of a user action that was deleted",
    "temporal": "is the id of a user action that is not temporal",
}
"""What is wrong with a user action of which these do not hold."""


class Projects:
    """The projects that a caller's key may act in."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, caller: Caller, project_id: str) -> Project:
        """The project; '' is the caller's own. Raises PROJECT_NOT_FOUND."""
        project_id = project_id or caller.project_id
        return _found(caller, project_id, rows.get(self._database, project_id))

    def list(self, caller: Caller, page: PageRequest) -> Page[Project]:
        """A page of the projects that the caller's key may act in, oldest first."""
        grant = caller.grant
        visible = None if grant.all_projects else sorted(grant.project_ids)
        parameters = page.parameters("after_key", "after_id")
        found, total = rows.list_projects(self._database, visible, parameters, count=page.count)
        return page_of(page, found, _project_of, total)

    def create(self, caller: Caller, values: Mapping[str, Any], *, project_id: str) -> Project:
        """Creates a project; `project_id` '' lets the server make one.
        Raises ALL_PROJECTS_REQUIRED, PROJECT_ID_TAKEN, USER_ACTION_NOT_FOUND, EMAIL_TEMPLATE_NOT_FOUND."""
        if not caller.grant.all_projects:
            raise Error(Reason.ALL_PROJECTS_REQUIRED)
        values = _normalized({**SETTABLE, **values})
        project_id = project_id or new_id()
        self._require_usable(project_id, settings_of(values["stored_settings"]), ProjectSettings())
        (create_time,) = rows.create(
            self._database,
            {**_columns(project_id, values), "page_token_key": secrets.token_bytes(32)},
        )
        require_templates(self._database, project_id, _templates(values).values())
        within = replace(caller, project_id=project_id)
        events.record(self._database, within, "project.created", project_id, {"after": _facts(values)})
        return Project(
            project_id=project_id, create_time=create_time, update_time=create_time, revision=1, **values
        )

    def update(self, caller: Caller, project_id: str, values: Mapping[str, Any], etag: str) -> Project:
        """Sets these values; `project_id` '' is the caller's own. `stored_settings` replaces all settings,
        `settings_groups` those groups of them.
        Raises PROJECT_NOT_FOUND, ETAG_MISMATCH, USER_ACTION_NOT_FOUND, EMAIL_TEMPLATE_NOT_FOUND,
        FIELDS_INVALID."""
        project = self._locked(caller, project_id or caller.project_id)
        require_etag(etag, project.etag)
        values = dict(values)
        if groups := values.pop("settings_groups", None):
            values["stored_settings"] = {**project.stored_settings, **groups}
        changed = project._replace(**_normalized(values))
        self._require_usable(project.project_id, changed.settings, project.settings)
        after = {name: getattr(changed, name) for name in SETTABLE}
        before = {name: getattr(project, name) for name in SETTABLE}
        changes = events.changes(_facts(before), _facts(after))
        if not changes:
            return project
        known = _templates(before)
        new = [named for field, named in _templates(after).items() if named != known.get(field)]
        require_templates(self._database, project.project_id, new)
        update_time, revision = rows.update(self._database, _columns(project.project_id, after))
        within = replace(caller, project_id=project.project_id)
        events.record(self._database, within, "project.updated", project.project_id, changes)
        return changed._replace(update_time=update_time, revision=revision)

    def delete(self, caller: Caller, project_id: str, *, force: bool, etag: str) -> None:
        """Deletes the project with all it holds, its events included.
        Raises PROJECT_NOT_FOUND, PROJECT_NOT_EMPTY, ETAG_MISMATCH."""
        project = self._locked(caller, project_id)
        require_etag(etag, project.etag)
        if not force and rows.has_users(self._database, project_id):
            raise Error(Reason.PROJECT_NOT_EMPTY)
        if rows.holds_more(self._database, project_id, _MOST_AT_ONCE):
            rows.end(self._database, project_id)
            queue.defer(self._database, queue.PURGE, f"project:{project_id}", project_id=project_id)
        else:
            rows.delete(self._database, project_id)
        if project_id != caller.project_id:
            events.record(self._database, caller, "project.deleted", project_id, {})

    def _require_usable(self, project_id: str, settings: ProjectSettings, before: ProjectSettings) -> None:
        """Raises USER_ACTION_NOT_FOUND, FIELDS_INVALID for a user action, newly named, that cannot be applied
        to accounts that are locked."""
        action_id = settings.lockout_policy.user_action_id.lower()
        if not action_id or action_id == before.lockout_policy.user_action_id.lower():
            return
        row = action_rows.get(self._database, project_id, action_id)
        if row is None:
            raise not_found(Reason.USER_ACTION_NOT_FOUND, "user_action_id", action_id)
        action = dict(zip(action_rows.ACTION_COLUMNS, row, strict=False))
        problems = [rule for name, rule in _OF_LOCKOUT.items() if not action[name]]
        refuse_invalid([Violation(_LOCKOUT_ACTION, problem) for problem in problems])

    def _locked(self, caller: Caller, project_id: str) -> Project:
        return _found(caller, project_id, rows.lock(self._database, project_id))


def _normalized(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with those groups of settings in which something is set."""
    kept = dict(values)
    if "stored_settings" in kept:
        kept["stored_settings"] = {name: group for name, group in kept["stored_settings"].items() if group}
    return kept


def _templates(values: Mapping[str, Any]) -> dict[str, str]:
    """The email templates that the settings name, by field."""
    policy = values["stored_settings"].get("email_policy", {})
    return {field: policy[field] for field in TEMPLATE_FIELDS if policy.get(field)}


def _columns(project_id: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "project_id": project_id,
        "display_name": values["display_name"],
        "settings": events.to_json(values["stored_settings"]),
    }


def _facts(values: Mapping[str, Any]) -> dict[str, Any]:
    """What events compare and show of a project."""
    return {"display_name": values["display_name"], "settings": values["stored_settings"]}


def _project_of(row: Row) -> Project:
    return Project(*row[: len(rows.PROJECT_COLUMNS)])


def _found(caller: Caller, project_id: str, row: Row | None) -> Project:
    """The project in a row; one that the caller's key may not act in does not exist for it."""
    if row is None or not caller.grant.may_act_in(project_id):
        raise Error(Reason.PROJECT_NOT_FOUND, project_id=project_id)
    return _project_of(row)
