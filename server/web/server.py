"""The HTTP server: its socket, its bounds, its end."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import structlog
import uvicorn

from server.address import Address
from server.config import Config
from server.store.database import Database
from server.web.app import create_app
from server.web.work import Work

MAX_HEADER_BYTES: Final = 16 * 1024
MAX_CONNECTIONS: Final = 1_000
REQUEST_SECONDS: Final = 10.0
"""For the head of a request, from the opening of its connection or the end of the request before."""
_KEEP_ALIVE_SECONDS: Final = 5

_log = structlog.get_logger("roster.web")


def listening(address: Address) -> socket.socket:
    """A socket that listens on the address, whose port this machine's supervisor may hold."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    return socket.create_server(
        (address.host, address.port),
        family=family,
        reuse_port=True,
        dualstack_ipv6=family == socket.AF_INET6 and socket.has_dualstack_ipv6(),
    )


class WebServer:
    """A server that can serve once."""

    def __init__(self, config: Config, database: Database) -> None:
        self._database = database
        self._work = Work(database, config)
        self._server = _Server(
            uvicorn.Config(
                create_app(config, database, self._work),
                loop="asyncio",
                http="h11",
                ws="none",
                lifespan="off",
                interface="asgi3",
                # The line of a request is ours: theirs has the query in it, and so tokens.
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                limit_concurrency=MAX_CONNECTIONS,
                h11_max_incomplete_event_size=MAX_HEADER_BYTES,
                timeout_keep_alive=_KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=int(config.shutdown_grace) or 1,
            )
        )

    async def serve(self, listener: socket.socket, until: Sequence[Any]) -> None:
        """Serves until one of `until` is ready to be read, lets the requests in flight finish within the
        grace period, and is done."""
        loop = asyncio.get_running_loop()
        for end in until:
            loop.add_reader(end, self._stop, until)
        _log.info("serving", address=str(Address(*listener.getsockname()[:2])))
        hurrying = asyncio.create_task(self._hurry())
        try:
            await self._server.serve([listener])
        finally:
            hurrying.cancel()
            self._work.close()
            self._database.close()

    def _stop(self, until: Sequence[Any]) -> None:
        for end in until:
            asyncio.get_running_loop().remove_reader(end)
        self._server.should_exit = True

    async def _hurry(self) -> None:
        """Closes connections that take their time to say what they want: the library waits for ever."""
        waiting: dict[Any, float] = {}
        while True:
            await asyncio.sleep(1.0)
            now = asyncio.get_running_loop().time()
            silent = [each for each in self._server.server_state.connections if _is_silent(each)]
            waiting = {each: waiting.get(each, now) for each in silent}
            for connection, since in waiting.items():
                if now - since > REQUEST_SECONDS:
                    connection.transport.close()


def _is_silent(connection: Any) -> bool:
    """Whether no request of it is being answered."""
    return connection.cycle is None or connection.cycle.response_complete


class _Server(uvicorn.Server):
    """Leaves the signals of the process alone."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
