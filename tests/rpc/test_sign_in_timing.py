"""What a refusal costs tells nobody who exists."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Iterator

import grpc
import pytest

from tests.calling import Client, refused
from tests.conftest import StartServer
from tests.rpc.password_requests import GOOD, hashed
from tests.rpc.sign_in_requests import WRONG, set_settings, sign_in, user_with
from tests.unit.password_digest_vectors import DIGESTS

ROUNDS = 40
BOUND = 1.15
"""So much more of the processor one kind of refusal may take than another, by the medians of all rounds.
Without what evens them out, one would take a tenth of another, or less."""


@pytest.fixture
def costly(start_server: StartServer, client: Client) -> Iterator[Client]:
    """A caller of a server whose hashes cost far more than all else of a call."""
    server = start_server(argon2_memory_cost=8_192, argon2_time_cost=2, argon2_parallelism=1)
    with grpc.insecure_channel(server.address) as channel:
        yield Client(channel, client.project_id, client.key)


def test_refusals_cost_the_same(costly: Client) -> None:
    """Of a wrong password, of nobody, of somebody without a password, of an imported hash that is cheap.

    Time of the processor, in which other processes have no part; the server is of this one.
    """
    set_settings(costly, lockout_policy={"attempts": 0, "address_attempts": 0})
    user_with(costly, GOOD, login_ids=["ours"])
    user_with(costly, None, login_ids=["without"])
    user_with(costly, hashed(DIGESTS[0].imported), login_ids=["cheap"])
    times: dict[str, list[float]] = {name: [] for name in ("ours", "nobody", "without", "cheap")}

    for _ in range(ROUNDS):
        for name in random.sample(list(times), len(times)):
            begun = time.process_time()
            with refused("UNAUTHENTICATED", "LOGIN_FAILED"):
                sign_in(costly, name, WRONG)
            times[name].append(time.process_time() - begun)

    medians = {name: statistics.median(taken) for name, taken in times.items()}
    assert max(medians.values()) < BOUND * min(medians.values()), medians
