"""The Prometheus page of the whole service: the numbers of every worker process, added up."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from server.address import Address
from server.startup import StartError


class MetricsPage:
    """What the supervisor has to do for the numbers of its workers."""

    def forget(self, pid: int | None) -> None:
        """Drop what only a living process has, such as its calls in flight."""
        from prometheus_client import multiprocess  # noqa: PLC0415 - it reads the environment when imported

        if pid is not None:
            multiprocess.mark_process_dead(pid)  # type: ignore[no-untyped-call]


@contextmanager
def metrics_page(listen: str | None) -> Iterator[MetricsPage | None]:
    """Serve `/metrics` on the address, if there is one, for as long as the block lasts.

    To be entered before any worker starts: each is told by the environment where to keep its numbers,
    in a directory that no earlier start has written to.
    """
    if listen is None:
        yield None
        return
    address = Address.parse(listen, "ROSTER_METRICS_LISTEN")
    with tempfile.TemporaryDirectory(prefix="roster-metrics-") as directory:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = directory
        from prometheus_client import CollectorRegistry, start_http_server  # noqa: PLC0415 - reads the environment
        from prometheus_client.multiprocess import MultiProcessCollector  # noqa: PLC0415 - likewise

        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        try:
            server, thread = start_http_server(address.port, address.host, registry)
        except OSError as error:
            raise StartError(
                f"ROSTER_METRICS_LISTEN: cannot listen on {address}: {error.strerror}"
            ) from error
        try:
            yield MetricsPage()
        finally:
            server.shutdown()
            server.server_close()
            thread.join()
