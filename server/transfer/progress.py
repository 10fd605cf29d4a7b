"""Tells on stderr how a transfer goes: a bar on a terminal, now and then a line elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

_LINE_INTERVAL: Final = 5.0
"""Seconds between two lines."""


class Meter:
    """How far it is: users that are done, and the part of the file that they are."""

    def __init__(self, total: int | None, *, of: str) -> None:
        """`total` is what `at` is a part of, None if nobody knows; `of` says what is counted: users."""
        self._total = total
        self._of = of
        self._begun = self._told = time.monotonic()
        self._console = Console(stderr=True)
        self._bar: Progress | None = None
        self.done = 0

    @contextmanager
    def shown(self) -> Iterator[Meter]:
        """Shows it for as long as the block lasts."""
        if not sys.stderr.isatty():
            yield self
            return
        columns = (
            TextColumn("{task.fields[done]:,} " + self._of),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[rate]:,.0f}/s"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=self._console) as self._bar:
            self._bar.add_task(self._of, total=self._total, done=0, rate=0.0)
            yield self

    @property
    def rate(self) -> float:
        """Users a second."""
        return self.done / max(1e-6, time.monotonic() - self._begun)

    def advance(self, done: int, at: int) -> None:
        """So many more are done, and the file is at this place."""
        self.done += done
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], completed=at, done=self.done, rate=self.rate)
        elif time.monotonic() - self._told >= _LINE_INTERVAL:
            self._told = time.monotonic()
            self.say(f"{self.done:,} {self._of}, {self.rate:,.0f}/s{self._ahead(at)}")

    def _ahead(self, at: int) -> str:
        if not self._total or not at:
            return ""
        part = min(1.0, at / self._total)
        left = (time.monotonic() - self._begun) * (1 - part) / part
        return f", {part:.0%}, {left:,.0f} s left"

    def say(self, line: str) -> None:
        """Tells something else."""
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)
