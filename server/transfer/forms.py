"""The forms of files, by the names that people give."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from roster.v1 import user_batch_pb2 as batch

from server.transfer.csv_rows import CsvRows
from server.transfer.json_lines import JsonLines
from server.transfer.records import Form
from server.transfer.references import PlainReferences, ReferenceLines

IMPORTS: Final[Mapping[str, Callable[[Mapping[str, str]], Form]]] = {
    "jsonl": lambda _: JsonLines(batch.CreateUsersItem),
    "csv": CsvRows,
}
"""Of users to create; made of the fields by columns, which are for CSV."""
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
