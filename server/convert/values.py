"""Values of fields: instants, JSON, and which fields a caller set."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, MutableMapping, Sequence
from datetime import UTC, datetime
from math import isfinite
from typing import Any, Final

from google.api import field_behavior_pb2
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.json_format import MessageToDict, SerializeToJsonError
from google.protobuf.message import Message
from google.protobuf.struct_pb2 import NULL_VALUE, Struct, Value
from google.protobuf.timestamp_pb2 import Timestamp

from server.errors import Error, Reason, Violation, refuse_invalid

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def timestamp(instant: datetime | None) -> Timestamp | None:
    """The contract's form of an instant."""
    if instant is None:
        return None
    message = Timestamp()
    write_instant(message, instant)
    return message


def write_instant(message: Timestamp, instant: datetime) -> None:
    """Puts an instant into a Timestamp."""
    age = instant - _EPOCH
    message.seconds = age.days * 86_400 + age.seconds
    message.nanos = age.microseconds * 1_000


def instant(message: Message, field: str) -> datetime | None:
    """The instant in a Timestamp field, to the microsecond; None if it is unset.

    Raises FIELDS_INVALID for what is no instant between the years 1 and 9999.
    """
    if not message.HasField(field):
        return None
    try:
        moment: datetime = getattr(message, field).ToDatetime(UTC)
    except (ValueError, OverflowError):
        raise Error(
            Reason.FIELDS_INVALID, violations=[Violation(field, "is not an instant that exists")]
        ) from None
    return moment


def json_value(value: Value, field: str) -> Any:
    """The JSON value in a Value; None for null and for none. Raises FIELDS_INVALID naming `field`."""
    kind = value.WhichOneof("kind")
    if kind is None or kind == "null_value":
        return None
    if kind in ("string_value", "bool_value") or (kind == "number_value" and isfinite(value.number_value)):
        return getattr(value, kind)
    try:
        return MessageToDict(value)
    except (SerializeToJsonError, ValueError):
        raise _no_json(field) from None


def write_json_object(message: Struct, members: Mapping[str, Any]) -> None:
    """Puts a JSON object into an empty Struct."""
    if members:
        write_json_members(message.fields, members)
    else:
        message.SetInParent()  # an empty object is present too


def write_json_members(fields: MutableMapping[str, Value], members: Mapping[str, Any]) -> None:
    """Puts the members of a JSON object into a map of Values."""
    for name, value in members.items():
        _write_json(fields[name], value)


# The fields of a Value that hold what is not made of other values.
_SCALARS: Final = {str: "string_value", bool: "bool_value", int: "number_value", float: "number_value"}


def _write_json(message: Value, value: Any) -> None:
    if scalar := _SCALARS.get(type(value)):
        setattr(message, scalar, value)
    elif value is None:
        message.null_value = NULL_VALUE
    elif isinstance(value, Mapping):
        message.struct_value.SetInParent()
        write_json_members(message.struct_value.fields, value)
    else:
        message.list_value.SetInParent()
        for item in value:
            _write_json(message.list_value.values.add(), item)


def _no_json(field: str) -> Error:
    problem = Violation(field, "holds what JSON cannot express: NaN or infinity")
    return Error(Reason.FIELDS_INVALID, violations=[problem])


def within(path: str, read: Callable[..., Any], *arguments: Any) -> Any:
    """What `read` answers; the violations it raises are told from the request on."""
    try:
        return read(*arguments)
    except Error as error:
        refuse_invalid([Violation(f"{path}.{v.field}", v.description) for v in error.violations])
        raise


Reader = Callable[[Message, str], Any]


def _strings(message: Message, field: str) -> tuple[str, ...]:
    return tuple(getattr(message, field))


def _ids(message: Message, field: str) -> tuple[str, ...]:
    return tuple(value.lower() for value in getattr(message, field))


def _struct(message: Message, field: str) -> dict[str, Any] | None:
    if not message.HasField(field):
        return None
    value: Struct = getattr(message, field)
    try:
        return MessageToDict(value)
    except (SerializeToJsonError, ValueError):
        raise _no_json(field) from None


def _json(message: Message, field: str) -> Any:
    return json_value(getattr(message, field), field)


# How the settable fields that are no plain scalars are read.
_READERS: Final[dict[str, Reader]] = {
    "login_ids": _strings,
    "options": _strings,
    "default_value": _json,
    "permissions": _strings,
    "scopes": _strings,
    "allowed_cidrs": _strings,
    "project_ids": _ids,
    "event_types": _strings,
    "user_action_ids": _ids,
    "reason_codes": _strings,
    "metadata": _struct,
    "expire_time": instant,
}


def values_of(message: Message, names: Iterable[str], path: str) -> dict[str, Any]:
    """The values of these fields, for the domain. `path` leads to the message in the request."""
    return {
        name: within(path, _READERS[name], message, name) if name in _READERS else getattr(message, name)
        for name in names
    }


def populated(message: Message, settable: Container[str]) -> list[str]:
    """Those of these fields that are present or, if they cannot be absent, not their default."""
    return [name for descriptor, _ in message.ListFields() if (name := descriptor.name) in settable]


def masked(message: Message, mask: FieldMask, settable: Sequence[str]) -> list[str]:
    """Which settable fields of `message` an update sets: those of the mask; without one those that are
    populated; with `*` all. Output-only fields in the mask are ignored.

    Raises UPDATE_MASK_INVALID for paths that are unknown, or cannot be updated, each with its place.
    """
    if not mask.paths:
        return populated(message, settable)
    if list(mask.paths) == ["*"]:
        return list(settable)
    ignored = _output_only(message)
    if "custom_attributes" in settable:
        ignored |= {f"custom_attributes.{name}" for name in named_attributes(mask)}
    problems = [
        Violation(f"update_mask.paths[{position}]", f"{path!r} is not a field that can be updated")
        for position, path in enumerate(mask.paths)
        if path not in settable and path not in ignored
    ]
    if problems:
        raise Error(Reason.UPDATE_MASK_INVALID, violations=problems)
    return [name for name in settable if name in mask.paths]


def named_attributes(mask: FieldMask) -> list[str]:
    """The custom attributes that a mask names one by one: `custom_attributes.<name>`."""
    prefix = "custom_attributes."
    return [path.removeprefix(prefix) for path in mask.paths if path.startswith(prefix)]


def _output_only(message: Message) -> set[str]:
    extension = field_behavior_pb2.field_behavior
    return {"etag"} | {
        field.name
        for field in message.DESCRIPTOR.fields
        if field_behavior_pb2.OUTPUT_ONLY in field.GetOptions().Extensions[extension]
    }
