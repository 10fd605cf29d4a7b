"""Brings the records of a file into the service, message by message: users to create, or to delete."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Final
from uuid import UUID, uuid4

from roster.v1 import batch_pb2

from server.transfer.batching import Batcher, Outgoing
from server.transfer.connection import refusal_of
from server.transfer.progress import Meter
from server.transfer.records import Form
from server.transfer.rejects import Rejects
from server.transfer.sending import Sender
from server.transfer.state import StateFile

ACTIONS: Final = {
    value: name.removeprefix("BATCH_ACTION_").lower()
    for name, value in batch_pb2.BatchAction.items()
    if value
}
REJECTED: Final = "rejected"


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be done."""

    form: Form
    request: Callable[..., Any]
    """The class of the requests."""
    streams: Sequence[Callable[[Iterator[Any]], Any]]
    """Each begins a stream of them."""
    options: batch_pb2.BatchOptions
    size: int
    """Records of a message at most."""
    patience: float
    """Seconds without any answer after which to give up."""
    rejected: Path | None
    """Where rejected records go."""

    @property
    def fixed(self) -> dict[str, Any]:
        """What must be the same when it is taken up again."""
        return {
            "batch-size": self.size,
            "on-conflict": batch_pb2.ConflictPolicy.Name(self.options.on_conflict),
            "all-or-nothing": self.options.all_or_nothing,
            "rejected": str(self.rejected) if self.rejected else None,
        }


class Import:
    """One run of a task over a file. `state` None: it cannot be taken up again."""

    def __init__(self, task: Task, state: StateFile | None, *, resume: bool, meter: Meter) -> None:
        """Raises Failed."""
        self._task = task
        self._state = state
        self._meter = meter
        fresh: dict[str, Any] = {
            **task.fixed,
            "transfer_id": str(uuid4()),
            "messages": 0,
            "records": 0,
            "counts": {},
            "rejected_bytes": None,
        }
        if state is None:
            self._at = fresh
        elif resume:
            self._at = state.take_up(**task.fixed)
        else:
            state.begin(fresh)
            self._at = fresh
        self._rejects = Rejects(task.rejected, task.form, meter.say, self._at["rejected_bytes"])
        self.counts: Counter[str] = Counter(self._at["counts"])
        """What became of how many records: created, updated, skipped, deleted, rejected."""

    def run(self, file: BinaryIO) -> None:
        """Brings in what has not been yet. Raises Failed, Unusable."""
        task = self._task
        batcher = Batcher(task.form, task.request, UUID(self._at["transfer_id"]), task.size)
        rest = islice(task.form.records(file), self._at["records"], None)
        sender: Sender[Outgoing] = Sender(task.streams, task.options, task.patience, self._meter.say)
        try:
            for sent, response in sender.answers(batcher.messages(rest, self._at["messages"])):
                self._take(sent, response)
                self._meter.advance(sent.records, _position(file))
        finally:
            self._rejects.close()
        if self._state is not None:
            self._state.remove()

    def _take(self, sent: Outgoing, response: Any) -> None:
        """Accounts for a message, and remembers that it is done."""
        refused = list(sent.unusable)
        for result in response.results if response is not None else ():
            if result.WhichOneof("outcome") == "status":
                refused.append((sent.sent[result.index], refusal_of(result.status)))
            else:
                self.counts[ACTIONS[result.action]] += 1
        for record, refusal in sorted(refused, key=lambda each: each[0].number):
            self._rejects.add(record, refusal)
        self.counts[REJECTED] += len(refused)
        if self._state is not None:
            self._rejects.flush()
            self._at |= {
                "messages": sent.number + 1,
                "records": self._at["records"] + sent.records,
                "counts": dict(self.counts),
                "rejected_bytes": self._rejects.size,
            }
            self._state.save(self._at)


def _position(file: BinaryIO) -> int:
    try:
        return file.tell()
    except OSError:
        return 0
