"""Passwords while they are hashed: what waits for them, what does not, and many at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from typing import Any
from uuid import uuid4

import grpc
import pytest
from roster.v1 import user_pb2
from roster.v1 import user_service_pb2 as rpc

from tests.calling import Client, Refused
from tests.conftest import Running, StartServer, sql
from tests.requests import PASSWORD
from tests.rows import events
from tests.rpc.password_requests import (
    GOOD,
    created,
    creation,
    opens,
    plain,
    read,
    set_policy,
    setting,
    stored,
)
from tests.rpc.test_concurrency import at_once, outcomes

SLOW = {"argon2_memory_cost": 8_192, "argon2_time_cost": 50, "call_timeout": 60}
"""Makes a hashing take about a third of a second."""
IN_TRANSACTIONS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'idle in transaction'
"""


@pytest.fixture
def slow(start_server: StartServer, client: Client) -> Iterator[Client]:
    """The same caller at a server that hashes slowly, one password at a time."""
    with grpc.insecure_channel(start_server(**SLOW).address) as channel:
        yield Client(channel, client.project_id, client.key)


def under_way(call: Callable[[], Any], pool: ThreadPoolExecutor) -> Future[Any]:
    """The call, begun; hashing is by far the most of it."""
    begun = Event()

    def run() -> Any:
        begun.set()
        return call()

    future = pool.submit(run)
    assert begun.wait(10)
    return future


@pytest.mark.parametrize("method", ["CreateUser", "SetUserPassword"])
@pytest.mark.parametrize("request_id", ["", "0190b8c1-0000-7000-8000-000000000000"])
def test_hashing_holds_no_transaction(
    server: Running, client: Client, slow: Client, method: str, request_id: str
) -> None:
    """Whoever looks at the database meanwhile hardly ever sees one that is open and idle."""
    user = created(client)
    request: Any = (
        creation(plain(GOOD), login_ids=["grace"], request_id=request_id)
        if method == "CreateUser"
        else setting(user, plain(GOOD), request_id=request_id)
    )
    looks = []

    with ThreadPoolExecutor(1) as pool:
        call = under_way(lambda: getattr(slow.users, method)(request), pool)
        while not call.done():
            looks.append(sql(server.url, IN_TRANSACTIONS)[0][0])

    assert opens(server.url, call.result().user, GOOD)
    assert len(looks) >= 10
    assert sum(looks) < len(looks) / 4


def test_user_can_be_changed_while_a_password_is_hashed(client: Client, slow: Client) -> None:
    """No lock waits for the hash, and the change is not lost."""
    user = created(client)

    with ThreadPoolExecutor(1) as pool:
        call = under_way(lambda: slow.users.SetUserPassword(setting(user, plain(GOOD))), pool)
        by = user_pb2.UserRef(user_id=user.user_id)
        change = rpc.UpdateUserRequest(by=by, user=user_pb2.User(given_name="Ada"))
        client.users.UpdateUser(change)
        assert not call.done()

    assert call.result().user == read(client, user)
    assert call.result().user.given_name == "Ada"


def test_too_many_hashings_are_refused_and_leave_room_for_other_calls(client: Client, slow: Client) -> None:
    """Who is refused is told when to come again; whoever wants no password hashed is served meanwhile."""
    users = [created(client, login_ids=[f"user-{n}"]) for n in range(16)]

    with ThreadPoolExecutor(1) as pool:
        calls = [lambda user=user: slow.users.SetUserPassword(setting(user, plain(GOOD))) for user in users]
        load = under_way(lambda: at_once(calls), pool)
        read(slow, users[0])
        assert not load.done()
        results = load.result()

    counted = outcomes(results)
    assert counted.keys() == {"OK", "HASHING_OVERLOADED"}
    for error in results:
        if isinstance(error, Refused):
            assert error.code == "RESOURCE_EXHAUSTED"
            assert error.details["RetryInfo"].retry_delay.ToMilliseconds() > 0
    with_password = [user for user in users if read(client, user).auth_methods]
    assert len(with_password) == counted["OK"]


def test_import_of_a_hash_is_not_held_up_by_hashings(client: Client, slow: Client) -> None:
    """It costs nothing, so it is never refused for the load."""
    users = [created(client, login_ids=[f"user-{n}"]) for n in range(16)]
    with ThreadPoolExecutor(1) as pool:
        calls = [lambda user=user: slow.users.SetUserPassword(setting(user, plain(GOOD))) for user in users]
        load = under_way(lambda: at_once(calls), pool)
        imported = slow.users.CreateUser(creation(PASSWORD, login_ids=["grace"])).user
        assert not load.done()
        load.result()

    assert list(imported.auth_methods) == [user_pb2.AUTH_METHOD_PASSWORD]


def persistent(call: Callable[[], Any]) -> Any:
    """The answer of a call that is repeated as long as it is told to come again."""
    deadline = time.monotonic() + 60
    while True:
        try:
            return call()
        except Refused as error:
            if error.reason != "HASHING_OVERLOADED" or time.monotonic() > deadline:
                raise
            time.sleep(error.details["RetryInfo"].retry_delay.ToMilliseconds() / 1_000)


@pytest.mark.parametrize("history", [0, 3])
def test_password_of_a_repeated_request_is_set_once(server: Running, client: Client, history: int) -> None:
    """Every repeat gets the first answer, also where the policy forbids the present password."""
    set_policy(client, history=history)
    user = created(client, plain("another horse 2"))
    request = setting(user, plain(GOOD), request_id=str(uuid4()))

    results = at_once([lambda: persistent(lambda: client.users.SetUserPassword(request))] * 8)

    assert outcomes(results) == {"OK": 8}
    assert all(result == results[0] for result in results)
    assert results[0].user == read(client, user)
    assert [event.type for event in events(server.url, client.project_id, "user.")] == [
        "user.created",
        "user.password.set",
    ]
    kept = stored(server.url, user)
    assert client.users.SetUserPassword(request) == results[0]
    assert stored(server.url, user) == kept
    assert opens(server.url, user, GOOD)


def test_user_of_a_repeated_request_is_created_once(server: Running, client: Client) -> None:
    """With one password, and one event."""
    request = creation(plain(GOOD), email="ada@example.com", request_id=str(uuid4()))

    results = at_once([lambda: persistent(lambda: client.users.CreateUser(request))] * 8)

    assert outcomes(results) == {"OK": 8}
    assert all(result == results[0] for result in results)
    assert opens(server.url, results[0].user, GOOD)
    assert [event.type for event in events(server.url, client.project_id, "user.")] == ["user.created"]
    assert sql(server.url, "SELECT count(*) FROM passwords") == [(1,)]


def test_one_of_many_passwords_set_at_once_stays(server: Running, client: Client) -> None:
    """Each is set, one after the other; the history has the others."""
    set_policy(client, history=8)
    user = created(client)
    texts = [f"horse number {n}" for n in range(8)]

    def put(text: str) -> Any:
        return persistent(lambda: client.users.SetUserPassword(setting(user, plain(text))))

    results = at_once([lambda text=text: put(text) for text in texts])

    assert outcomes(results) == {"OK": 8}
    assert [opens(server.url, user, text) for text in texts].count(True) == 1
    assert sql(server.url, "SELECT count(*) FROM former_passwords") == [(7,)]
