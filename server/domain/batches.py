"""What all batches have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from server.errors import Error


@dataclass(frozen=True, slots=True)
class Options:
    """How all items of a stream are treated."""

    on_conflict: str = "FAIL"
    """FAIL, SKIP or UPDATE."""
    dry_run: bool = False
    all_or_nothing: bool = False


class Outcome(NamedTuple):
    """What became of an item."""

    id: str = ""
    action: str = ""
    """CREATED, UPDATED, SKIPPED or DELETED; '' if it failed."""
    error: Error | None = None
