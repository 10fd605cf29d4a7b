"""The load generator for machines where `gload.c` cannot be compiled: the same arguments, the same answer.

It is a grpcio client with a thread and a connection for each caller, and needs more CPU than the server it
drives.
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any, Final

import grpc

_CALL_SECONDS: Final = 30.0


class Driver:
    """Calls one method until the time is up, and keeps what came of it."""

    def __init__(self, options: argparse.Namespace, messages: list[bytes]) -> None:
        self._target = f"127.0.0.1:{options.port}"
        self._method = options.method
        headers = (header.partition(": ") for header in options.header)
        self._metadata = tuple((name, value) for name, _, value in headers)
        self._messages = messages
        self._next = count()
        self._from = time.monotonic() + options.warm_up
        self._until = self._from + options.seconds
        self._times: list[float] = []
        self._statuses: Counter[int] = Counter()
        self._threads = [threading.Thread(target=self._call_on) for _ in range(options.connections)]

    def run(self) -> None:
        """Drive, and say when the measured time begins and ends."""
        for thread in self._threads:
            thread.start()
        for moment, word in ((self._from, "START"), (self._until, "STOP")):
            time.sleep(max(0.0, moment - time.monotonic()))
            print(word, file=sys.stderr, flush=True)
        for thread in self._threads:
            thread.join()

    def _call_on(self) -> None:
        options = (("grpc.use_local_subchannel_pool", 1),)
        with grpc.insecure_channel(self._target, options) as channel:
            method: Any = channel.unary_unary(self._method)
            while (begun := time.monotonic()) < self._until:
                status = 0
                try:
                    message = self._messages[next(self._next) % len(self._messages)]
                    method(message, metadata=self._metadata, timeout=_CALL_SECONDS)
                except grpc.RpcError as error:
                    status = error.code().value[0]
                ended = time.monotonic()
                if self._from <= begun and ended <= self._until:
                    self._times.append(ended - begun)
                    self._statuses[status] += 1

    def told(self) -> dict[str, object]:
        """The answer, as `gload.c` gives it."""
        times = sorted(self._times) or [0.0]
        return {
            "calls": len(self._times),
            "p50": times[int((len(times) - 1) * 0.5)] * 1e6,
            "p99": times[int((len(times) - 1) * 0.99)] * 1e6,
            "lost": 0,
            "bad_http": 0,
            "grpc_status": self._statuses,
        }


def _read(path: Path) -> Iterator[bytes]:
    data = path.read_bytes()
    position = 0
    while position < len(data):
        begin = position + 5
        position = begin + int.from_bytes(data[position + 1 : begin], "big")
        yield data[begin:position]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-p", dest="port", type=int, required=True)
    parser.add_argument("-m", dest="method", required=True)
    parser.add_argument("-f", dest="frames", type=Path, required=True)
    parser.add_argument("-c", dest="connections", type=int, default=8)
    parser.add_argument("-d", dest="seconds", type=float, default=10.0)
    parser.add_argument("-w", dest="warm_up", type=float, default=2.0)
    parser.add_argument("-H", dest="header", action="append", default=[])
    options = parser.parse_args()
    driver = Driver(options, list(_read(options.frames)))
    driver.run()
    print("JSON", json.dumps(driver.told()))


if __name__ == "__main__":
    main()
