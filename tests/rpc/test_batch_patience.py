"""How many streams of batches there may be, how long each is waited for, and what is left of them then."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import grpc
import pytest
from roster.v1 import user_service_pb2_grpc
from structlog.testing import capture_logs

from server import convert
from server.app import create_server
from server.config import Config
from server.domain.event_feed import Feed
from server.domain.passwords.hasher import Hasher
from server.domain.sealing import sealer_of
from server.domain.user_exports import UserExports
from server.handlers import SERVICES, Parts, methods
from server.handlers.batches import Batches
from server.interceptors import way
from server.store.database import Database
from server.store.readers import Readers
from tests.calling import Client, Refused
from tests.conftest import Running, StartServer, access_tokens, sql
from tests.process.conftest import eventually
from tests.rows import contents
from tests.rpc.batch_requests import (
    AT_WORK,
    answers,
    creation,
    end_of,
    item,
    lock_on_users,
    reasons,
    talking,
    tidings,
    users,
    waiting_for_the_lock,
)
from tests.rpc.user_requests import by, created, get

# -- how many, and how long ------------------------------------------------------------------------


def test_more_streams_than_allowed_are_refused_at_once(start_server: StartServer, client: Client) -> None:
    """Until one ends; calls go on."""
    with ExitStack() as held:
        channel = held.enter_context(grpc.insecure_channel(start_server(batches=2).address))
        caller = Client(channel, client.project_id, client.key)
        talks = [held.enter_context(talking(caller, users(1, first=n))) for n in range(2)]
        for talk in talks:
            talk.hear()

        with talking(caller, users(1, first=2)) as third:
            end = end_of(third)
        assert (end.code, end.reason) == ("RESOURCE_EXHAUSTED", "BATCHES_EXHAUSTED")
        assert end.details["RetryInfo"].retry_delay.seconds == 1
        assert caller.users.GetUser(get(by(login_id="user-0"))).user.login_ids
        talks[0].end()
        assert list(talks[0].stream) == []

        assert eventually(lambda: admitted(caller))
        assert reasons(talks[1].ask(users(1, first=5))) == ["CREATED"]


def admitted(caller: Client) -> bool:
    """Whether a stream is taken at this moment."""
    try:
        return bool(answers(caller, creation(item(login_ids=["probe"]), dry_run=True)))
    except Refused as error:
        assert error.reason == "BATCHES_EXHAUSTED"
        return False


class Impatient:
    """A server that waits no longer than `patience` for those who send batches, of whom it takes `most`."""

    def __init__(self, url: str, config: Config, patience: float, most: int) -> None:
        self._database = Database(url, config)
        self._readers = Readers(self._database, config)
        self.batches = Batches(self._database, self._readers, most, patience=patience)
        tokens = access_tokens(self._database, config)
        self._way = way(methods(), self._database, self._readers, tokens, config)
        self._server = grpc.server(ThreadPoolExecutor(2), interceptors=[self._way])
        parts = Parts(
            self._database,
            config,
            Hasher(1),
            sealer_of(config),
            self.batches,
            Feed(self._database, self._readers, convert.event_message, config),
            UserExports(self._database, convert.exported_user_message, config),
        )
        users = next(service for service in SERVICES if service.descriptor.name == "UserService")
        user_service_pb2_grpc.add_UserServiceServicer_to_server(users.make(parts), self._server)
        self.address = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        self.batches.start()
        self._server.start()

    def waits(self) -> bool:
        """Whether it has waited for some client to read, longer than a moment."""
        since = [stream._sending for stream in self.batches.streams.present]
        return any(start and time.monotonic() - start > 0.2 for start in since)

    def stop(self) -> None:
        """Ends all of it."""
        self.batches.stop()
        self._server.stop(0).wait()
        self._way.close()
        self.batches.join()
        self._readers.close()
        self._database.close()


@pytest.fixture
def held() -> Iterator[ExitStack]:
    """What is to be closed when the test is over."""
    with ExitStack() as held:
        yield held


def impatient(
    held: ExitStack, server: Running, client: Client, config: Config, patience: float
) -> tuple[Impatient, Client]:
    """Such a server, which takes one stream, and a caller of it."""
    serving = Impatient(server.url, config, patience, most=1)
    held.callback(serving.stop)
    channel = held.enter_context(grpc.insecure_channel(serving.address))
    return serving, Client(channel, client.project_id, client.key)


def committed(url: str) -> set[int]:
    """The connections that have done their work, and are held all the same."""
    held = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query = 'COMMIT'"
    return {pid for (pid,) in sql(url, held)}


def test_who_sends_nothing_is_sent_away(
    held: ExitStack, server: Running, client: Client, config: Config
) -> None:
    """At first or later; there is room for another then."""
    _, caller = impatient(held, server, client, config, patience=0.5)
    silent = caller.users.BatchCreateUsers(iter_that_waits(held))
    with pytest.raises(Refused) as caught:
        next(silent)
    assert (caught.value.code, caught.value.reason) == ("DEADLINE_EXCEEDED", "BATCH_IDLE")

    with talking(caller, users(1)) as talk:
        assert reasons(talk.hear()) == ["CREATED"]
        assert end_of(talk).reason == "BATCH_IDLE"
    assert eventually(lambda: admitted(caller))


def iter_that_waits(held: ExitStack) -> Iterator[Any]:
    """Messages that do not come before the test is over."""
    over = threading.Event()
    held.callback(over.set)

    def messages() -> Iterator[Any]:
        over.wait(60.0)
        yield from ()

    return messages()


def test_time_for_work_is_nobodys_idleness(
    held: ExitStack, server: Running, client: Client, config: Config
) -> None:
    """A client that waits for its answer may wait longer than the server waits for a client."""
    created(client, login_ids=["user-0"])
    _, caller = impatient(held, server, client, config, patience=1.0)
    with lock_on_users(server.url) as unlock, talking(caller, users(1, first=7)) as talk:
        waiting_for_the_lock(server.url)
        waited = time.monotonic()
        eventually(lambda: time.monotonic() - waited > 2.0)
        unlock()
        assert reasons(talk.hear()) == ["CREATED"]
        assert reasons(talk.ask(users(1, first=8))) == ["CREATED"]


def test_waiting_stream_holds_no_connection(
    held: ExitStack, server: Running, client: Client, config: Config
) -> None:
    """Soon after its last message; it gets one again for the next."""
    _, caller = impatient(held, server, client, config, patience=20.0)
    before = committed(server.url)
    with talking(caller, users(1)) as talk:
        assert reasons(talk.hear()) == ["CREATED"]

        eventually(lambda: committed(server.url) <= before)
        assert reasons(talk.ask(users(1, first=1))) == ["CREATED"]


def test_who_does_not_read_is_cut_off(
    held: ExitStack, server: Running, client: Client, config: Config
) -> None:
    """The thread is free for another, and nothing is held of the database meanwhile or afterwards; what was
    done and could not be told is done."""
    serving, caller = impatient(held, server, client, config, patience=0.5)
    failing = creation(*(item(email="x" * 200) for _ in range(1_000)))
    talk = held.enter_context(talking(caller, failing))
    for _ in range(100):
        talk.say(failing)
    eventually(lambda: serving.waits() and sql(server.url, AT_WORK) == [(0,)])

    assert eventually(lambda: admitted(caller))
    assert end_of(talk).code == "CANCELLED"
    assert sql(server.url, AT_WORK) == [(0,)]


def test_slow_reader_is_told(held: ExitStack, server: Running, client: Client, config: Config) -> None:
    """Who takes longer than allowed, but not twice as long, hears it behind what was on its way."""
    serving, caller = impatient(held, server, client, config, patience=4.0)
    failing = creation(*(item(email="x" * 200) for _ in range(1_000)))
    talk = held.enter_context(talking(caller, failing))
    for _ in range(100):
        talk.say(failing)
    eventually(serving.waits)
    since = time.monotonic()
    eventually(lambda: time.monotonic() - since > 4.5)

    end = end_of(talk)

    assert (end.code, end.reason) == ("DEADLINE_EXCEEDED", "BATCH_IDLE")


# -- ends that the caller makes --------------------------------------------------------------------


def test_stream_that_is_left_stops_at_the_next_message(server: Running, client: Client) -> None:
    """The message at work is done or not, as a whole; those behind it are not. The call is logged as what it
    was, and its thread is free."""
    with lock_on_users(server.url) as unlock, capture_logs() as log, talking(client, users(5)) as talk:
        for n in range(1, 20):
            talk.say(users(5, first=n * 5))
        waiting_for_the_lock(server.url)
        talk.stream.cancel()
        unlock()
        eventually(lambda: log)

    assert [(line["event"], line["code"]) for line in log] == [("call", "CANCELLED")]
    assert len(contents(server.url)["users"]) in (0, 5)


def test_waiting_stream_that_is_left_ends_at_once(server: Running, client: Client) -> None:
    """Not only when its time is over."""
    with capture_logs() as log:
        with talking(client, users(1)) as talk:
            talk.hear()
        eventually(lambda: log, seconds=20.0)

    assert [line["event"] for line in log] == ["call"]
    # grpc can tell that no more requests come before it tells why.
    assert log[0]["code"] in ("CANCELLED", "OK")


def test_stream_ends_with_the_callers_time(server: Running, client: Client) -> None:
    """Also while it waits for the database: nothing of the message is done then."""
    with lock_on_users(server.url), talking(client, users(5), timeout=1.0) as talk:
        end = end_of(talk)
    assert end.code in ("DEADLINE_EXCEEDED", "UNAVAILABLE")
    assert contents(server.url)["users"] == []
    with talking(client, users(1), timeout=1.0) as talk:
        assert reasons(talk.hear()) == ["CREATED"]
        assert end_of(talk).code == "DEADLINE_EXCEEDED"


# -- ends that the server makes --------------------------------------------------------------------


def test_streams_end_behind_their_message_when_the_server_stops(
    held: ExitStack, server: Running, client: Client, config: Config
) -> None:
    """What is at work is done and answered; the client goes on elsewhere with the rest."""
    stopped = create_server(config, Database(server.url, config))
    channel = held.enter_context(grpc.insecure_channel(f"127.0.0.1:{stopped.start('127.0.0.1:0')}"))
    caller = Client(channel, client.project_id, client.key)
    pool = held.enter_context(ThreadPoolExecutor(1))
    waiting = held.enter_context(talking(caller, users(1)))
    assert reasons(waiting.hear()) == ["CREATED"]
    with lock_on_users(server.url):
        busy = held.enter_context(talking(caller, users(3, first=10)))
        busy.say(users(3, first=20))
        waiting_for_the_lock(server.url)
        stopping = pool.submit(stopped.stop, 60.0)
        assert end_of(waiting).reason == "SERVER_STOPPING"

    assert reasons(busy.hear()) == ["CREATED"] * 3
    end = end_of(busy)
    assert (end.code, end.reason) == ("UNAVAILABLE", "SERVER_STOPPING")
    stopping.result(60.0)
    assert len(contents(server.url)["users"]) == 4


def test_database_that_is_away_ends_the_stream(server: Running, client: Client) -> None:
    """With what says that a repeat helps; a new stream goes on."""
    with talking(client, users(1)) as talk:
        assert reasons(talk.hear()) == ["CREATED"]
        sql(
            server.url,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'roster'",
        )
        # A connection that is found dead is replaced.
        assert reasons(talk.ask(users(1, first=1))) == ["CREATED"]
    assert tidings(client, creation(item(login_ids=["user-1"]))) == ["LOGIN_ID_TAKEN"]
