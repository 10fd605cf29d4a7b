"""Custom attributes: their declarations, and what values they take."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any, Final, NamedTuple

import orjson

from server.config import MAX_CUSTOM_ATTRIBUTES
from server.domain import events
from server.domain.caller import Caller
from server.domain.identity import etag, new_id, require_etag
from server.domain.paging import Page, PageRequest, page_of
from server.errors import Error, Reason, Violation, refuse_invalid
from server.store import custom_attributes as rows
from server.store.database import Database, Row

MAX_TEXT: Final = 500
_EPOCH: Final = date(1970, 1, 1).toordinal()


class CustomAttribute(NamedTuple):
    """A declaration. The fields are the columns of `store.custom_attributes`, in their order."""

    custom_attribute_id: str
    name: str
    display_name: str
    type: str
    """STRING, NUMBER, BOOLEAN, DATE, SINGLE_SELECT or MULTI_SELECT."""
    options: tuple[str, ...]
    default_value: Any
    """A JSON value; None: none."""
    required: bool
    create_time: datetime
    update_time: datetime
    revision: int

    @property
    def etag(self) -> str:
        """The fingerprint of this state."""
        return etag(self.revision, self.create_time)


# What a caller can set, by name; with the value it has when nobody set it. `type` is set once.
SETTABLE: Final[dict[str, Any]] = {
    "name": "",
    "display_name": "",
    "options": (),
    "default_value": None,
    "required": False,
}


# -- values ----------------------------------------------------------------------------------------


def _text(_: CustomAttribute, value: Any) -> str | None:
    if not isinstance(value, str):
        return "must be a string"
    return None if len(value) <= MAX_TEXT else f"has more than {MAX_TEXT} characters"


def _number(_: CustomAttribute, value: Any) -> str | None:
    number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return None if number else "must be a number"


def _boolean(_: CustomAttribute, value: Any) -> str | None:
    return None if isinstance(value, bool) else "must be a boolean"


def _date(_: CustomAttribute, value: Any) -> str | None:
    try:
        # Python reads more forms than the one that is answered.
        right = isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        right = False
    return None if right else "must be a date, YYYY-MM-DD"


def _option(attribute: CustomAttribute, value: Any) -> str | None:
    return None if isinstance(value, str) and value in attribute.options else "must be one of the options"


def _options(attribute: CustomAttribute, value: Any) -> str | None:
    if not isinstance(value, list):
        return "must be an array of options"
    if any(_option(attribute, item) for item in value):
        return "must hold nothing but options"
    return None if len(set(value)) == len(value) else "must hold each option once"


# What is wrong with a value, by the type of its attribute; None if nothing is.
_CHECKS: Final[dict[str, Callable[[CustomAttribute, Any], str | None]]] = {
    "STRING": _text,
    "NUMBER": _number,
    "BOOLEAN": _boolean,
    "DATE": _date,
    "SINGLE_SELECT": _option,
    "MULTI_SELECT": _options,
}
SELECTS: Final = ("SINGLE_SELECT", "MULTI_SELECT")
RANGES: Final = ("NUMBER", "DATE")


def problem(attribute: CustomAttribute, value: Any) -> str | None:
    """What keeps a JSON value from being one of the attribute; None if nothing does."""
    found = _CHECKS[attribute.type](attribute, value)
    return None if found is None else f"{found} ({attribute.type})"


def stored(attribute: CustomAttribute, value: Any) -> list[tuple[str | None, float | None]]:
    """The (text, number) rows that the store keeps of a right value."""
    if attribute.type == "MULTI_SELECT":
        return [(option, None) for option in value]
    if attribute.type in ("STRING", "SINGLE_SELECT"):
        return [(value, None)]
    if attribute.type == "DATE":
        return [(None, float(date.fromisoformat(value).toordinal() - _EPOCH))]
    return [(None, float(value))]


def values_in(rows_as_json: str | None) -> dict[str, Any]:
    """The values in the JSON text that `store.users` makes of a user's rows."""
    values: dict[str, Any] = {}
    for name, attribute_type, text, number in orjson.loads(rows_as_json or "[]"):
        if attribute_type == "MULTI_SELECT":
            values.setdefault(name, []).append(text)
        elif attribute_type in ("STRING", "SINGLE_SELECT"):
            values[name] = text
        elif attribute_type == "DATE":
            values[name] = date.fromordinal(int(number) + _EPOCH).isoformat()
        else:
            values[name] = bool(number) if attribute_type == "BOOLEAN" else float(number)
    return values


def attribute_of(row: Row) -> CustomAttribute:
    """The attribute in a row of `store.custom_attributes`; what stands behind is left alone."""
    attribute_id, name, display_name, kind, options, *rest = row[: len(rows.ATTRIBUTE_COLUMNS)]
    return CustomAttribute(attribute_id, name, display_name, kind, tuple(options), *rest)


# -- declarations ----------------------------------------------------------------------------------


