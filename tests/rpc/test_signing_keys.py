"""The keys that access tokens are signed with: published, rotated with an overlap, taken away."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any
from uuid import uuid4

import grpc
import jwt
import pytest

from server.config import Config
from server.domain.caller import ANYBODY, Caller
from server.domain.sealing import sealer_of
from server.domain.signing_keys import SigningKeys
from server.jobs.retention import collect
from server.jobs.rotating import rotate_signing_keys
from server.store.database import Database
from tests.calling import Client, refused
from tests.conftest import BeginSession, Running, StartServer, sql
from tests.process.conftest import eventually
from tests.rpc.session_requests import (
    claims_of,
    create_user,
    current_user,
    refresh,
    set_token_policy,
    signing_keys,
)

AGE = """
UPDATE signing_keys SET create_time = create_time - %s::interval, sign_time = sign_time - %s::interval,
    expire_time = expire_time - %s::interval
"""


def let_pass(url: str, interval: str) -> None:
    """Moves all keys into the past, as time would."""
    sql(url, AGE, interval, interval, interval)


def kid(token: str) -> str:
    """The key that a token names."""
    return str(jwt.get_unverified_header(token)["kid"])


def key_ids(client: Client) -> list[str]:
    """Those of the published keys, newest first."""
    return [key.key_id for key in signing_keys(client)]


@pytest.fixture
def fresh(start_server: StartServer, client: Client) -> Any:
    """Calls a server that has no key in its memory."""
    channels = []

    def connect() -> Client:
        channels.append(grpc.insecure_channel(start_server().address))
        return Client(channels[-1], client.project_id, client.key)

    yield connect
    for channel in channels:
        channel.close()


def test_first_key_is_made_when_it_is_asked_for(client: Client) -> None:
    """And is the only one, a public one, from then on."""
    (key,) = signing_keys(client)

    assert (key.key_type, key.algorithm, key.curve) == ("EC", "ES256", "P-256")
    assert len(key.x) == len(key.y) == 43
    assert not key.HasField("expire_time")
    assert signing_keys(client) == [key]


def test_many_who_ask_for_the_first_key_get_the_same(client: Client, begin_session: BeginSession) -> None:
    """Sign-ins among them."""
    users = [create_user(client) for _ in range(8)]
    barrier = threading.Barrier(16)

    def ask(_: Any) -> str:
        barrier.wait()
        return key_ids(client)[0]

    def sign_in(user: Any) -> str:
        barrier.wait()
        return kid(begin_session(user.user_id).access_token)

    with ThreadPoolExecutor(16) as pool:
        asked, signed = pool.map(ask, range(8)), pool.map(sign_in, users)
        found = {*asked, *signed}

    assert len(found) == 1


def test_projects_have_keys_of_their_own(client: Client, other_project: Client) -> None:
    """No token of one can be verified with a key of another."""
    assert set(key_ids(client)).isdisjoint(key_ids(other_project))


def test_nothing_is_rotated_before_its_time(server: Running, client: Client, config: Config) -> None:
    """A key signs for as long as the project says, less the time for which the next is known before."""
    before = signing_keys(client)
    let_pass(server.url, "88 days 23 hours")

    rotate_signing_keys(server.database, config)

    assert key_ids(client) == [key.key_id for key in before]


def test_next_key_is_public_before_it_signs(
    server: Running, client: Client, config: Config, begin_session: BeginSession, fresh: Any
) -> None:
    """Verifiers that look at the keys once in a while know it by then."""
    user = create_user(client)
    first = kid(begin_session(user.user_id).access_token)
    let_pass(server.url, "89 days 1 minute")

    rotate_signing_keys(server.database, config)
    rotate_signing_keys(server.database, config)

    second, *others = key_ids(client)
    assert others == [first]
    refreshed = refresh(fresh(), begin_session(user.user_id).refresh_token)
    assert kid(refreshed.access_token) == first
    let_pass(server.url, "24 hours")
    assert kid(refresh(fresh(), refreshed.refresh_token).access_token) == second


def test_old_tokens_verify_until_they_expire(
    server: Running, client: Client, config: Config, begin_session: BeginSession, fresh: Any
) -> None:
    """The key that signed them stays for as long as the longest of them lasts, and goes then."""
    tokens = begin_session(create_user(client).user_id)
    first = kid(tokens.access_token)
    let_pass(server.url, "90 days")
    rotate_signing_keys(server.database, config)
    let_pass(server.url, "47 hours 59 minutes")
    collect(server.database, config)

    assert first in key_ids(client)
    assert current_user(fresh(), tokens.access_token)
    assert claims_of(client, tokens.access_token)
    let_pass(server.url, "11 minutes")

    assert first not in key_ids(client)
    with refused("UNAUTHENTICATED", "ACCESS_TOKEN_INVALID"):
        current_user(fresh(), tokens.access_token)
    assert len(sql(server.url, "SELECT key_id FROM signing_keys")) == 2
    collect(server.database, config)
    assert len(sql(server.url, "SELECT key_id FROM signing_keys")) == 1


def test_last_key_is_never_taken_away(server: Running, client: Client, config: Config) -> None:
    """Where nothing is rotated, it signs on."""
    before = key_ids(client)
    let_pass(server.url, "10 years")

    collect(server.database, config)

    assert key_ids(client) == before


def test_project_tells_how_long_a_key_signs(server: Running, client: Client, config: Config) -> None:
    """From the next look on."""
    signing_keys(client)
    let_pass(server.url, "6 days 1 minute")
    rotate_signing_keys(server.database, config)
    assert len(key_ids(client)) == 1

    set_token_policy(client, key_rotation_days=7)
    rotate_signing_keys(server.database, config)

    assert len(key_ids(client)) == 2


def test_many_rotate_once(server: Running, client: Client, config: Config) -> None:
    """Workers that come to it at the same time make one key."""
    signing_keys(client)
    let_pass(server.url, "90 days")

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(rotate_signing_keys, server.database, config) for _ in range(8)]:
            done.result()

    assert len(key_ids(client)) == 2


def caller_of(client: Client) -> Caller:
    """An end user of the project."""
    return Caller(client.project_id, str(uuid4()), ANYBODY, b"")


def test_key_that_another_process_made_is_found(
    client: Client, server: Running, database: Database, config: Config
) -> None:
    """Although the keys have been read before: an id that is not remembered is looked for."""
    (first,) = key_ids(client)
    caller, keys = caller_of(client), SigningKeys(database, sealer_of(config))
    assert keys.find(caller, first)
    let_pass(server.url, "90 days")
    rotate_signing_keys(server.database, config)
    second, _ = key_ids(client)

    eventually(lambda: keys.find(caller, second) is not None)


def test_ids_that_are_made_up_do_not_keep_the_database_busy(
    client: Client, database: Database, config: Config
) -> None:
    """However many there are: they are looked for once a second."""
    assert key_ids(client)
    caller, keys = caller_of(client), SigningKeys(database, sealer_of(config))
    statements: list[str] = []
    database.on_statement = statements.append
    begun = time.monotonic()

    found = [keys.find(caller, str(uuid4())) for _ in range(5_000)]

    assert not any(found)
    assert 1 <= len(statements) <= 2 + (time.monotonic() - begun)


def test_looking_for_a_key_makes_none(client: Client, database: Database, config: Config) -> None:
    """Nor is what is not there remembered: the first key is seen as soon as it is made."""
    caller, keys = caller_of(client), SigningKeys(database, sealer_of(config))

    assert keys.find(caller, str(uuid4())) is None
    (first,) = key_ids(client)
    assert keys.find(caller, first)


def test_key_of_a_transaction_that_failed_is_not_remembered(
    client: Client, database: Database, config: Config
) -> None:
    """It signs nothing afterwards."""
    caller, keys = caller_of(client), SigningKeys(database, sealer_of(config))
    lost = ""
    with suppress(RuntimeError), database.transaction():
        lost = keys.signer(caller).key_id
        raise RuntimeError

    assert lost
    assert keys.signer(caller).key_id != lost
    assert key_ids(client) == [keys.signer(caller).key_id]
