"""The use cases of user actions: the definitions of what can be done to users."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from server.domain import events
from server.domain.caller import Caller
from server.domain.email_templates import require_templates
from server.domain.identity import etag, new_id, require_etag
from server.domain.paging import Page, PageRequest, page_of
from server.domain.text import fold
from server.errors import Reason, Violation, not_found, refuse_invalid
from server.store import user_actions as rows
from server.store.database import Database, Row


class ActionOption(NamedTuple):
    """A choice that an application of an action can make."""

    option_id: str
    name: str
    localized_names: dict[str, str]


class UserAction(NamedTuple):
    """A definition. The fields are the columns of `store.user_actions`, in their order."""

    user_action_id: str
    name: str
    localized_names: dict[str, str]
    temporal: bool
    prevent_login: bool
    send_end_event: bool
    options: tuple[ActionOption, ...]
    start_email_template_id: str | None
    modify_email_template_id: str | None
    cancel_email_template_id: str | None
    end_email_template_id: str | None
    include_email_in_event: bool
    user_emailing_enabled: bool
    user_notifications_enabled: bool
    active: bool
    create_time: datetime
    update_time: datetime
    revision: int

    @property
    def etag(self) -> str:
        """The fingerprint of this state."""
        return etag(self.revision, self.create_time)


# What a caller can set, by name; with the value it has when nobody set it.
SETTABLE: Final[dict[str, Any]] = {
    "name": "",
    "localized_names": {},
    "temporal": False,
    "prevent_login": False,
    "send_end_event": True,
    "options": (),
    "start_email_template_id": None,
    "modify_email_template_id": None,
    "cancel_email_template_id": None,
    "end_email_template_id": None,
    "include_email_in_event": False,
    "user_emailing_enabled": False,
    "user_notifications_enabled": False,
}


TEMPLATES: Final = tuple(name for name in SETTABLE if name.endswith("_email_template_id"))
"""The values that name email templates."""


class UserActions:
    """The definitions of all projects; every method acts in the caller's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, caller: Caller, user_action_id: str) -> UserAction:
        """The definition. Raises USER_ACTION_NOT_FOUND."""
        return _found(user_action_id, rows.get(self._database, caller.project_id, user_action_id))

    def list(self, caller: Caller, states: str, page: PageRequest) -> Page[UserAction]:
        """A page of the definitions that are ACTIVE, INACTIVE, or of ALL, in alphabetical order."""
        parameters = {**page.parameters("after_key", "after_id"), "project_id": caller.project_id}
        found, total = rows.list_actions(self._database, states, parameters, count=page.count)
        return page_of(page, found, _action_of, total)

    def create(self, caller: Caller, values: Mapping[str, Any], *, user_action_id: str) -> UserAction:
        """Creates a definition; `user_action_id` '' lets the server make one.
        Raises FIELDS_INVALID, USER_ACTION_NAME_TAKEN, USER_ACTION_ID_TAKEN, EMAIL_TEMPLATE_NOT_FOUND."""
        user_action_id = user_action_id or new_id()
        values = _checked({**SETTABLE, **values})
        require_templates(self._database, caller.project_id, [values[name] for name in TEMPLATES])
        (create_time,) = rows.create(self._database, _columns(caller, user_action_id, values))
        action = UserAction(
            user_action_id=user_action_id,
            active=True,
            create_time=create_time,
            update_time=create_time,
            revision=1,
            **values,
        )
        events.record(
            self._database, caller, "user_action.created", user_action_id, {"after": _facts(action)}
        )
        return action

    def update(self, caller: Caller, user_action_id: str, values: Mapping[str, Any], etag: str) -> UserAction:
        """Sets these values.
        Raises USER_ACTION_NOT_FOUND, FIELDS_INVALID, USER_ACTION_NAME_TAKEN, EMAIL_TEMPLATE_NOT_FOUND,
        ETAG_MISMATCH."""
        action = self._locked(caller, user_action_id)
        require_etag(etag, action.etag)
        present = {name: getattr(action, name) for name in SETTABLE}
        changed = action._replace(**_checked({**present, **values}, action.options))
        new = [getattr(changed, name) for name in TEMPLATES if getattr(changed, name) != present[name]]
        require_templates(self._database, caller.project_id, new)
        return self._write(caller, "user_action.updated", action, changed)

    def delete(self, caller: Caller, user_action_id: str, *, hard: bool, etag: str) -> None:
        """Makes the definition inactive, or erases it with all that was applied of it.
        Raises USER_ACTION_NOT_FOUND, ETAG_MISMATCH."""
        action = self._locked(caller, user_action_id)
        require_etag(etag, action.etag)
        if not hard:
            self._write(caller, "user_action.deactivated", action, action._replace(active=False))
            return
        rows.erase(self._database, caller.project_id, user_action_id)
        data = {"before": _facts(action)}
        events.record(self._database, caller, "user_action.deleted", user_action_id, data)

    def reactivate(self, caller: Caller, user_action_id: str) -> UserAction:
        """Makes the definition active. Raises USER_ACTION_NOT_FOUND, USER_ACTION_NAME_TAKEN."""
        action = self._locked(caller, user_action_id)
        return self._write(caller, "user_action.reactivated", action, action._replace(active=True))

    def _locked(self, caller: Caller, user_action_id: str) -> UserAction:
        return _found(user_action_id, rows.lock(self._database, caller.project_id, user_action_id))

    def _write(self, caller: Caller, event_type: str, action: UserAction, changed: UserAction) -> UserAction:
        changes = events.changes(_facts(action), _facts(changed))
        if not changes:
            return action
        values = {name: getattr(changed, name) for name in SETTABLE}
        columns = {**_columns(caller, action.user_action_id, values), "active": changed.active}
        update_time, revision = rows.update(self._database, columns)
        events.record(self._database, caller, event_type, action.user_action_id, changes)
        return changed._replace(update_time=update_time, revision=revision)


