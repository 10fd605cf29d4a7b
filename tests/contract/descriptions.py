"""The contract as generated/descriptors.binpb has it: descriptors with their comments."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from buf.validate import validate_pb2
from google.api import annotations_pb2 as http_annotations
from google.api import field_behavior_pb2
from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
    MethodDescriptorProto,
)
from roster.v1 import annotations_pb2

GENERATED = Path(__file__).resolve().parents[2] / "generated"

# The types of extensions differ between generators of stubs.
REQUIRED_SCOPE: Any = annotations_pb2.required_scope
PUBLIC: Any = annotations_pb2.public
HTTP: Any = http_annotations.http
FIELD_BEHAVIOR: Any = field_behavior_pb2.field_behavior
RULES: Any = validate_pb2.field


@cache
def files() -> list[FileDescriptorProto]:
    """Our own files of the contract."""
    everything = FileDescriptorSet.FromString((GENERATED / "descriptors.binpb").read_bytes())
    return [file for file in everything.file if file.package == "roster.v1"]


@dataclass(frozen=True)
class Described:
    """One thing of the contract: its full name, its descriptor, its comment."""

    name: str
    descriptor: Any
    comment: str


@cache
def _everything() -> list[Described]:
    return [thing for file in files() for thing in _of_file(file)]


def _of_file(file: FileDescriptorProto) -> Iterator[Described]:
    comments = {
        tuple(location.path): " ".join(location.leading_comments.split())
        for location in file.source_code_info.location
    }
    for number, service in enumerate(file.service):
        yield Described(service.name, service, comments.get((6, number), ""))
        for index, method in enumerate(service.method):
            path = (6, number, 2, index)
            yield Described(f"{service.name}.{method.name}", method, comments.get(path, ""))
    for number, message in enumerate(file.message_type):
        yield from _of_message(message, "", (4, number), comments)
    for number, enum in enumerate(file.enum_type):
        yield from _of_enum(enum, "", (5, number), comments)


def _of_message(
    message: DescriptorProto, outer: str, path: tuple[int, ...], comments: dict[tuple[int, ...], str]
) -> Iterator[Described]:
    name = f"{outer}{message.name}"
    yield Described(name, message, comments.get(path, ""))
    for number, field in enumerate(message.field):
        yield Described(f"{name}.{field.name}", field, comments.get((*path, 2, number), ""))
    for number, inner in enumerate(message.nested_type):
        yield from _of_message(inner, f"{name}.", (*path, 3, number), comments)
    for number, enum in enumerate(message.enum_type):
        yield from _of_enum(enum, f"{name}.", (*path, 4, number), comments)


def _of_enum(
    enum: EnumDescriptorProto, outer: str, path: tuple[int, ...], comments: dict[tuple[int, ...], str]
) -> Iterator[Described]:
    yield Described(f"{outer}{enum.name}", enum, comments.get(path, ""))
    for number, value in enumerate(enum.value):
        name = f"{outer}{enum.name}.{value.name}"
        yield Described(name, value, comments.get((*path, 2, number), ""))


def _all(kind: type) -> dict[str, Described]:
    return {thing.name: thing for thing in _everything() if isinstance(thing.descriptor, kind)}


def methods() -> dict[str, Described]:
    """Every RPC: `RoleService.GetRole`."""
    return _all(MethodDescriptorProto)


def messages() -> dict[str, Described]:
    """Every message: `Role`."""
    return _all(DescriptorProto)


def fields() -> dict[str, Described]:
    """Every field: `Role.name`."""
    return _all(FieldDescriptorProto)


def enums() -> dict[str, Described]:
    """Every enum: `UserStatus`."""
    return _all(EnumDescriptorProto)


def comment(name: str) -> str:
    """The comment of the thing of this name."""
    return next(thing.comment for thing in _everything() if thing.name == name)


def rules(field: str) -> Any:
    """The rules of protovalidate that this field must keep."""
    return fields()[field].descriptor.options.Extensions[RULES]


def behaviors(field: FieldDescriptorProto) -> list[str]:
    """What google.api.field_behavior says of a field: `["REQUIRED"]`."""
    numbers = field.options.Extensions[FIELD_BEHAVIOR]
    return [field_behavior_pb2.FieldBehavior.Name(number) for number in numbers]


def referenced(message: str) -> set[str]:
    """The message and all messages of ours that its fields lead to."""
    found, open_names = set(), {message}
    while open_names:
        name = open_names.pop()
        found.add(name)
        inner = {
            field.type_name.removeprefix(".roster.v1.")
            for field in messages()[name].descriptor.field
            if field.type_name.startswith(".roster.v1.") and field.type == field.TYPE_MESSAGE
        }
        open_names |= inner - found
    return found