class CustomAttributes:
    """The custom attributes of all projects; every method acts in the caller's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, caller: Caller, attribute_id: str) -> CustomAttribute:
        """The attribute. Raises CUSTOM_ATTRIBUTE_NOT_FOUND."""
        return _found(attribute_id, rows.get(self._database, caller.project_id, attribute_id))

    def list(self, caller: Caller, page: PageRequest) -> Page[CustomAttribute]:
        """A page of the attributes, in alphabetical order."""
        parameters = {**page.parameters("after_key", "after_id"), "project_id": caller.project_id}
        found, total = rows.list_attributes(self._database, parameters, count=page.count)
        return page_of(page, found, attribute_of, total)

    def create(
        self, caller: Caller, values: Mapping[str, Any], *, kind: str, attribute_id: str
    ) -> CustomAttribute:
        """Declares an attribute of type `kind`; `attribute_id` '' lets the server make one.
        Raises FIELDS_INVALID, CUSTOM_ATTRIBUTE_LIMIT, CUSTOM_ATTRIBUTE_NAME_TAKEN and ..._ID_TAKEN."""
        values = {**SETTABLE, **values}
        now = datetime.min.replace(tzinfo=UTC)
        attribute = CustomAttribute(
            attribute_id or new_id(), type=kind, create_time=now, update_time=now, revision=1, **values
        )
        refuse_invalid(_violations(attribute))
        create_time, others = rows.create(self._database, _columns(caller, attribute))
        if others >= MAX_CUSTOM_ATTRIBUTES:
            raise Error(Reason.CUSTOM_ATTRIBUTE_LIMIT, limit=str(MAX_CUSTOM_ATTRIBUTES))
        events.record(
            self._database,
            caller,
            "custom_attribute.created",
            attribute.custom_attribute_id,
            {"after": {**values, "type": kind}},
        )
        return attribute._replace(create_time=create_time, update_time=create_time)

    def update(
        self, caller: Caller, attribute_id: str, values: Mapping[str, Any], etag: str
    ) -> CustomAttribute:
        """Sets these values. Raises CUSTOM_ATTRIBUTE_NOT_FOUND, CUSTOM_ATTRIBUTE_NAME_TAKEN,
        ATTRIBUTE_OPTION_IN_USE, FIELDS_INVALID, ETAG_MISMATCH."""
        attribute = self._locked(caller, attribute_id)
        require_etag(etag, attribute.etag)
        changed = attribute._replace(**values)
        refuse_invalid(_violations(changed))
        before = {name: getattr(attribute, name) for name in SETTABLE}
        changes = events.changes(before, {name: getattr(changed, name) for name in SETTABLE})
        if not changes:
            return attribute
        gone = [option for option in attribute.options if option not in changed.options]
        if option := rows.option_in_use(self._database, caller.project_id, attribute_id, gone):
            raise Error(Reason.ATTRIBUTE_OPTION_IN_USE, option=option)
        update_time, revision = rows.update(self._database, _columns(caller, changed))
        events.record(self._database, caller, "custom_attribute.updated", attribute_id, changes)
        return changed._replace(update_time=update_time, revision=revision)

    def delete(self, caller: Caller, attribute_id: str, etag: str) -> None:
        """Deletes the attribute with every user's values.
        Raises CUSTOM_ATTRIBUTE_NOT_FOUND, ETAG_MISMATCH."""
        attribute = self._locked(caller, attribute_id)
        require_etag(etag, attribute.etag)
        rows.delete(self._database, caller.project_id, attribute_id)
        before = {name: getattr(attribute, name) for name in (*SETTABLE, "type")}
        events.record(self._database, caller, "custom_attribute.deleted", attribute_id, {"before": before})

    def _locked(self, caller: Caller, attribute_id: str) -> CustomAttribute:
        return _found(attribute_id, rows.lock(self._database, caller.project_id, attribute_id))


def _violations(attribute: CustomAttribute) -> list[Violation]:
    found = []
    if not attribute.name:
        found.append(Violation("custom_attribute.name", "is required"))
    if attribute.type in SELECTS and not attribute.options:
        found.append(Violation("custom_attribute.options", f"a {attribute.type} needs at least one"))
    if attribute.type not in SELECTS and attribute.options:
        found.append(Violation("custom_attribute.options", f"a {attribute.type} has none"))
    if attribute.default_value is not None and (wrong := problem(attribute, attribute.default_value)):
        found.append(Violation("custom_attribute.default_value", wrong))
    return found


def _found(attribute_id: str, row: Row | None) -> CustomAttribute:
    if row is None:
        raise Error(Reason.CUSTOM_ATTRIBUTE_NOT_FOUND, custom_attribute_id=attribute_id)
    return attribute_of(row)


def _columns(caller: Caller, attribute: CustomAttribute) -> dict[str, Any]:
    default = attribute.default_value
    return {
        **attribute._asdict(),
        "project_id": caller.project_id,
        "options": list(attribute.options),
        "default_value": None if default is None else json.dumps(default),
    }
