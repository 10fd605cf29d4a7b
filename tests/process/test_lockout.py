"""Accounts are locked in all processes, and stay so when these are gone."""

from __future__ import annotations

import grpc
from roster.v1 import auth_service_pb2 as auth
from roster.v1 import user_pb2
from roster.v1 import user_service_pb2 as rpc

from tests.calling import Client, refused
from tests.process.service import WORKERS, Service, StartService, only
from tests.rpc.password_requests import GOOD, plain
from tests.rpc.test_concurrency import at_once, outcomes

CHEAP = {
    "ROSTER_ARGON2_TIME_COST": "1",
    "ROSTER_ARGON2_MEMORY_COST": "64",
    "ROSTER_ARGON2_PARALLELISM": "1",
}
ATTEMPTS = 5
"""As many as a project allows that says nothing else."""


def on_a_connection_of_its_own(service: Service, number: int) -> Client:
    """Connections are spread over the processes."""
    held = service.credentials()
    options = [("roster.number", number), ("grpc.use_local_subchannel_pool", 1)]
    return Client(grpc.insecure_channel(held["address"], options), held["project_id"])


def sign_in(client: Client, password: str) -> None:
    client.auth.SignIn(auth.SignInRequest(identifier="ada", password=password))


def test_processes_share_the_lock_and_it_outlives_them(start: StartService) -> None:
    """Of many wrong passwords at once, over many connections, as many are looked at as are allowed."""
    service = start(**only(workers=WORKERS), **CHEAP)
    user = user_pb2.User(login_ids=["ada"])
    service.client().users.CreateUser(rpc.CreateUserRequest(user=user, password=plain(GOOD)))
    callers = [on_a_connection_of_its_own(service, number) for number in range(24)]

    counted = outcomes(at_once([lambda one=one: sign_in(one, "another horse 2") for one in callers]))

    assert counted["LOGIN_FAILED"] == ATTEMPTS
    assert counted.keys() <= {"LOGIN_FAILED", "LOGIN_LOCKED", "HASHING_OVERLOADED"}
    for caller in callers:
        with refused("RESOURCE_EXHAUSTED", "LOGIN_LOCKED"):
            sign_in(caller, GOOD)
        caller.channel.close()
    assert service.stop() == 0

    again = on_a_connection_of_its_own(start(**only(), **CHEAP), 0)
    with refused("RESOURCE_EXHAUSTED", "LOGIN_LOCKED"):
        sign_in(again, GOOD)
    again.channel.close()
