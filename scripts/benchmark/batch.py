"""How fast users come and go in streams, beside the fastest way that PostgreSQL has for the same rows."""

from __future__ import annotations

import math
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, NamedTuple

import grpc
import psycopg
from google.protobuf.struct_pb2 import Value
from roster.v1 import batch_pb2, custom_attribute_pb2, password_pb2, role_pb2, user_batch_pb2, user_pb2
from roster.v1 import custom_attribute_service_pb2 as attribute_rpc
from roster.v1 import role_service_pb2 as role_rpc
from roster.v1 import user_service_pb2 as user_rpc
from roster.v1.custom_attribute_service_pb2_grpc import CustomAttributeServiceStub
from roster.v1.role_service_pb2_grpc import RoleServiceStub

from scripts.benchmark.messages import create_user, get_user, method, stub
from scripts.benchmark.meters import cpu_seconds, family_cpu_seconds, resident_megabytes
from scripts.benchmark.names import FAMILY, GIVEN
from scripts.benchmark.options import Options
from scripts.benchmark.processes import Contestant
from scripts.benchmark.report import Figure, heading, print_table
from scripts.benchmark.stage import Installation, Stage, stage
from server.domain.identity import new_id
from server.worker import work

_MESSAGE: Final = 500
"""Users of one message."""
_WINDOW: Final = 4
"""Messages that are sent and not answered yet."""
_CHUNK: Final = 10_000
"""Users of one transaction of the limit."""
_BESIDE: Final = 50
"""Calls of GetUser a second beside the stream."""
_CALL_SECONDS: Final = 3_600.0
_HASH: Final = "$2b$12$" + "R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW"


def run(options: Options) -> list[Figure]:
    """Print the rates and return the figures."""
    count = options.batch_users
    heading(f"Batches: {count:,} users in messages of {_MESSAGE}, one client, one process of the service")
    with stage() as where:
        with (bare := where.install("copied")).connect() as connection:
            limit = _copied(connection, where, bare, count)
        installation = where.install("batch")
        service = where.start("service", work, installation)
        _declare(service)
        before = resident_megabytes(service.pid)
        messages = _creations(count)
        with stub(service) as users:
            known = users.CreateUser(create_user(0)).user.user_id
        with _calls_beside(service, known) as beside:
            created = _streamed(where, service, "BatchCreateUsers", messages, count)
        grown = resident_megabytes(service.pid) - before
        exported = _exported(where, service, count)
        deleted = _streamed(where, service, "BatchDeleteUsers", _deletions(_ids_in(created, count)), count)
    rows = (
        ("limit: COPY by psycopg, without gRPC", *limit.cells, "", ""),
        ("BatchCreateUsers", *created.cost.cells, _p99(created.milliseconds), _p99(beside)),
        ("ExportUsers", *exported.cells, "", ""),
        ("BatchDeleteUsers", *deleted.cost.cells, _p99(deleted.milliseconds), ""),
    )
    print_table(("way", *_HEADINGS, "p99 of a message, ms", "of GetUser beside it"), rows)
    return [
        Figure("batch_limit", created.cost.each / limit.each),
        Figure("batch_create", created.cost.each),
        Figure("batch_message", _p99(created.milliseconds)),
        Figure("batch_beside", _p99(beside), f"{_BESIDE} calls/s"),
        Figure("batch_delete", deleted.cost.each),
        Figure("batch_export", exported.each),
        Figure("batch_memory", grown, f"{count:,} users"),
    ]


def _p99(milliseconds: Sequence[float]) -> float:
    return sorted(milliseconds)[math.ceil(0.99 * len(milliseconds)) - 1]


_HEADINGS: Final = ("users/s", "CPU us/user: client", "server", "database")


class _Cost(NamedTuple):
    """What it took to bring or take so many users: time, and CPU time of each who took part."""

    users: int
    seconds: float
    client: float
    server: float
    database: float

    @property
    def each(self) -> float:
        """Microseconds of a user."""
        return 1e6 * self.seconds / self.users

    @property
    def cells(self) -> tuple[float, ...]:
        """The cells of `_HEADINGS`."""
        cpu = (1e6 * seconds / self.users for seconds in (self.client, self.server, self.database))
        return self.users / self.seconds, *cpu


