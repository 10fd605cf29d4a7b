"""How many SQL statements a call takes, counted where they are run."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import grpc

from scripts.benchmark.messages import method
from scripts.benchmark.stage import Installation, authorization
from server import logs
from server.app import create_server
from server.config import Config
from server.store.database import Database

_CALL_SECONDS: Final = 30.0


def statements_of(
    installation: Installation, config: Config, messages: Mapping[str, Sequence[bytes]]
) -> dict[str, int]:
    """The statements of the last message of each method; those before warm what is remembered, as the key."""
    # The server runs in this process, whose output is for figures.
    logs.configure(replace(config, log_level="error"))
    database = Database(installation.url, config)
    count = 0

    def counted(_: str) -> None:
        nonlocal count
        # Health looks at the database all the while.
        count += threading.current_thread().name.startswith("call")

    database.on_statement = counted
    server = create_server(config, database)
    counts = {}
    try:
        with grpc.insecure_channel(f"127.0.0.1:{server.start('127.0.0.1:0')}") as channel:
            for name, requests in messages.items():
                for request in requests:
                    count = 0
                    call: Any = channel.unary_unary(method(name))
                    call(request, metadata=(authorization(installation),), timeout=_CALL_SECONDS)
                counts[name] = count
    finally:
        server.stop(0)
    return counts
