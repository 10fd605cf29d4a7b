"""Streams of a client, and what they cost."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, NamedTuple

import grpc
from roster.v1 import user_service_pb2 as rpc

from scripts.benchmark.beside import p99
from scripts.benchmark.messages import method
from scripts.benchmark.meters import cpu_seconds, family_cpu_seconds
from scripts.benchmark.processes import Contestant
from scripts.benchmark.stage import Stage

_WINDOW: Final = 4
"""Messages of a client that are sent and not answered yet."""
_CALL_SECONDS: Final = 3_600.0

HEADINGS: Final = ("users/s", "CPU us/user: client", "server", "database")


class Cost(NamedTuple):
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
        """The cells of `HEADINGS`."""
        cpu = (1e6 * seconds / self.users for seconds in (self.client, self.server, self.database))
        return self.users / self.seconds, *cpu


class Clock:
    """Measures the cost of what is done until `cost` is asked for."""

    def __init__(self, where: Stage, services: Sequence[Contestant] = ()) -> None:
        self._meters: tuple[Callable[[], float], ...] = (
            time.monotonic,
            time.process_time,
            lambda: sum(cpu_seconds(service.pid) for service in services),
            lambda: family_cpu_seconds(where.postmaster_pid),
        )
        self._begun = [meter() for meter in self._meters]

    def cost(self, users: int) -> Cost:
        """What so many users have cost."""
        return Cost(users, *(meter() - begun for meter, begun in zip(self._meters, self._begun, strict=True)))


class Streamed(NamedTuple):
    """Streams that were answered."""

    cost: Cost
    milliseconds: list[float]
    """Of each message, from when it is sent to its response."""
    responses: list[bytes]

    @property
    def p99(self) -> float:
        """Milliseconds of a message."""
        return p99(self.milliseconds)


def streamed(
    where: Stage, services: Sequence[Contestant], name: str, messages: Sequence[bytes], count: int
) -> Streamed:
    """Sends messages about so many users as one client does, over a stream to each of these services."""
    window = _WINDOW // len(services)

    def share(number: int) -> list[tuple[float, bytes]]:
        return list(_stream(services[number], messages[number :: len(services)], name, window))

    with ThreadPoolExecutor(len(services)) as pool:
        clock = Clock(where, services)
        answers = list(pool.map(share, range(len(services))))
        cost = clock.cost(count)
    answered = [answer for stream in answers for answer in stream]
    return Streamed(cost, [took for took, _ in answered], [response for _, response in answered])


def _stream(
    service: Contestant, messages: Sequence[bytes], name: str, window: int
) -> Iterator[tuple[float, bytes]]:
    """The responses, each with the milliseconds that it took."""
    room = threading.Semaphore(window)
    sent: queue.Queue[float] = queue.Queue()

    def sending() -> Iterator[bytes]:
        for message in messages:
            room.acquire()
            sent.put(time.monotonic())
            yield message

    with grpc.insecure_channel(f"127.0.0.1:{service.port}") as channel:
        call: Any = channel.stream_stream(method(name))
        for response in call(sending(), metadata=service.headers, timeout=_CALL_SECONDS):
            yield (time.monotonic() - sent.get()) * 1_000, response
            room.release()


def exported(where: Stage, service: Contestant, count: int) -> Cost:
    """Reads all users, as bytes."""
    with grpc.insecure_channel(f"127.0.0.1:{service.port}") as channel:
        call: Any = channel.unary_stream(method("ExportUsers"))
        clock = Clock(where, [service])
        messages = list(call(b"", metadata=service.headers, timeout=_CALL_SECONDS))
        cost = clock.cost(count)
    if sum(len(page.items) for page in map(rpc.ExportUsersResponse.FromString, messages)) < count:
        raise RuntimeError("not all users were exported")
    return cost
