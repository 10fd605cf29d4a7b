"""Who may watch, for how long, and what watchers cost the others. What they are told: test_events_watch."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from roster.v1 import event_service_pb2_grpc, management_key_pb2
from roster.v1 import management_key_service_pb2 as key_rpc
from roster.v1 import project_service_pb2 as project_rpc
from roster.v1 import role_service_pb2 as role_rpc
from structlog.testing import capture_logs

from server import convert
from server.app import create_server
from server.config import Config
from server.domain.event_feed import Feed
from server.domain.event_log import EventLog
from server.handlers import methods
from server.handlers.event_service import EventService
from server.interceptors import way
from server.store.database import Database
from server.store.readers import Readers
from tests.calling import Client, Refused, refused
from tests.conftest import Running, StartServer, access_tokens, sql
from tests.process.conftest import eventually
from tests.rpc.event_requests import OLDEST, Watch, create_role, marks, watching, written
from tests.rpc.key_requests import ahead, create, holder, revoke

LIST_ROLES = role_rpc.ListRolesRequest()


def end_of(watch: Watch) -> Refused:
    """The error that a watch ends in, with whatever is still told before."""
    try:
        while True:
            watch.next()
    except Refused as error:
        return error


# -- how many --------------------------------------------------------------------------------------


def test_more_watchers_than_allowed_are_refused_at_once(start_server: StartServer, client: Client) -> None:
    """And told when to try again; the others go on, and so do calls. A place that is left is free."""
    server = start_server(watchers=3, maximum_concurrent_rpcs=2, threads=1)
    with grpc.insecure_channel(server.address) as channel:
        caller = Client(channel, client.project_id, client.key)
        watches = [watching(caller) for _ in range(3)]

        for _ in range(5):
            with refused("RESOURCE_EXHAUSTED", "WATCHERS_EXHAUSTED") as error:
                watching(caller)
            assert error.value.details["RetryInfo"].retry_delay.seconds == 1
        role = create_role(caller, "Admin")
        assert [watch.hear(1)[0].subject_id for watch in watches] == [role.role_id] * 3

        watches[0].leave()
        assert eventually(lambda: admitted(caller))


def admitted(client: Client) -> bool:
    """Whether there is a place for a watcher."""
    try:
        watching(client)
    except Refused as error:
        assert error.reason == "WATCHERS_EXHAUSTED"
        return False
    return True


def test_watch_ends_with_the_callers_time(start_server: StartServer, client: Client) -> None:
    """Who gives the call a deadline gets it, and the place is free."""
    with grpc.insecure_channel(start_server(watchers=1).address) as channel:
        caller = Client(channel, client.project_id, client.key)

        assert end_of(watching(caller, timeout=1.0)).code == "DEADLINE_EXCEEDED"
        assert eventually(lambda: admitted(caller))


def test_watch_outlives_the_time_of_a_call(start_server: StartServer, client: Client) -> None:
    """What bounds the work of calls bounds each of its looks, not the watch."""
    with grpc.insecure_channel(start_server(call_timeout=1.0).address) as channel:
        caller = Client(channel, client.project_id, client.key)
        watch = watching(caller, heartbeat=1)
        assert [watch.next() for _ in range(3)] == [[], [], []]

        create_role(caller, "Admin")

        assert watch.hear(1)[0].type == "role.created"


def test_watch_that_is_left_while_it_waits_is_logged_as_cancelled(client: Client) -> None:
    """Waiting is no success."""
    with capture_logs() as log:
        watching(client).leave()
        eventually(lambda: log)

    assert [(line["event"], line["code"]) for line in log] == [("call", "CANCELLED")]


CONNECTIONS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'roster'
"""
IN_TRANSACTION = f"{CONNECTIONS} AND starts_with(state, 'idle in transaction')"


def test_two_hundred_watchers_hold_neither_connections_nor_calls_up(
    start_server: StartServer, client: Client, server: Running
) -> None:
    """A few connections serve them all, and none is in a transaction; a change reaches all of them."""
    running = start_server(threads=2)
    with grpc.insecure_channel(running.address) as channel:
        caller = Client(channel, client.project_id, client.key)
        for _ in range(4):
            caller.roles.ListRoles(LIST_ROLES)
        ((before,),) = sql(server.url, CONNECTIONS)

        watches = [watching(caller) for _ in range(200)]

        ((after,),) = sql(server.url, CONNECTIONS)
        # The feed, two readers; and health, which opens another within a second.
        assert after <= before + 5
        assert sql(server.url, IN_TRANSACTION) == [(0,)]
        for n in range(20):
            caller.roles.ListRoles(LIST_ROLES)
            create_role(caller, f"Role {n}")
        heard = {tuple(event.event_id for event in watch.hear(20)) for watch in watches}
        assert len(heard) == 1


