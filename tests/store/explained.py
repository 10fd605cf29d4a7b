"""What PostgreSQL reads to answer a list."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from server.config import Config
from server.store.database import Database, Row


class Explained(Database):
    """A store that explains what it reads of one table instead of answering."""

    def __init__(self, url: str, config: Config, table: str) -> None:
        super().__init__(url, config)
        self._table = table
        self.read = 0.0
        """Rows that the last list has looked at."""
        self.whole_table = False
        """Whether it has read the table from end to end."""

    def all(self, sql: str, parameters: Mapping[str, Any], *, prepare: bool = True) -> list[Row]:
        ((told,),) = super().all(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", parameters, prepare=prepare)
        (top,) = json.loads(told) if isinstance(told, str) else told
        scans = [node for node in _nodes(top["Plan"]) if node.get("Relation Name") == self._table]
        assert scans
        self.read = sum(_read(node) for node in scans)
        self.whole_table = any(node["Node Type"] == "Seq Scan" for node in scans)
        return []


def _nodes(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield node
    for inner in node.get("Plans", ()):
        yield from _nodes(inner)


def _read(node: Mapping[str, Any]) -> float:
    """The rows that a scan has looked at."""
    removed = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return float((node["Actual Rows"] + removed) * node["Actual Loops"])