def options_of(stored: Iterable[Mapping[str, Any]]) -> tuple[ActionOption, ...]:
    """The options in the JSON value that the store keeps."""
    return tuple(ActionOption(**option) for option in stored)


def _action_of(row: Row) -> UserAction:
    action = UserAction(*row[: len(rows.ACTION_COLUMNS)])
    return action._replace(options=options_of(row[UserAction._fields.index("options")]))


def _found(user_action_id: str, row: Row | None) -> UserAction:
    if row is None:
        raise not_found(Reason.USER_ACTION_NOT_FOUND, "user_action_id", user_action_id)
    return _action_of(row)


def _checked(values: Mapping[str, Any], present: Sequence[ActionOption] = ()) -> dict[str, Any]:
    """All settable values in the form they are kept in. `present` are the options there are.
    Raises FIELDS_INVALID."""
    name = values["name"].strip()
    options = [option._replace(name=option.name.strip()) for option in values["options"]]
    refuse_invalid(
        [
            *([] if name else [Violation("user_action.name", "is required")]),
            *_option_problems(options),
            *(
                [Violation("user_action.prevent_login", "requires temporal")]
                if values["prevent_login"] and not values["temporal"]
                else []
            ),
        ]
    )
    ids = {fold(option.name): option.option_id for option in present}
    taken = {option.option_id for option in options if option.option_id}
    kept = []
    for option in options:
        former = ids.get(fold(option.name), "")
        option_id = option.option_id or (former if former not in taken else "") or new_id()
        kept.append(option._replace(option_id=option_id))
    return {**values, "name": name, "options": tuple(kept)}


def _option_problems(options: Sequence[ActionOption]) -> Iterable[Violation]:
    names: set[str] = set()
    ids: set[str] = set()
    for position, option in enumerate(options):
        path = f"user_action.options[{position}]"
        if not option.name:
            yield Violation(f"{path}.name", "must not be blank")
        elif fold(option.name) in names:
            yield Violation(f"{path}.name", "is the name of another option")
        if option.option_id and option.option_id in ids:
            yield Violation(f"{path}.option_id", "is the id of another option")
        names.add(fold(option.name))
        ids.add(option.option_id)


def _facts(action: UserAction) -> dict[str, Any]:
    """What events compare and show of a definition."""
    facts = {name: getattr(action, name) for name in SETTABLE}
    return {**facts, "options": [option._asdict() for option in action.options], "active": action.active}


def _columns(caller: Caller, user_action_id: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **values,
        "project_id": caller.project_id,
        "user_action_id": user_action_id,
        "name_key": fold(values["name"]),
        "localized_names": events.to_json(values["localized_names"]),
        "options": events.to_json([option._asdict() for option in values["options"]]),
    }
