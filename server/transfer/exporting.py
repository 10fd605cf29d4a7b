"""Takes users out of the service into a file, message by message."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from roster.v1 import user_batch_pb2 as batch
from roster.v1 import user_service_pb2 as rpc

from server.transfer.persistence import ANSWER, answering, persistent
from server.transfer.progress import Meter
from server.transfer.state import StateFile


@dataclass(frozen=True, slots=True)
class Extract:
    """What is to be taken out, and how it is written."""

    stream: Callable[[rpc.ExportUsersRequest], Any]
    request: rpc.ExportUsersRequest
    line: Callable[[batch.ExportedUser], str]
    opening: str
    """What the file begins with."""
    patience: float
    """Seconds without any message after which to give up."""

    @property
    def fixed(self) -> dict[str, Any]:
        """What must be the same when it is taken up again."""
        return {
            "request": self.request.SerializeToString(deterministic=True).hex(),
            "heading": self.opening,
        }


class Export:
    """One run of an extract into a file. `state` None: it cannot be taken up again."""

    def __init__(self, extract: Extract, state: StateFile | None, *, resume: bool, meter: Meter) -> None:
        """Raises Failed."""
        self._extract = extract
        self._state = state
        self._meter = meter
        fresh: dict[str, Any] = {**extract.fixed, "resume_token": "", "bytes": 0, "users": 0}
        if state is None:
            self._at = fresh
        elif resume:
            self._at = state.take_up(**extract.fixed)
        else:
            state.begin(fresh)
            self._at = fresh

    @property
    def users(self) -> int:
        """How many were taken out."""
        return int(self._at["users"])

    def run(self, file: BinaryIO) -> None:
        """Takes out what has not been yet. Raises Failed."""
        if self._state is not None:
            # What is behind the last message that is known to be there is written again.
            file.truncate(self._at["bytes"])
            file.seek(0, os.SEEK_END)
        if not self._at["bytes"]:
            self._at["bytes"] = file.write(self._extract.opening.encode())
        for message in persistent(self._over_one_stream, self._extract.patience, self._meter.say):
            text = "".join(map(self._extract.line, message.items)).encode()
            file.write(text)
            file.flush()
            self._at["resume_token"] = message.resume_token
            self._at["bytes"] += len(text)
            self._at["users"] += len(message.items)
            if self._state is not None:
                self._state.save(self._at)
            self._meter.advance(len(message.items), 0)
        file.flush()
        if self._state is not None:
            self._state.remove()

    def _over_one_stream(self) -> Iterator[rpc.ExportUsersResponse]:
        """Raises Broken, Failed."""
        request = rpc.ExportUsersRequest()
        request.CopyFrom(self._extract.request)
        request.resume_token = self._at["resume_token"]
        stream = self._extract.stream(request)
        try:
            while True:
                with answering(stream, max(self._extract.patience, ANSWER)):
                    message = next(stream, None)
                if message is None:
                    return
                yield message
        finally:
            stream.cancel()