class _Clock:
    """Measures the cost of what is done until `cost` is asked for. `service` None: there is none."""

    def __init__(self, where: Stage, service: Contestant | None) -> None:
        self._meters: tuple[Callable[[], float], ...] = (
            time.monotonic,
            time.process_time,
            (lambda: cpu_seconds(service.pid)) if service else (lambda: 0.0),
            lambda: family_cpu_seconds(where.postmaster_pid),
        )
        self._begun = [meter() for meter in self._meters]

    def cost(self, users: int) -> _Cost:
        """What so many users have cost."""
        return _Cost(
            users, *(meter() - begun for meter, begun in zip(self._meters, self._begun, strict=True))
        )


# -- the limit -----------------------------------------------------------------------------------


def _copied(
    connection: psycopg.Connection[Any], where: Stage, installation: Installation, count: int
) -> _Cost:
    """What it takes to COPY the rows of so many users, made before, into the tables."""
    project_id = installation.credentials.project_id
    role_ids, attribute_id = [new_id(), new_id()], new_id()
    for role_id in role_ids:
        connection.execute(
            """INSERT INTO roles (project_id, role_id, name, name_key, description, permissions, "default")
            VALUES (%s, %s, %s, %s, '', '{}', false)""",
            (project_id, role_id, role_id, role_id),
        )
    connection.execute(
        """INSERT INTO custom_attributes
            (project_id, custom_attribute_id, name, display_name, type, options, required)
        VALUES (%s, %s, 'level', '', 'NUMBER', '{}', false)""",
        (project_id, attribute_id),
    )
    tables = _rows(project_id, role_ids, attribute_id, count)
    connection.execute("ANALYZE users")
    clock = _Clock(where, None)
    for first in range(0, count, _CHUNK):
        with connection.transaction(), connection.cursor() as cursor:
            for statement, each, rows in tables:
                with cursor.copy(statement) as copy:
                    copy.write("".join(rows[first * each : (first + _CHUNK) * each]))
            if not first:
                connection.execute("ANALYZE users")
    return clock.cost(count)


_USER_COLUMNS: Final = """users (project_id, user_id, login_ids, email, email_key, email_verified,
    phone_number, phone_number_verified, given_name, family_name, family_name_key, middle_name, display_name,
    picture, locale, zoneinfo, status, test, search_text)"""


