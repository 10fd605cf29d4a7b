"""One gRPC worker process."""

from __future__ import annotations

import ctypes
import gc
import os
import sys
from multiprocessing.connection import Connection, wait
from typing import Final

from server import logs
from server.children import told
from server.config import Config
from server.imports import uncollected
from server.signals import STOP, SignalInbox

_M_ARENA_MAX: Final = -8
"""The parameter of glibc's `mallopt`."""
_ARENAS: Final = 2


def work(config: Config, listen: str, pipe: Connection) -> None:
    """Serve on the address until a signal asks for the end or the other end of the pipe is closed, which the
    death of its holder does too; then let the calls in flight finish.

    Receives the database's URL over the pipe and sends the port once it serves. Everything is imported
    before the URL is waited for, so that imports and the start of the database overlap.
    """
    _share_arenas()
    inbox = SignalInbox(STOP)
    logs.configure(config)

    with uncollected():
        from server.app import create_server  # noqa: PLC0415 - slow: not before the signals are settled
        from server.store.database import Database  # noqa: PLC0415 - likewise

    url = told(pipe, inbox)
    if url is None:
        return
    server = create_server(config, Database(url, config), reuse_port=True)
    # What is there now stays to the end: the collector need not look through it again and again.
    gc.collect()
    gc.freeze()
    # A page of users is thousands of short-lived objects, none of them in a cycle.
    gc.set_threshold(50_000)
    # A thread that comes back from the database waits so long for one that computes: at most half a
    # millisecond, in place of five, each time.
    sys.setswitchinterval(0.000_5)
    port = server.start(listen)
    try:
        pipe.send(port)
        wait([inbox.arrival, pipe])
    except BrokenPipeError:
        pass
    finally:
        server.stop(config.shutdown_grace)


def _share_arenas() -> None:
    """Have all threads share two heaps, where the C library is glibc. It would give nearly every thread one
    of its own, and each keeps what is free in it: 4 MB in all. The variable that says so too wins."""
    libc = ctypes.CDLL(None)
    if "MALLOC_ARENA_MAX" not in os.environ and hasattr(libc, "mallopt"):
        libc.mallopt(_M_ARENA_MAX, _ARENAS)
