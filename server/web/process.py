"""The process that answers HTTP."""

from __future__ import annotations

import asyncio
from multiprocessing.connection import Connection

from server import logs
from server.address import Address
from server.children import told
from server.config import Config
from server.imports import uncollected
from server.signals import STOP, SignalInbox


def serve_web(config: Config, listen: Address, pipe: Connection) -> None:
    """Serve on the address until a signal asks for the end or the other end of the pipe is closed, which the
    death of its holder does too; then let the requests in flight finish. Receives the database's URL over the
    pipe."""
    inbox = SignalInbox(STOP)
    logs.configure(config)

    with uncollected():
        from server.store.database import Database  # noqa: PLC0415 - slow: not before the signals are settled
        from server.web.server import WebServer, listening  # noqa: PLC0415 - likewise

    url = told(pipe, inbox)
    if url is None:
        return
    server = WebServer(config, Database(url, config))
    asyncio.run(server.serve(listening(listen), [inbox.arrival, pipe]))
