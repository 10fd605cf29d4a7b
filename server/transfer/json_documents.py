"""Reads the elements of one list in a JSON document of any size, one after another."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from server.transfer.records import Unusable

_CHUNK: Final = 64 * 1024
"""Characters that are read at a time; of a value that is larger, twice as many each time."""

_decoder: Final = json.JSONDecoder()


class _Text:
    """A text of which only the part is kept that has yet to be read."""

    def __init__(self, file: io.TextIOWrapper) -> None:
        self._file = file
        self._kept = ""
        self._at = 0
        self._ended = False

    def _more(self, size: int) -> None:
        added = self._file.read(size)
        self._ended = not added
        self._kept, self._at = self._kept[self._at :] + added, 0

    def next(self) -> str:
        """The next character that is no white space, which stays; '' at the end."""
        while True:
            while self._at < len(self._kept):
                if not self._kept[self._at].isspace():
                    return self._kept[self._at]
                self._at += 1
            if self._ended:
                return ""
            self._more(_CHUNK)

    def take(self, *expected: str) -> str:
        """The next character, which must be one of these. Raises Unusable."""
        found = self.next()
        if found not in expected or not found:
            raise Unusable(
                f"the file is no JSON as expected: {found or 'its end'!r} where {expected[0]!r} should be"
            )
        self._at += 1
        return found

    def value(self) -> Any:
        """The next value, whole. Raises Unusable."""
        self.next()
        size = _CHUNK
        while True:
            try:
                value, end = _decoder.raw_decode(self._kept, self._at)
            except ValueError as error:
                if self._ended:
                    raise Unusable(f"the file is no JSON: {error}") from None
            except RecursionError as error:
                raise Unusable(f"the file is no JSON: {error}") from None
            else:
                # A number may go on in what has not been read.
                if end < len(self._kept) or self._ended:
                    self._at = end
                    return value
            self._more(size)
            size *= 2


def elements(file: BinaryIO, key: str, beside: dict[str, Any] | None = None) -> Iterator[Any]:
    """The elements of the list under this key of the document's object; or those of the document, if it is a
    list or one element after another. `beside` is given what stands in the object before the list. Raises
    Unusable."""
    opened = io.TextIOWrapper(file, encoding="utf-8-sig")
    try:
        yield from _all(_Text(opened), key, {} if beside is None else beside)
    except UnicodeDecodeError:
        raise Unusable("the file is no UTF-8") from None
    finally:
        opened.detach()


def _all(text: _Text, key: str, beside: dict[str, Any]) -> Iterator[Any]:
    if text.next() == "{":
        first = _before(text, key, beside)
        if first is not None:
            yield first
            while text.next():
                yield text.value()
            return
    if text.next():
        yield from _listed(text)


def _before(text: _Text, key: str, beside: dict[str, Any]) -> dict[str, Any] | None:
    """Goes to the value under the key of an object, or reads all of an object that has none."""
    found: dict[str, Any] = {}
    text.take("{")
    while text.next() == '"':
        name = text.value()
        text.take(":")
        if name == key:
            beside |= found
            return None
        found[name] = text.value()
        if text.take(",", "}") == "}":
            return found
    text.take("}")
    return found


def _listed(text: _Text) -> Iterator[Any]:
    text.take("[")
    if text.next() == "]":
        return
    while True:
        yield text.value()
        if text.take(",", "]") == "]":
            return