def test_watchers_of_many_projects_hear_their_own(client: Client, server: Running) -> None:
    """One look at the log serves them all."""
    clients = []
    for n in range(30):
        name = project_rpc.CreateProjectRequest()
        name.project.display_name = f"Project {n}"
        project_id = client.projects.CreateProject(name).project.project_id
        clients.append(client.with_key(project_id, client.key))
    watches = [watching(each) for each in clients]

    for n, each in enumerate(clients):
        written(server.url, each, f"{n}", times=n + 1)

    for n, watch in enumerate(watches):
        assert marks(watch.hear(n + 1)) == [f"{n}"] * (n + 1)


def test_watchers_share_the_looks_at_their_key_and_at_the_log(
    start_server: StartServer, client: Client
) -> None:
    """A key that is not remembered is looked at every second, the log ten times as often, however many
    watch."""
    server = start_server(key_cache_seconds=0)
    looks: Counter[str] = Counter()

    def note(_: str) -> None:
        looks[threading.current_thread().name.partition("_")[0]] += 1

    with grpc.insecure_channel(server.address) as channel:
        caller = Client(channel, client.project_id, client.key)
        watches = [watching(caller) for _ in range(150)]
        server.database.on_statement = note
        eventually(lambda: looks["event-feed"] > 30)
        server.database.on_statement = None

        assert 0 < looks["reader"] < looks["event-feed"]
        assert create_role(caller, "Admin").role_id == watches[-1].hear(1)[0].subject_id


# -- who does not read -----------------------------------------------------------------------------


class Impatient:
    """A server of events that waits no longer than `patience` for its watchers."""

    def __init__(self, url: str, config: Config, patience: float) -> None:
        self._database = Database(url, config)
        self._readers = Readers(self._database, config)
        self.feed = Feed(self._database, self._readers, convert.event_message, config, patience=patience)
        tokens = access_tokens(self._database, config)
        self._way = way(methods(), self._database, self._readers, tokens, config)
        self._server = grpc.server(ThreadPoolExecutor(2), interceptors=[self._way])
        service = EventService(EventLog(self._database), self.feed)
        event_service_pb2_grpc.add_EventServiceServicer_to_server(service, self._server)
        self.address = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        self.feed.start()
        self._server.start()

    def waits(self, seconds: float) -> bool:
        """Whether it has waited so long for some watcher to take a message."""
        started = [watch._sending for watch in self.feed.watches.present if watch._sending]
        return any(time.monotonic() - since > seconds for since in started)

    def stop(self) -> None:
        """Ends all of it."""
        self.feed.stop()
        self._server.stop(0).wait()
        self._way.close()
        self.feed.join()
        self._readers.close()
        self._database.close()


@pytest.fixture
def held() -> Iterator[ExitStack]:
    """What is to be closed when the test is over."""
    with ExitStack() as held:
        yield held


def impatient(held: ExitStack, server: Running, client: Client, config: Config, patience: float) -> Any:
    """Such a server, and a caller of it who watches and has taken but the first of many large messages."""
    written(server.url, client, "large", data={"after": "x" * 50_000}, times=600)
    serving = Impatient(server.url, config, patience)
    held.callback(serving.stop)
    channel = held.enter_context(grpc.insecure_channel(serving.address))
    caller = Client(channel, client.project_id, client.key)
    watch = watching(caller, start=OLDEST)
    watch.next()
    return serving, caller, watch


def test_who_reads_too_slowly_is_sent_away(
    held: ExitStack, server: Running, client: Client, config: Config
) -> None:
    """After what was on its way; the last token leads on."""
    serving, caller, watch = impatient(held, server, client, config, patience=5.0)
    eventually(lambda: serving.waits(5.0))

    end = end_of(watch)

    assert (end.code, end.reason) == ("RESOURCE_EXHAUSTED", "WATCHER_TOO_SLOW")
    rest = watching(caller, resume_token=watch.token).hear(602 - len(watch.heard))
    assert len({event.event_id for event in (*watch.heard, *rest)}) == 602


def test_who_never_reads_is_cut_off(held: ExitStack, server: Running, client: Client, config: Config) -> None:
    """The thread is free for another; nothing was held of the database meanwhile."""
    only_one = replace(config, watchers=1)
    serving, caller, watch = impatient(held, server, client, only_one, patience=0.5)
    eventually(lambda: serving.waits(0.1))
    assert sql(server.url, IN_TRANSACTION) == [(0,)]

    assert eventually(lambda: admitted(caller))
    assert end_of(watch).code == "CANCELLED"


