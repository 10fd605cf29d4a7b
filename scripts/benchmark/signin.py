"""What many sign-ins at a time do to everybody else, and how long one hash takes."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from statistics import median
from typing import Final

import grpc
from roster.v1 import auth_service_pb2 as auth
from roster.v1.auth_service_pb2_grpc import AuthServiceStub

from scripts.benchmark.beside import BESIDE, calls_beside, p99
from scripts.benchmark.messages import create_user, stub
from scripts.benchmark.options import Options
from scripts.benchmark.processes import Contestant
from scripts.benchmark.report import Figure, heading, print_table
from scripts.benchmark.stage import stage
from server.config import Config
from server.domain.passwords.context import Argon2Cost
from server.domain.passwords.hasher import Hasher
from server.worker import work

_PASSWORD: Final = "correct horse 1"
_PARALLEL: Final = 16
"""Users who sign in again and again, each one sign-in at a time."""
_HASHES: Final = 10
_DRIVES: Final = 5
"""A sign-in takes its time: the drive is so many times as long as others."""


def run(options: Options) -> list[Figure]:
    """Print the times and return the figures."""
    with stage() as where:
        config = where.config
        cost = f"{config.argon2_time_cost} passes over {config.argon2_memory_cost // 1_024} MiB"
        heading(f"Signing in: {_PARALLEL} users at a time, one process, Argon2id of {cost}")
        hashing, on_processors = _hashing(config)
        service = where.start("service", work, where.install("signin"))
        identifiers = _users(service)
        with stub(service) as users:
            known = users.CreateUser(create_user(_PARALLEL)).user.user_id
        idle, beside = _beside(service, options, known, []), _beside(service, options, known, identifiers)
    seconds = _DRIVES * options.seconds
    rows = [
        ("one hash alone, median ms", median(hashing)),
        ("one hash alone, fastest ms", min(hashing)),
        ("one hash alone, ms of CPU", on_processors),
        ("sign-ins a second", len(beside.signed_in) / seconds),
        ("a sign-in, repeated while hashing is overloaded, median ms", median(beside.signed_in)),
        ("GetUser with nothing beside it, p99 ms", p99(idle.calls)),
        ("GetUser beside the sign-ins, median ms", median(beside.calls)),
        ("GetUser beside the sign-ins, p99 ms", p99(beside.calls)),
    ]
    print_table(("Argon2id", "result"), rows)
    return [Figure("signin_beside", p99(beside.calls), f"{BESIDE} calls/s")]


def _hashing(config: Config) -> tuple[list[float], float]:
    """How many milliseconds hashes take, one after another, and how many of the processors one takes."""
    cost = Argon2Cost(config.argon2_time_cost, config.argon2_memory_cost, config.argon2_parallelism)
    hasher = Hasher(1, cost=cost)
    milliseconds = []
    on_processors = time.process_time()
    for _ in range(_HASHES):
        begun = time.perf_counter()
        hasher.hash(_PASSWORD)
        milliseconds.append((time.perf_counter() - begun) * 1_000)
    return milliseconds, (time.process_time() - on_processors) * 1_000 / _HASHES


def _users(service: Contestant) -> list[str]:
    """Creates those who sign in, and returns their email addresses."""
    with stub(service) as users:
        requests = [create_user(number) for number in range(_PARALLEL)]
        for request in requests:
            request.password.plain = _PASSWORD
            users.CreateUser(request)
    return [request.user.email for request in requests]


class _Beside:
    """What was measured at the same time."""

    def __init__(self, calls: Sequence[float], signed_in: Sequence[float]) -> None:
        self.calls = calls
        """Milliseconds of each GetUser."""
        self.signed_in = signed_in
        """Milliseconds of each sign-in."""


def _beside(service: Contestant, options: Options, known: str, identifiers: Sequence[str]) -> _Beside:
    with _signing_in(service, identifiers) as signed_in:
        time.sleep(options.warm_up)
        del signed_in[:]
        with calls_beside(service, known) as calls:
            # However short a drive, there is something to count.
            begun = time.monotonic()
            while time.monotonic() - begun < _DRIVES * options.seconds or (identifiers and not signed_in):
                time.sleep(0.05)
            counted = list(signed_in)
    return _Beside(calls, counted)


@contextmanager
def _signing_in(service: Contestant, identifiers: Sequence[str]) -> Iterator[list[float]]:
    """Has these users sign in all the while, and collects how many milliseconds each sign-in takes."""
    milliseconds: list[float] = []
    ended = threading.Event()

    def sign_in(identifier: str) -> None:
        request = auth.SignInRequest(identifier=identifier, password=_PASSWORD)
        with stub(service, AuthServiceStub) as sign_ins:
            while not ended.is_set():
                begun = time.monotonic()
                while not ended.is_set():
                    try:
                        sign_ins.SignIn(request)
                        milliseconds.append((time.monotonic() - begun) * 1_000)
                        break
                    except grpc.RpcError as error:
                        if error.code() != grpc.StatusCode.RESOURCE_EXHAUSTED:
                            raise
                        ended.wait(_PAUSE)

    threads = [threading.Thread(target=sign_in, args=(one,), daemon=True) for one in identifiers]
    for thread in threads:
        thread.start()
    yield milliseconds
    ended.set()
    for thread in threads:
        thread.join()


_PAUSE: Final = 0.2
"""Seconds before an attempt that was refused is repeated: sooner than Roster asks for."""