def _rows(
    project_id: str, role_ids: Sequence[str], attribute_id: str, count: int
) -> list[tuple[str, int, list[str]]]:
    """For each table the COPY statement, how many rows a user has in it, and the rows as COPY takes them."""
    users, roles, attributes, passwords, events = ([] for _ in range(5))
    for number in range(count):
        user_id, (email, given, family) = new_id(), _person(number)
        name = f"{given} {family}".lower()
        text = f"\\n{email}\\n{given.lower()}\\n{family.lower()}\\n\\n{name}\\n\\n"
        users.append(
            f"{project_id}\t{user_id}\t{{}}\t{email}\t{email}\tf\t\tf\t{given}\t{family}\t{family.lower()}\t\t"
            f"{given} {family}\t\t\t\tACTIVE\tf\t{text}\n"
        )
        roles += [f"{project_id}\t{user_id}\t{role_id}\n" for role_id in role_ids]
        attributes.append(f"{project_id}\t{user_id}\t{attribute_id}\t0\t{number % 10}\n")
        passwords.append(f"{project_id}\t{user_id}\t{_HASH}\tf\n")
        data = (
            f'{{"after": {{"email": "{email}", "given_name": "{given}", "family_name": "{family}",'
            f' "display_name": "{given} {family}", "user_id": "{user_id}", "status": "ACTIVE",'
            f' "roles": ["Editor", "Viewer"], "custom_attributes": {{"level": {number % 10}}}}}}}'
        )
        events.append(f"{project_id}\t{new_id()}\tuser.created\t{user_id}\t\t{data}\n")
    return [
        (f"COPY {table} FROM STDIN", len(rows) // count, rows)
        for table, rows in (
            (_USER_COLUMNS, users),
            ("user_roles (project_id, user_id, role_id)", roles),
            (
                "user_attributes (project_id, user_id, custom_attribute_id, position, number_value)",
                attributes,
            ),
            ("passwords (project_id, user_id, hash, temporary)", passwords),
            ("events (project_id, event_id, type, subject_id, request_id, data)", events),
        )
    ]


def _person(number: int) -> tuple[str, str, str]:
    """Email, given and family name of the person of this number."""
    given, family = GIVEN[number * 7 % len(GIVEN)], FAMILY[number * 11 % len(FAMILY)]
    return f"person{number}@example.com", given, family


# -- the service -----------------------------------------------------------------------------------


def _declare(service: Contestant) -> None:
    with stub(service, RoleServiceStub) as roles:
        for name in ("Editor", "Viewer"):
            roles.CreateRole(role_rpc.CreateRoleRequest(role=role_pb2.Role(name=name)))
    level = custom_attribute_pb2.CustomAttribute(
        name="level", type=custom_attribute_pb2.ATTRIBUTE_TYPE_NUMBER
    )
    with stub(service, CustomAttributeServiceStub) as attributes:
        attributes.CreateCustomAttribute(attribute_rpc.CreateCustomAttributeRequest(custom_attribute=level))


def _item(number: int) -> user_batch_pb2.CreateUsersItem:
    email, given, family = _person(number)
    hashed = password_pb2.HashedPassword(bcrypt=password_pb2.BcryptHash(encoded=_HASH))
    return user_batch_pb2.CreateUsersItem(
        user=user_pb2.User(
            email=email,
            given_name=given,
            family_name=family,
            display_name=f"{given} {family}",
            status=user_pb2.USER_STATUS_ACTIVE,
            roles=[user_pb2.RoleGrant(name="Editor"), user_pb2.RoleGrant(name="Viewer")],
            custom_attributes={"level": Value(number_value=number % 10)},
        ),
        password=password_pb2.Password(hashed=hashed),
    )


def _creations(count: int) -> list[bytes]:
    return [
        user_batch_pb2.BatchCreateUsersRequest(
            options=batch_pb2.BatchOptions() if not first else None,
            request_id=new_id(),
            items=[_item(number) for number in range(first, min(first + _MESSAGE, count))],
        ).SerializeToString()
        for first in range(0, count, _MESSAGE)
    ]


def _ids_in(created: _Streamed, count: int) -> list[str]:
    """The ids of those who were created."""
    responses = map(user_batch_pb2.BatchCreateUsersResponse.FromString, created.responses)
    user_ids = [result.user_id for response in responses for result in response.results]
    if not all(user_ids) or len(user_ids) != count:
        raise RuntimeError("not all users were created")
    return user_ids


def _deletions(user_ids: Sequence[str]) -> list[bytes]:
    refs = [user_pb2.UserRef(user_id=user_id) for user_id in user_ids]
    return [
        user_batch_pb2.BatchDeleteUsersRequest(
            request_id=new_id(),
            items=[user_batch_pb2.DeleteUsersItem(by=by) for by in refs[first : first + _MESSAGE]],
        ).SerializeToString()
        for first in range(0, len(refs), _MESSAGE)
    ]


class _Streamed(NamedTuple):
    """A stream that was answered."""

    cost: _Cost
    milliseconds: list[float]
    """Of each message, from when it is sent to its response."""
    responses: list[bytes]


def _streamed(
    where: Stage, service: Contestant, name: str, messages: Sequence[bytes], count: int
) -> _Streamed:
    """Sends messages about so many users, so many ahead of the responses as the window allows."""
    room = threading.Semaphore(_WINDOW)
    sent: queue.Queue[float] = queue.Queue()

    def sending() -> Iterator[bytes]:
        for message in messages:
            room.acquire()
            sent.put(time.monotonic())
            yield message

    milliseconds, responses = [], []
    with grpc.insecure_channel(f"127.0.0.1:{service.port}") as channel:
        call: Any = channel.stream_stream(method(name))
        clock = _Clock(where, service)
        for response in call(sending(), metadata=service.headers, timeout=_CALL_SECONDS):
            milliseconds.append((time.monotonic() - sent.get()) * 1_000)
            responses.append(response)
            room.release()
        return _Streamed(clock.cost(count), milliseconds, responses)


def _exported(where: Stage, service: Contestant, count: int) -> _Cost:
    """Reads all users, as bytes."""
    with grpc.insecure_channel(f"127.0.0.1:{service.port}") as channel:
        call: Any = channel.unary_stream(method("ExportUsers"))
        clock = _Clock(where, service)
        messages = list(call(b"", metadata=service.headers, timeout=_CALL_SECONDS))
        cost = clock.cost(count)
    if sum(len(page.items) for page in map(user_rpc.ExportUsersResponse.FromString, messages)) < count:
        raise RuntimeError("not all users were exported")
    return cost


@contextmanager
def _calls_beside(service: Contestant, user_id: str) -> Iterator[list[float]]:
    """Calls GetUser all the while, and collects how many milliseconds each takes."""
    milliseconds: list[float] = []
    ended = threading.Event()

    def call() -> None:
        with stub(service) as users:
            while not ended.wait(1 / _BESIDE):
                begun = time.monotonic()
                users.GetUser(get_user(user_id))
                milliseconds.append((time.monotonic() - begun) * 1_000)

    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    yield milliseconds
    ended.set()
    thread.join()
