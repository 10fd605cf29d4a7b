"""Listing and watching events, and writing them past the service, as only a database can time them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from google.protobuf.duration_pb2 import Duration
from roster.v1 import event_pb2, role_pb2
from roster.v1 import event_service_pb2 as rpc
from roster.v1 import role_service_pb2 as role_rpc

from tests.calling import Client, Stream
from tests.conftest import sql

WRITE = """
INSERT INTO events (project_id, event_id, type, subject_id, request_id, data)
SELECT %s, gen_random_uuid(), %s, gen_random_uuid(), %s, %s FROM generate_series(1, %s)
"""


def written(
    url: str,
    client: Client,
    *marks: str,
    kind: str = "role.updated",
    data: Any = None,
    times: int = 1,
) -> None:
    """Writes events of the client's project, a transaction each, or each `times`; `marks` are told as their
    request ids."""
    for mark in marks:
        sql(url, WRITE, client.project_id, kind, mark, json.dumps(data or {}), times)


class Slow:
    """A transaction that takes its time."""

    def __init__(self, connection: psycopg.Connection[Any], client: Client) -> None:
        self._connection = connection
        self._client = client

    def write(self, mark: str, kind: str = "role.updated") -> None:
        """Writes an event, which nobody sees yet."""
        self._connection.execute(WRITE, (self._client.project_id, kind, mark, "{}", 1))

    def commit(self) -> None:
        """It is done."""
        self._connection.commit()

    def roll_back(self) -> None:
        """It never was."""
        self._connection.rollback()


@contextmanager
def slow_transaction(url: str, client: Client) -> Iterator[Slow]:
    """A transaction that is older than all that begin within the block."""
    with psycopg.connect(url) as connection:
        connection.execute("SELECT pg_current_xact_id()")
        yield Slow(connection, client)
        connection.rollback()


def create_role(client: Client, name: str) -> role_pb2.Role:
    """Something happens."""
    return client.roles.CreateRole(role_rpc.CreateRoleRequest(role=role_pb2.Role(name=name))).role


# -- lists -----------------------------------------------------------------------------------------


def listed(client: Client, **fields: Any) -> list[event_pb2.Event]:
    """One page of events."""
    return list(client.events.ListEvents(rpc.ListEventsRequest(**fields)).events)


def walked(client: Client, **fields: Any) -> Iterator[list[event_pb2.Event]]:
    """All pages, one after another."""
    request = rpc.ListEventsRequest(**fields)
    while True:
        answer = client.events.ListEvents(request)
        yield list(answer.events)
        if not answer.next_page_token:
            return
        request.page_token = answer.next_page_token


def marks(events: Sequence[event_pb2.Event]) -> list[str]:
    """What events of `written` are told apart by."""
    return [event.request_id for event in events]


# -- watches ---------------------------------------------------------------------------------------


class Watch:
    """A watcher, with what it has heard so far."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self.heard: list[event_pb2.Event] = []
        self.token = ""

    def next(self) -> list[event_pb2.Event]:
        """The events of the next message. Raises `Refused`."""
        message = next(self._stream)
        self.token = message.resume_token
        self.heard += message.events
        return list(message.events)

    def hear(self, count: int) -> list[event_pb2.Event]:
        """The next events, so many or the rest of the message more."""
        before = len(self.heard)
        while len(self.heard) < before + count:
            self.next()
        return self.heard[before:]

    def leave(self) -> None:
        """Goes."""
        self._stream.cancel()


OLDEST = rpc.WATCH_START_OLDEST


def watching(client: Client, *, heartbeat: int = 0, timeout: float = 60.0, **fields: Any) -> Watch:
    """Begins to watch; from now on, that is after the first message, unless told otherwise."""
    if heartbeat:
        fields["heartbeat_interval"] = Duration(seconds=heartbeat)
    watch = Watch(client.events.WatchEvents(rpc.WatchEventsRequest(**fields), timeout=timeout))
    if not fields.keys() & {"start", "resume_token"}:
        assert watch.next() == []
    return watch
