"""The forms of files, by the names that people give."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from roster.v1 import user_batch_pb2 as batch

from server.transfer.csv_rows import CsvRows
from server.transfer.csv_writing import HEADING, row_of
from server.transfer.json_lines import JsonLines, json_of, text_of
from server.transfer.records import Form
from server.transfer.references import PlainReferences, ReferenceLines
from server.transfer.sources import auth0, cognito, firebase, fusionauth, keycloak
from server.transfer.sources.source import Source


@dataclass(frozen=True, slots=True)
class Details:
    """What some forms want to know beside the file."""

    mapping: Mapping[str, str] = field(default_factory=dict)
    """Of CSV: the fields by columns."""
    hash_config: Mapping[str, Any] | None = field(default=None, repr=False)
    """Of Firebase: the parameters of the project's hashes."""


IMPORTS: Final[Mapping[str, Callable[[Details], Form]]] = {
    "jsonl": lambda _: JsonLines(batch.CreateUsersItem),
    "csv": lambda details: CsvRows(details.mapping),
    "auth0": lambda _: Source(auth0.convert),
    "firebase": lambda details: Source(firebase.converter(details.hash_config)),
    "keycloak": lambda _: Source(keycloak.convert),
    "cognito": lambda details: CsvRows(details.mapping, cognito.field_of),
    "fusionauth": lambda _: Source(fusionauth.convert, fusionauth.COMMON),
}
"""Of users to create."""
MAPPED: Final = frozenset({"csv", "cognito"})
"""Those of them that have columns."""

EXPORTS: Final[Mapping[str, tuple[str, Callable[[batch.ExportedUser], str]]]] = {
    "jsonl": ("", lambda item: f"{text_of(json_of(item))}\n"),
    "csv": (HEADING, row_of),
}
"""Of users that were exported: what a file begins with, and a user."""

DELETIONS: Final[Mapping[str, Callable[[], Form]]] = {
    "jsonl": ReferenceLines,
    "lines": PlainReferences,
}
"""Of users to delete."""

_SUFFIXES: Final = {".txt": "lines", ".csv": "csv"}


def form_name(given: str | None, file: str, known: Mapping[str, Any]) -> str:
    """The name of a file's form: as it is given, or by the end of its name."""
    by_suffix = _SUFFIXES.get(Path(file).suffix.lower(), "jsonl")
    return given or (by_suffix if by_suffix in known else "jsonl")
