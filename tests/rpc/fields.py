"""Finding and setting the fields of any request, so that a rule can be tried on all that it concerns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from google.api import field_behavior_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from tests.calling import Client, Failure, Refused, Told
from tests.requests import BATCHES, invoke
from tests.rpc.batch_requests import told

# What stands in these is a value, not fields of the contract.
VALUES = {f"google.protobuf.{name}" for name in ("Struct", "Value", "ListValue", "Timestamp", "Duration")}


def ignored(field: FieldDescriptor) -> bool:
    """Whether the contract says that what a caller sends here is not looked at."""
    behavior: Any = field_behavior_pb2.field_behavior
    return field_behavior_pb2.OUTPUT_ONLY in field.GetOptions().Extensions[behavior]


def is_text(field: FieldDescriptor) -> bool:
    return bool(field.type == field.TYPE_STRING)


def is_enum(field: FieldDescriptor) -> bool:
    return bool(field.type == field.TYPE_ENUM)


def is_of(name: str) -> Callable[[FieldDescriptor], bool]:
    """Whether a field holds messages of this type: `is_of("google.protobuf.Timestamp")`."""
    return lambda field: field.message_type is not None and field.message_type.full_name == name


def paths(
    message: Descriptor, wanted: Callable[[FieldDescriptor], bool], *, all_fields: bool = False
) -> Iterator[str]:
    """The path of every wanted field in messages of this type, the first element of lists:
    `user.login_ids[0]`; with `all_fields` those included that callers do not set."""
    for field in message.fields:
        name = f"{field.name}[0]" if field.is_repeated else str(field.name)
        if ignored(field) and not all_fields:
            continue
        if wanted(field):
            yield name
        elif field.message_type is not None and not _is_value(field.message_type):
            inner = paths(field.message_type, wanted, all_fields=all_fields)
            yield from (f"{name}.{path}" for path in inner)


def _is_value(message: Descriptor) -> bool:
    return message.full_name in VALUES or bool(message.GetOptions().map_entry)


def put(message: Any, path: str, value: Any) -> None:
    """Sets the field at this path and leaves the rest of the message as it is."""
    name, _, rest = path.partition(".")
    name, repeated, _ = name.partition("[")
    if rest:
        inner = getattr(message, name)
        if repeated and not inner:
            inner.add()
        put(inner[0] if repeated else inner, rest, value)
    elif repeated:
        del getattr(message, name)[:]
        getattr(message, name).append(value)
    elif isinstance(value, Message):
        getattr(message, name).CopyFrom(value)
    else:
        setattr(message, name, value)


def altered(message: Message, path: str, value: Any) -> Any:
    """A copy of the message with another value at this path."""
    copy = type(message)()
    copy.CopyFrom(message)
    put(copy, path, value)
    return copy


def refusal(client: Client, name: str, request: Any) -> Told:
    """How the call of an RPC is refused, or an item of it; nothing is done then."""
    if name not in BATCHES:
        with pytest.raises(Refused) as caught:
            invoke(client, name, request)
        return caught.value
    request.options.all_or_nothing = True
    try:
        answer = invoke(client, name, request)
    except Refused as error:
        return error
    return next(
        Failure(result.status, f"items[{result.index}].")
        for result in answer.results
        if told(result) != "BATCH_ITEM_FAILED"
    )