# -- whose key is no longer good -------------------------------------------------------------------


def test_watch_ends_when_its_key_is_revoked(client: Client, server: Running) -> None:
    """Others go on."""
    key, secret = create(client, "events:read")
    watch, other = watching(client.with_key(client.project_id, secret)), watching(client)

    revoke(client, key.key_id)

    end = end_of(watch)
    assert (end.code, end.reason) == ("UNAUTHENTICATED", "KEY_REVOKED")
    assert other.hear(1)[0].type == "management_key.revoked"


def test_watch_ends_when_a_remembered_key_is_looked_at_again(
    start_server: StartServer, client: Client
) -> None:
    """No later than a call would be refused."""
    key, secret = create(client, "events:read")
    with grpc.insecure_channel(start_server(key_cache_seconds=2).address) as channel:
        watch = watching(Client(channel, client.project_id, secret))
        revoke(client, key.key_id)

        assert end_of(watch).reason == "KEY_REVOKED"


def test_watch_ends_when_its_key_expires(client: Client) -> None:
    """At its time, without anybody doing anything."""
    caller = holder(client, "events:read", expire_time=ahead(seconds=3))

    assert end_of(watching(caller)).reason == "KEY_EXPIRED"


def test_watch_ends_when_its_key_loses_the_scope(client: Client) -> None:
    """Or other rights."""
    key, secret = create(client, "events:read", "roles:read")
    watch = watching(client.with_key(client.project_id, secret))
    change = key_rpc.UpdateManagementKeyRequest(
        key_id=key.key_id,
        management_key=management_key_pb2.ManagementKey(scopes=["roles:read"]),
        update_mask=FieldMask(paths=["scopes"]),
    )

    client.keys.UpdateManagementKey(change)

    end = end_of(watch)
    assert (end.code, end.reason) == ("PERMISSION_DENIED", "SCOPE_MISSING")
    assert end.metadata == {"scope": "events:read"}


def test_watch_ends_with_its_project(client: Client, other_project: Client) -> None:
    """There is nothing to watch any more."""
    watch = watching(other_project)

    client.projects.DeleteProject(
        project_rpc.DeleteProjectRequest(project_id=other_project.project_id, force=True)
    )

    assert end_of(watch).reason == "CREDENTIALS_INVALID"


# -- when the server stops -------------------------------------------------------------------------


def test_watches_end_at_once_when_the_server_stops(
    held: ExitStack, server: Running, client: Client, config: Config
) -> None:
    """It does not wait for those who watch, nor for one who does not read; another server goes on."""
    written(server.url, client, "large", data={"after": "x" * 50_000}, times=600)
    stopped = create_server(config, Database(server.url, config))
    address = f"127.0.0.1:{stopped.start('127.0.0.1:0')}"
    channel = held.enter_context(grpc.insecure_channel(address))
    caller = Client(channel, client.project_id, client.key)
    watches = [watching(caller) for _ in range(5)]
    deaf = watching(caller, start=OLDEST)
    deaf.next()
    pool = held.enter_context(ThreadPoolExecutor(1))

    stopping = pool.submit(stopped.stop, 120.0)

    for watch in watches:
        end = end_of(watch)
        assert (end.code, end.reason) == ("UNAVAILABLE", "SERVER_STOPPING")
        assert end.details["RetryInfo"].retry_delay.nanos == 100_000_000
    stopping.result(60.0)
    create_role(client, "Admin")
    assert watching(client, resume_token=watches[0].token).hear(1)[0].type == "role.created"


def test_calls_finish_while_watches_end(server: Running, client: Client, config: Config) -> None:
    """Only what has no end of its own is ended."""
    stopped = create_server(config, Database(server.url, config))
    with grpc.insecure_channel(f"127.0.0.1:{stopped.start('127.0.0.1:0')}") as channel:
        caller = Client(channel, client.project_id, client.key)
        watch = watching(caller)
        with ThreadPoolExecutor(2) as pool:
            with server.database.transaction():
                server.database.execute("LOCK TABLE roles IN ACCESS EXCLUSIVE MODE", {})
                waiting = pool.submit(caller.roles.ListRoles, LIST_ROLES)
                eventually(lambda: sql(server.url, f"{CONNECTIONS} AND wait_event_type = 'Lock'") == [(1,)])
                stopping = pool.submit(stopped.stop, 60.0)
                assert end_of(watch).reason == "SERVER_STOPPING"
            assert waiting.result(30.0) == role_rpc.ListRolesResponse()
            stopping.result(60.0)
