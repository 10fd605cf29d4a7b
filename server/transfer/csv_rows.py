"""CSV: one user a row, under a heading that names fields, or columns that are mapped to fields."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO, Final

from roster.v1 import user_batch_pb2 as batch

from server.transfer.connection import Refusal
from server.transfer.json_lines import parsed
from server.transfer.records import Record, Unusable

SEPARATOR: Final = ";"
"""What stands between the values of a list."""
REASON: Final = "rejected_reason"
"""The column of rejected rows that says why; it is passed over when they are read again."""
_CELL: Final = 16 * 1024**2
"""Characters of a cell, far beyond what a user can have: the roles in all tenants may take a million. It
bounds what is read where a quote is never closed."""

Read = Callable[[str], Any]
_BOOLEANS: Final = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
_ENCODED: Final = ("bcrypt", "argon2", "scrypt_encoded", "django_pbkdf2", "phpass")


def _boolean(text: str) -> bool:
    if text.lower() not in _BOOLEANS:
        raise Unusable(f"{text!r} is neither true nor false")
    return _BOOLEANS[text.lower()]


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise Unusable(f"{text!r} is no number") from None


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(SEPARATOR) if part.strip()]


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unusable(f"{text!r} is no JSON: {error}") from None


def _of_each(field: str) -> Read:
    return lambda text: [{field: value} for value in _listed(text)]


def _status(text: str) -> str:
    return f"USER_STATUS_{text.upper().removeprefix('USER_STATUS_')}"


TEXTS: Final = (
    "user_id",
    "email",
    "phone_number",
    "given_name",
    "family_name",
    "middle_name",
    "display_name",
    "picture",
    "locale",
    "zoneinfo",
    "create_time",
    "last_login_time",
    "expire_time",
)
"""Fields of a user that are told as they are; times as RFC 3339 writes them."""
FLAGS: Final = ("email_verified", "phone_number_verified", "test")

# The fields of a user, each with how a cell is read.
_USER: Final[dict[str, Read]] = {
    **dict.fromkeys(TEXTS, str),
    **dict.fromkeys(FLAGS, _boolean),
    "status": _status,
    "login_ids": _listed,
    "roles": _of_each("name"),
    "tenants": _of_each("tenant_id"),
    "applications": _of_each("application_id"),
}
_PLAIN: Final = ("password", "plain")
"""Where a password stands: white space around it is part of it, as nowhere else."""
# The others, with the path to where their values stand.
_OTHER: Final[dict[str, tuple[tuple[str, ...], Read]]] = {
    "password": (_PLAIN, str),
    "password.temporary": (("password", "temporary"), _boolean),
    "blocked": (("blocked",), _boolean),
    **{f"password.{scheme}": (("password", "hashed", scheme, "encoded"), str) for scheme in _ENCODED},
}
# What can stand behind the fields that hold anything, as in `metadata.seats:number`.
_TYPES: Final[dict[str, Read]] = {
    "text": str,
    "number": _number,
    "boolean": _boolean,
    "list": _listed,
    "json": _json,
}
_FREE: Final = ("custom_attributes", "metadata")
# What can be told whole, as the contract's JSON has it, as in `tenants:json`.
_WHOLE: Final[dict[str, tuple[str, ...]]] = {
    "password": ("password",),
    **{
        name: ("user", name)
        for name in ("login_ids", "roles", "tenants", "applications", "custom_attributes", "metadata")
    },
}


class CsvRows:
    """Rows of users to create.

    Args:
        mapping: fields by columns; '' leaves the column out.
        named: the field of a column that is not mapped; by default the one of its name.
    """

    def __init__(self, mapping: Mapping[str, str] | None = None, named: Callable[[str], str] = str) -> None:
        self._mapping = mapping or {}
        self._named = named
        self._columns: list[str] = []

    def records(self, file: BinaryIO) -> Iterator[Record]:
        """The rows under the heading. Raises Unusable."""
        text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
        try:
            csv.field_size_limit(_CELL)
            rows = csv.reader(text, strict=True)
            self._columns = [column.strip() for column in next(rows, [])]
            targets = self._targets()
            for row in rows:
                if row:
                    yield Record(rows.line_num, (targets, row))
        except csv.Error as error:
            raise Unusable(f"the file is no CSV: {error}") from None
        except UnicodeDecodeError:
            raise Unusable("the file is no UTF-8") from None
        finally:
            text.detach()

    def _targets(self) -> list[tuple[tuple[str, ...], Read] | None]:
        """Where the values of the columns go. Raises Unusable where one would be lost."""
        if missing := self._mapping.keys() - set(self._columns):
            raise Unusable(f"there is no column {min(missing)!r}, which --map names")
        targets = [self._target(column) for column in self._columns]
        taken: set[tuple[str, ...]] = set()
        for column, target in zip(self._columns, targets, strict=True):
            if target is not None and target[0] in taken:
                raise Unusable(
                    f"the column {column!r} holds what another one does: leave one out, by --map COLUMN="
                )
            taken.update(target[:1] if target else ())
        return targets

    def _target(self, column: str) -> tuple[tuple[str, ...], Read] | None:
        """Where the values of a column go, and how they are read. Raises Unusable."""
        field = "" if column == REASON else self._mapping.get(column, self._named(column))
        if not field:
            return None
        if field in _USER:
            return ("user", field), _USER[field]
        if field in _OTHER:
            return _OTHER[field]
        path, _, kind = field.partition(":")
        if kind == "json" and path in _WHOLE:
            return _WHOLE[path], _json
        first, *rest = path.split(".")
        if first in _FREE and all(rest) and rest and (kind or "text") in _TYPES:
            # An attribute's name may itself have dots.
            inner = (".".join(rest),) if first == "custom_attributes" else tuple(rest)
            return ("user", first, *inner), _TYPES[kind or "text"]
        raise Unusable(
            f"the column {column!r} is no field: name one, or leave it out, by --map {column}=FIELD"
        )

    def item(self, record: Record) -> batch.CreateUsersItem:
        """The user in a row; an empty cell is a field that is not set. Raises Unusable."""
        targets, row = record.original
        if len(row) != len(targets):
            raise Unusable(f"the row has {len(row)} cells under {len(targets)} columns")
        value: dict[str, Any] = {}
        for target, cell in zip(targets, row, strict=True):
            if target is not None and cell.strip():
                path, read = target
                _put(value, path, read(cell if path == _PLAIN else cell.strip()))
        return parsed(value, batch.CreateUsersItem())

    def opening(self) -> str:
        """The heading, with a column for the reasons."""
        return line_of([*self._kept(self._columns), REASON])

    def rejected(self, record: Record, refusal: Refusal) -> str:
        """The row, with the reason."""
        return line_of([*self._kept(record.original[1]), str(refusal)])

    def closing(self) -> str:
        """Nothing."""
        return ""

    def _kept(self, cells: Sequence[str]) -> list[str]:
        """A row without the reason for which it was rejected before."""
        past = self._columns.index(REASON) if REASON in self._columns else len(self._columns)
        return [cell for position, cell in enumerate(cells) if position != past]


def _put(value: dict[str, Any], path: Sequence[str], given: Any) -> None:
    """Sets what stands at the end of a path. Raises Unusable."""
    *way, last = path
    for name in way:
        value = value.setdefault(name, {})
        if not isinstance(value, dict):
            raise Unusable(f"{name} is a value in one column and holds values in another")
    value[last] = given


def line_of(cells: Sequence[str]) -> str:
    """A row of CSV."""
    text = io.StringIO()
    # Cells are quoted that hold a character of the terminator, and readers take either for the end of a row.
    end = "\r\n"
    csv.writer(text, lineterminator=end).writerow(cells)
    return text.getvalue().removesuffix(end) + "\n"


def mapping_of(arguments: Sequence[str]) -> dict[str, str]:
    """Fields by columns, of `column=field`. Raises ValueError."""
    pairs = [argument.rpartition("=") for argument in arguments]
    for column, equals, _ in pairs:
        if not (column and equals):
            raise ValueError("must be column=field")
    return {column.strip(): field.strip() for column, _, field in pairs}
