"""The floor: a bare grpcio server with one raw psycopg statement a call, and nothing else.

It takes the service's own requests and answers the same messages, made of rows of one table: no key, no
check, no log, no roles, no event, no second table. What the service costs beyond is what all of these cost.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from multiprocessing.connection import Connection, wait
from typing import Any, Final

import grpc
import psycopg
from google.protobuf.timestamp_pb2 import Timestamp
from roster.v1 import user_pb2
from roster.v1 import user_service_pb2 as rpc

from server.config import Config
from server.domain.identity import new_id
from server.signals import STOP, SignalInbox

_SERVICE: Final = "bench.Floor"

_COLUMNS: Final = """
SELECT user_id::text, email, email_verified, phone_number, phone_number_verified, given_name, family_name,
    display_name, picture, locale, zoneinfo, status, create_time, update_time, revision
FROM users
"""
_READ: Final = f"{_COLUMNS} WHERE project_id = %s AND user_id = %s"
# One more than is shown tells whether there is a next page.
_PAGE: Final = f"{_COLUMNS} WHERE project_id = %s AND user_id > %s ORDER BY users.user_id LIMIT 51"
_SCHEMA: Final = """
CREATE SCHEMA floor;
CREATE TABLE floor.users (user_id uuid PRIMARY KEY, email text NOT NULL, given_name text NOT NULL,
    family_name text NOT NULL, display_name text NOT NULL, create_time timestamptz NOT NULL DEFAULT now());
"""
_INSERT: Final = """
INSERT INTO floor.users (user_id, email, given_name, family_name, display_name)
VALUES (%s, %s, %s, %s, %s) RETURNING create_time
"""


def method(name: str) -> str:
    """What the protocol calls a method of the floor."""
    return f"/{_SERVICE}/{name}"


def prepare(connection: psycopg.Connection[Any]) -> None:
    """Make the table that the floor inserts into."""
    connection.execute(_SCHEMA)


def work(config: Config, listen: str, pipe: Connection) -> None:
    """Serve on the address until the other end of the pipe is closed; as `server.worker.work`."""
    inbox = SignalInbox(STOP)
    url = pipe.recv()
    pool = ThreadPoolExecutor(config.threads)
    server = grpc.server(pool, options=(("grpc.so_reuseport", 0),))
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(_SERVICE, _handlers(url)),))
    port = server.add_insecure_port(listen)
    server.start()
    pipe.send(port)
    wait([inbox.arrival, pipe])
    server.stop(1).wait()


def _handlers(url: str) -> dict[str, Any]:
    with psycopg.connect(url) as connection:
        (project_id,) = connection.execute("SELECT project_id::text FROM projects").fetchone() or ("",)
    local = threading.local()

    def executed(sql: str, values: tuple[Any, ...]) -> psycopg.Cursor[Any]:
        try:
            connection = local.connection
        except AttributeError:
            connection = local.connection = psycopg.connect(url, autocommit=True)
        cursor: psycopg.Cursor[Any] = connection.execute(sql, values)
        return cursor

    def read(request: rpc.GetUserRequest, _: Any) -> rpc.GetUserResponse:
        (row,) = executed(_READ, (project_id, request.by.user_id)).fetchall()
        return rpc.GetUserResponse(user=_user(*row))

    def page(request: rpc.ListUsersRequest, _: Any) -> rpc.ListUsersResponse:
        *shown, following = executed(_PAGE, (project_id, request.page_token)).fetchall()
        return rpc.ListUsersResponse(
            users=[_user(*row) for row in shown], next_page_token=shown[-1][0] if following else ""
        )

    def insert(request: rpc.CreateUserRequest, _: Any) -> rpc.CreateUserResponse:
        user = request.user
        user.user_id = new_id()
        values = (user.user_id, user.email, user.given_name, user.family_name, user.display_name)
        ((create_time,),) = executed(_INSERT, values).fetchall()
        user.create_time.CopyFrom(_timestamp(create_time))
        user.update_time.CopyFrom(user.create_time)
        return rpc.CreateUserResponse(user=user)

    return {
        "Read": _handler(read, rpc.GetUserRequest, rpc.GetUserResponse),
        "Page": _handler(page, rpc.ListUsersRequest, rpc.ListUsersResponse),
        "Insert": _handler(insert, rpc.CreateUserRequest, rpc.CreateUserResponse),
    }


def _handler(behavior: Callable[[Any, Any], Any], request: Any, response: Any) -> Any:
    return grpc.unary_unary_rpc_method_handler(behavior, request.FromString, response.SerializeToString)


def _user(*columns: Any) -> user_pb2.User:
    user_id, email, email_verified, phone, phone_verified, given, family, display, *rest = columns
    picture, locale, zoneinfo, status, create_time, update_time, revision = rest
    return user_pb2.User(
        user_id=user_id,
        email=email,
        email_verified=email_verified,
        phone_number=phone,
        phone_number_verified=phone_verified,
        given_name=given,
        family_name=family,
        display_name=display,
        picture=picture,
        locale=locale,
        zoneinfo=zoneinfo,
        status=f"USER_STATUS_{status}",
        create_time=_timestamp(create_time),
        update_time=_timestamp(update_time),
        etag=str(revision),
    )


def _timestamp(instant: datetime) -> Timestamp:
    return Timestamp(seconds=int(instant.timestamp()), nanos=instant.microsecond * 1000)
