"""Holds every request to the rules that the contract states, and names all that it breaks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from enum import Enum, auto
from functools import cache
from typing import Any, Final

import protovalidate
from buf.validate import validate_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import DecodeError, Message

from server.errors import Error, Reason, Violation, refuse_invalid
from server.interceptors.call import Call, Checked, Method
from server.interceptors.wrapping import Interceptor, Proceed


class _Malformed:
    """Stands in for a request that could not be decoded. The call goes on until the caller is known."""


_ITEMS: Final = "items"
"""The field of a stream's messages that holds what is done one by one."""
# What leads to the field of an item.
_ITEM: Final = re.compile(rf"{_ITEMS}\[")

_ONE_MESSAGE: Final = (Message, _Malformed)


class Validation(Interceptor):
    """Checks unary requests, and every message of a request stream."""

    def __init__(self) -> None:
        self._validator = protovalidate.Validator()

    def decoder(self, decode: Callable[[bytes], Any]) -> Callable[[bytes], Any]:
        def decoded(data: bytes) -> Any:
            try:
                return decode(data)
            except DecodeError:
                return _Malformed()

        return decoded

    def unary(self, proceed: Proceed, request: Any, call: Call, method: Method) -> Any:
        return proceed(self._checked(request), call)

    def stream(self, proceed: Proceed, request: Any, call: Call, method: Method) -> Iterator[Any]:
        yield from proceed(self._checked(request), call)

    def _checked(self, request: Any) -> Any:
        if isinstance(request, _ONE_MESSAGE):
            self._check(request)
            return request
        return self._each_checked(request)

    def _each_checked(self, requests: Iterator[Any]) -> Iterator[Checked]:
        for request in requests:
            if _has_items(request):
                self._check_frame(request)
                yield Checked(request, self._rejected(request))
            else:
                self._check(request)
                yield Checked(request, {})

    def _check_frame(self, request: Any) -> None:
        """Checks what is no concern of single items. Raises FIELDS_INVALID."""
        least, most = _item_limits(request.DESCRIPTOR)
        frame = request
        if least <= len(request.items) <= most:
            frame = type(request)()
            frame.CopyFrom(request)
            del frame.items[least:]
        found = self._broken_rules(frame) + _nuls(frame)
        refuse_invalid([violation for violation in found if not _ITEM.match(violation.field)])

    def _rejected(self, request: Message) -> dict[int, Error]:
        """What is wrong with items, by their positions: an item that breaks a rule does not hinder others.

        They are checked one by one, for the validator lets no other thread compute until it is done."""
        items: Any = getattr(request, _ITEMS)
        found = {index: broken for index, item in enumerate(items) if (broken := self._broken_rules(item))}
        if _may_hold_nul(request):
            for index, item in enumerate(items):
                if nuls := _nuls_shown(item):
                    found[index] = [*found.get(index, ()), *nuls]
        return {index: Error(Reason.FIELDS_INVALID, violations=broken) for index, broken in found.items()}

    def _check(self, request: Message | _Malformed) -> None:
        """Raises MESSAGE_MALFORMED, FIELDS_INVALID."""
        if isinstance(request, _Malformed):
            raise Error(Reason.MESSAGE_MALFORMED)
        refuse_invalid(self._broken_rules(request) + _nuls(request))

    def _broken_rules(self, message: Message) -> list[Violation]:
        try:
            self._validator.validate(message)
        except protovalidate.ValidationError as error:
            return [_violation(message, found.proto) for found in error.violations]
        return []


def _has_items(request: Message | _Malformed) -> bool:
    return isinstance(request, Message) and _ITEMS in request.DESCRIPTOR.fields_by_name


@cache
def _item_limits(descriptor: Descriptor) -> tuple[int, int]:
    """How many items a message of a stream holds at least and at most."""
    extension: Any = validate_pb2.field
    rules: Any = descriptor.fields_by_name[_ITEMS].GetOptions().Extensions[extension]
    return rules.repeated.min_items, rules.repeated.max_items


def _may_hold_nul(message: Message) -> bool:
    return b"\0" in message.SerializeToString()


def _nuls(message: Message) -> list[Violation]:
    """The texts of a message that hold NUL characters, which no database keeps."""
    return _nuls_shown(message) if _may_hold_nul(message) else []


def _nuls_shown(message: Message) -> list[Violation]:
    # Numbers have such bytes as well; shown as text, only texts and bytes have them.
    if "\\000" not in str(message):
        return []
    return [Violation(path, "must not hold NUL characters") for path in _nul_paths(message, "")]


def _violation(request: Message, found: Any) -> Violation:
    """A broken rule. One about a whole message names in its id the field it is about: `name.required`."""
    path = ".".join(_element(element) for element in found.field.elements)
    field = found.rule_id.partition(".")[0]
    inner = request
    for element in found.field.elements:
        # The element may be a oneof too, which has no value of its own.
        named = isinstance(inner, Message) and element.field_name in inner.DESCRIPTOR.fields_by_name
        if not named:
            return Violation(path, found.message)
        inner = getattr(inner, element.field_name)
        if element.subscript:
            inner = inner[element.subscript.value]
    if isinstance(inner, Message) and field in inner.DESCRIPTOR.fields_by_name:
        path = f"{path}.{field}" if path else field
    return Violation(path, found.message)


def _element(element: Any) -> str:
    subscript = element.subscript
    return f"{element.field_name}[{subscript.value}]" if subscript else str(element.field_name)


def _nul_paths(message: Message, prefix: str) -> Iterator[str]:
    """The paths of the texts that hold a NUL."""
    holders = _text_holders(message.DESCRIPTOR)
    for field, value in message.ListFields():
        holder = holders.get(field.name)
        if holder is None:
            continue
        path = f"{prefix}{field.name}"
        if holder is _Holder.ONE:
            yield from _nuls_in(value, path)
        elif holder is _Holder.LIST:
            for position, item in enumerate(value):
                yield from _nuls_in(item, f"{path}[{position}]")
        else:
            for key, item in value.items():
                if "\0" in str(key):
                    yield path
                yield from _nuls_in(item, path)


def _nuls_in(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, Message):
        yield from _nul_paths(value, f"{path}.")
    elif "\0" in value:
        yield path


class _Holder(Enum):
    """How a field holds texts, or messages with texts."""

    ONE = auto()
    LIST = auto()
    MAP = auto()


@cache
def _text_holders(descriptor: Descriptor) -> dict[str, _Holder]:
    """The fields of a message that can hold texts, by name; numbers need no look."""
    return {
        field.name: _Holder.MAP
        if field.message_type and field.message_type.GetOptions().map_entry
        else _Holder.LIST
        if field.is_repeated
        else _Holder.ONE
        for field in descriptor.fields
        if field.type in (FieldDescriptor.TYPE_STRING, FieldDescriptor.TYPE_MESSAGE)
    }
