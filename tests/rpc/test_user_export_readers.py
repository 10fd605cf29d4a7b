"""Who may read an export, how slowly, and what that costs the others. What it tells: test_user_exports."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace

import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.struct_pb2 import Struct
from roster.v1 import management_key_pb2, user_pb2
from roster.v1 import management_key_service_pb2 as key_rpc
from roster.v1 import role_service_pb2 as role_rpc
from roster.v1 import user_batch_pb2 as batch

from server import app
from server.app import create_server
from server.config import Config
from server.domain.user_exports import UserExports
from server.store.database import Database
from tests.calling import Client, Refused, Stream, refused
from tests.conftest import Running, StartServer, sql
from tests.process.conftest import eventually
from tests.rpc.export_requests import HASHES, begun, emails, exported, imported
from tests.rpc.key_requests import create, revoke

CONNECTIONS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
IN_TRANSACTION = f"{CONNECTIONS} AND starts_with(state, 'idle in transaction')"
WEIGHT = 60_000
COUNT = 400


@pytest.fixture
def held() -> Iterator[ExitStack]:
    """What is to be closed when the test is over."""
    with ExitStack() as held:
        yield held


@pytest.fixture
def heavy(client: Client) -> int:
    """Users of whom a connection holds only some: one who does not read makes the server wait."""
    metadata = Struct()
    metadata.update({"text": "x" * WEIGHT})
    items = [
        batch.CreateUsersItem(user=user_pb2.User(email=f"user-{n:05}@example.com", metadata=metadata))
        for n in range(COUNT)
    ]
    return len(list(imported(client, items, size=50)))


def caller_of(held: ExitStack, address: str, client: Client) -> Client:
    """The same caller, of another server."""
    channel = held.enter_context(grpc.insecure_channel(address))
    return Client(channel, client.project_id, client.key)


def end_of(stream: Stream) -> Refused:
    """The error that an export ends in, with whatever is still told before."""
    with pytest.raises(Refused) as caught:
        list(stream)
    return caught.value


def end_at_leisure(stream: Stream) -> Refused:
    """The same for one who takes seconds to read it, in which the server looks at the key again."""
    with pytest.raises(Refused) as caught:
        _read_slowly(stream)
    return caught.value


def _read_slowly(stream: Stream) -> None:
    for _ in stream:
        time.sleep(0.025)


def admitted(client: Client) -> bool:
    """Whether there is a place for an export."""
    try:
        next(begun(client, page_size=1))
    except Refused as error:
        assert error.reason == "EXPORTS_EXHAUSTED"
        return False
    return True


def test_more_exports_than_allowed_are_refused_at_once(
    held: ExitStack, start_server: StartServer, client: Client, heavy: int
) -> None:
    """And told when to try again; calls go on, nothing is held of the database, and a place that is left is
    free."""
    server = start_server(exports=3, maximum_concurrent_rpcs=2, threads=1)
    caller = caller_of(held, server.address, client)
    streams = [begun(caller) for _ in range(3)]
    for stream in streams:
        next(stream)

    for _ in range(5):
        with refused("RESOURCE_EXHAUSTED", "EXPORTS_EXHAUSTED") as error:
            next(begun(caller))
        assert error.value.details["RetryInfo"].retry_delay.seconds == 1
    caller.roles.ListRoles(role_rpc.ListRolesRequest())
    assert sql(server.url, IN_TRANSACTION) == [(0,)]

    streams[0].cancel()
    assert eventually(lambda: admitted(caller))


def test_slow_readers_share_two_connections(
    held: ExitStack, start_server: StartServer, client: Client, heavy: int
) -> None:
    """However many they are, beside what the server needs anyway."""
    server = start_server(exports=50, threads=2)
    caller = caller_of(held, server.address, client)
    caller.roles.ListRoles(role_rpc.ListRolesRequest())
    ((before,),) = sql(server.url, CONNECTIONS)

    streams = [begun(caller) for _ in range(50)]
    for stream in streams:
        next(stream)

    ((after,),) = sql(server.url, CONNECTIONS)
    # Two for exports, two for the keys of those who begin streams; calls and health may have come to theirs.
    assert after < before + 10
    assert sql(server.url, IN_TRANSACTION) == [(0,)]


# -- who does not read -----------------------------------------------------------------------------


def impatient(
    held: ExitStack, monkeypatch: pytest.MonkeyPatch, server: Running, config: Config, patience: float
) -> str:
    """The address of a server that waits no longer than this for those who read exports."""

    def exports(*parts: object) -> object:
        return UserExports(*parts, patience=patience)  # type: ignore[arg-type]

    monkeypatch.setattr(app, "UserExports", exports)
    serving = create_server(config, Database(server.url, config))
    held.callback(serving.stop, 0)
    return f"127.0.0.1:{serving.start('127.0.0.1:0')}"


def test_who_never_reads_is_cut_off(
    held: ExitStack,
    monkeypatch: pytest.MonkeyPatch,
    server: Running,
    client: Client,
    config: Config,
    heavy: int,
) -> None:
    """The place is free for another."""
    only_one = replace(config, exports=1)
    caller = caller_of(held, impatient(held, monkeypatch, server, only_one, 0.5), client)
    stream = begun(caller)
    next(stream)

    assert eventually(lambda: admitted(caller))
    assert end_of(stream).code == "CANCELLED"


def test_who_reads_too_slowly_is_sent_away(
    held: ExitStack,
    monkeypatch: pytest.MonkeyPatch,
    server: Running,
    client: Client,
    config: Config,
    heavy: int,
) -> None:
    """After what was on its way; the last token leads on."""
    caller = caller_of(held, impatient(held, monkeypatch, server, config, 0.0), client)
    told: list[str] = []
    token = ""

    with refused("RESOURCE_EXHAUSTED", "EXPORT_TOO_SLOW"):
        for message in begun(caller):
            told += emails(message.items)
            token = message.resume_token

    rest = emails(exported(client, resume_token=token))
    assert len(told) < heavy
    assert sorted({*told, *rest}) == sorted([*told, *rest])
    assert len(told) + len(rest) == heavy


# -- whose key is no longer good -------------------------------------------------------------------


def test_export_ends_when_its_key_is_revoked(client: Client, heavy: int) -> None:
    """Before all is told."""
    key, secret = create(client, "users:read")
    stream = begun(client.with_key(client.project_id, secret), page_size=1)
    next(stream)

    revoke(client, key.key_id)

    assert end_at_leisure(stream).reason == "KEY_REVOKED"


def test_export_of_hashes_ends_when_its_key_loses_their_scope(client: Client, heavy: int) -> None:
    """Though it may still read the rest."""
    key, secret = create(client, "users:read", "users:export_secrets")
    stream = begun(client.with_key(client.project_id, secret), page_size=1, **HASHES)
    next(stream)

    client.keys.UpdateManagementKey(
        key_rpc.UpdateManagementKeyRequest(
            key_id=key.key_id,
            management_key=management_key_pb2.ManagementKey(scopes=["users:read"]),
            update_mask=FieldMask(paths=["scopes"]),
        )
    )

    end = end_at_leisure(stream)
    assert (end.code, end.reason) == ("PERMISSION_DENIED", "SCOPE_MISSING")
    assert end.metadata == {"scope": "users:export_secrets"}


# -- when the server stops -------------------------------------------------------------------------


def test_exports_end_at_once_when_the_server_stops(
    held: ExitStack, server: Running, client: Client, config: Config, heavy: int
) -> None:
    """Also that of one who does not read; another server goes on behind the last token."""
    stopped = create_server(config, Database(server.url, config))
    caller = caller_of(held, f"127.0.0.1:{stopped.start('127.0.0.1:0')}", client)
    stream, deaf = begun(caller, page_size=1), begun(caller)
    first = next(stream)
    next(deaf)
    pool = held.enter_context(ThreadPoolExecutor(1))

    stopping = pool.submit(stopped.stop, 120.0)

    told, token = emails(first.items), first.resume_token
    with refused("UNAVAILABLE", "SERVER_STOPPING"):
        for message in stream:
            told += emails(message.items)
            token = message.resume_token
    stopping.result(60.0)
    rest = emails(exported(client, resume_token=token))
    assert len({*told, *rest}) == len(told) + len(rest) == heavy
