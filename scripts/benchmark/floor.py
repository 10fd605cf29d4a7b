"""The floor: a bare grpcio server with one raw psycopg statement a call, and nothing else.

It takes and answers messages of the sizes that the service's have, as bytes: it neither parses nor builds
them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection, wait
from typing import Any, Final

import grpc
import psycopg

from server.config import Config
from server.signals import STOP, SignalInbox

_SERVICE: Final = "benchmark.Floor"

_SCHEMA: Final = """
CREATE SCHEMA floor;
CREATE TABLE floor.messages (id text PRIMARY KEY, message bytea NOT NULL);
CREATE TABLE floor.inserted (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, message bytea NOT NULL);
"""
_FILL: Final = """
INSERT INTO floor.messages SELECT id, convert_to(repeat('.', %s), 'UTF8') FROM unnest(%s::text[]) AS id
"""
_READ: Final = "SELECT message FROM floor.messages WHERE id = %s"
_INSERT: Final = "INSERT INTO floor.inserted (message) VALUES (%s)"

_ID_LENGTH: Final = 36
_ADDED_BY_THE_SERVICE: Final = bytes(90)
"""Stands for the id, the times, the status and the etag, which the answer has and the request has not."""


def method(name: str) -> str:
    """Read or Insert, as gRPC has it."""
    return f"/{_SERVICE}/{name}"


def prepare(connection: psycopg.Connection[Any], ids: Sequence[str], *, size: int) -> None:
    """Make the floor's tables, and for each id a message of this many bytes to read."""
    connection.execute(_SCHEMA)
    connection.execute(_FILL, (size, list(ids)))
    connection.execute("VACUUM ANALYZE floor.messages")


def work(config: Config, listen: str, pipe: Connection) -> None:
    """Serve on the address until the other end of the pipe is closed, as `server.worker.work` does."""
    inbox = SignalInbox(STOP)
    url = pipe.recv()
    pool = ThreadPoolExecutor(config.threads)
    server = grpc.server(pool, options=(("grpc.so_reuseport", 0),))
    handlers: dict[str, Any] = {
        name: grpc.unary_unary_rpc_method_handler(call) for name, call in _methods(url).items()
    }
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(_SERVICE, handlers),))
    port = server.add_insecure_port(listen)
    server.start()
    pipe.send(port)
    wait([inbox.arrival, pipe])
    server.stop(1).wait()


def _methods(url: str) -> dict[str, Callable[[bytes, Any], bytes]]:
    local = threading.local()

    def execute(sql: str, value: Any) -> psycopg.Cursor[Any]:
        try:
            connection = local.connection
        except AttributeError:
            connection = local.connection = psycopg.connect(url, autocommit=True)
        cursor: psycopg.Cursor[Any] = connection.execute(sql, (value,))
        return cursor

    def read(request: bytes, _: Any) -> bytes:
        # A GetUser request ends in the id.
        message: bytes = execute(_READ, request[-_ID_LENGTH:].decode()).fetchone()[0]  # type: ignore[index]
        return message

    def insert(request: bytes, _: Any) -> bytes:
        execute(_INSERT, request)
        return request + _ADDED_BY_THE_SERVICE

    return {"Read": read, "Insert": insert}
