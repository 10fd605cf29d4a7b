"""How long `roster serve` takes to serve, on a data directory that has been served from before."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import Any, Final

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from scripts.benchmark.options import Options
from scripts.benchmark.report import Figure, heading, print_table
from scripts.benchmark.stage import temporary_directory

_UNTYPED: Any = health_pb2_grpc
_LONGEST: Final = 120.0
_POLL_SECONDS: Final = 0.005


def run(options: Options) -> list[Figure]:
    """Print the times and return the slowest."""
    heading("Start: roster serve, with its own database and a worker for each core")
    with ExitStack() as held:
        directory = temporary_directory(held)
        first = _start(directory)
        times = [_start(directory) for _ in range(options.starts)]
    rows = (("first", first), ("later, median", median(times)), ("later, slowest", max(times)))
    print_table(("start", "seconds to SERVING"), rows)
    return [Figure("start", max(times), f"{options.starts} starts")]


def _start(directory: Path) -> float:
    """Start it, wait until it serves, stop it; returns the seconds of the wait."""
    port = _free_port()
    begun = time.monotonic()
    with _serving(directory, port) as process:
        while not _serves(port):
            if process.poll() is not None or time.monotonic() - begun > _LONGEST:
                raise RuntimeError(f"roster does not serve: {(directory / 'serve.log').read_text()[-2_000:]}")
            time.sleep(_POLL_SECONDS)
        return time.monotonic() - begun


@contextmanager
def _serving(directory: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    settings = {
        "ROSTER_DATA_DIR": str(directory / "data"),
        "ROSTER_LISTEN": f"127.0.0.1:{port}",
        "ROSTER_WEB_LISTEN": "127.0.0.1:0",
    }
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("ROSTER_")}
    with (directory / "serve.log").open("ab") as log:
        command = [sys.executable, "-m", "server", "serve"]
        process = subprocess.Popen(command, stdout=log, stderr=log, env={**inherited, **settings})
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _serves(port: int) -> bool:
    """Whether health says SERVING.

    A channel that finds the port closed waits a second before it tries again: none is made before it is open.
    """
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) != 0:
            return False
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub = _UNTYPED.HealthStub(channel)
        try:
            answer = stub.Check(health_pb2.HealthCheckRequest(), timeout=1.0)
        except grpc.RpcError:
            return False
        return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)
