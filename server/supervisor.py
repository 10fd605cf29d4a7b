"""`roster serve`: starts every process, restarts the dead, and brings all to their end in the right order.

The order of a start: the data directory, the ports, the keeper of the embedded database, the
preparation of the database, the workers; and when these serve, the web process and those who work on jobs.
All but the last are started at once and import what they need while the database starts; each then waits for
the database's URL.

The order of an end: the workers of all kinds, which let calls, requests and jobs in flight finish, then the
keeper with its database.
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import replace
from multiprocessing.connection import wait
from typing import Any, Final

import structlog

from server import logs
from server.address import Reservation, reserved
from server.banner import banner
from server.certificates import Certificates, require_authorities
from server.children import Child
from server.config import Config
from server.data_directory import Credentials, DataDirectory
from server.embedded.keeper import keep
from server.jobs.process import work_on_jobs
from server.metrics_page import MetricsPage, metrics_page
from server.preparation import prepare
from server.signals import STOP, SignalInbox
from server.startup import StartError
from server.web.process import serve_web
from server.worker import work

_DATABASE_SECONDS: Final = 660.0
"""A first start, or the recovery of a large database after a crash, takes its time."""
_WORKER_SECONDS: Final = 60.0
_MARGIN_SECONDS: Final = 5.0
"""What a worker may need after its grace period, before it is killed."""
_KEEPER_SECONDS: Final = 90.0

_log = structlog.get_logger("roster.supervisor")


class _Stop(Exception):
    """A signal asked for the end."""


def serve(config: Config) -> int:
    """Serve until a signal asks for the end, and return the exit code.

    Raises:
        StartError: it does not get to serving; nothing is left running.
    """
    inbox = SignalInbox(STOP)
    logs.configure(config)
    # What is wrong with files is told before anything is started.
    Certificates.of(config)
    require_authorities(config)
    with ExitStack() as held:
        directory = DataDirectory(config.data_dir)
        held.enter_context(directory.locked())
        port = held.enter_context(reserved(config.listen, "ROSTER_LISTEN"))
        web = (
            held.enter_context(reserved(config.web_listen, "ROSTER_WEB_LISTEN"))
            if config.web_listen
            else None
        )
        metrics = held.enter_context(metrics_page(config.metrics_listen))
        known = directory.with_secret_key(_with_public_url(config, web))
        supervisor = _Supervisor(known, directory, inbox, metrics)
        try:
            supervisor.start(port, web)
            supervisor.watch()
        except _Stop:
            pass
        finally:
            supervisor.stop()
    return 0


def _with_public_url(config: Config, web: Reservation | None) -> Config:
    """The settings with the address that browsers find the web process at."""
    if config.public_url is not None or web is None:
        return config
    return replace(config, public_url=f"http://{web.address.dialled()}")


class _Supervisor:
    """The table of processes, and the one place where this process waits."""

    def __init__(
        self, config: Config, directory: DataDirectory, inbox: SignalInbox, metrics: MetricsPage | None
    ) -> None:
        self._config = config
        self._directory = directory
        self._inbox = inbox
        self._metrics = metrics
        self._keeper: Child | None = None
        self._preparation: Child | None = None
        self._workers: list[Child] = []
        self._web: Child | None = None
        self._job_workers: list[Child] = []
        self._url = config.database_url

    @property
    def _lasting(self) -> list[Child]:
        single = [child for child in (self._keeper, self._web) if child is not None]
        return [*single, *self._workers, *self._job_workers]

    # -- start -------------------------------------------------------------------------------

    def start(self, port: Reservation, web: Reservation | None) -> None:
        """Start everything and return once every worker serves."""
        if self._url is None:
            self._keeper = Child("keeper", keep, self._config)
        self._preparation = Child("preparation", prepare, self._config)
        for number in range(self._config.workers):
            self._workers.append(Child(f"worker-{number}", work, self._config, str(port.listen)))

        if self._keeper:
            self._url = self._answer(self._keeper, _DATABASE_SECONDS)
        self._preparation.tell(self._url)
        first = self._answer(self._preparation, _DATABASE_SECONDS)
        self._preparation.bury()
        self._preparation = None
        for worker in self._workers:
            worker.tell(self._url)
        for worker in self._workers:
            self._answer(worker, _WORKER_SECONDS)
        # Nobody waits for these, so they leave the start to those who are waited for.
        if web:
            self._web = Child("web", serve_web, self._config, web.listen)
            self._web.tell(self._url)
        for number in range(self._config.job_workers):
            self._job_workers.append(Child(f"jobs-{number}", work_on_jobs, self._config))
            self._job_workers[-1].tell(self._url)
        web_address = str(web.address.dialled()) if web else ""
        credentials = self._saved_credentials(str(port.address.dialled()), web_address, first)
        print(banner(self._config, port.address, web_address, self._directory, credentials), flush=True)
        processes = {child.name: child.process.pid for child in self._lasting}
        _log.info("serving", address=str(port.address), processes=processes)

    def _answer(self, child: Child, seconds: float) -> Any:
        """What a child sends when it has done its part of the start."""
        ready = wait([self._inbox.arrival, child.pipe], timeout=seconds)
        if self._inbox.arrival in ready:
            raise _Stop
        if not ready:
            raise StartError(f"{child.name} is not ready after {seconds:.0f} s")
        try:
            answer = child.hear()
        except EOFError:
            raise StartError(
                f"{child.name} ended before it was ready ({child.bury()}); see the log above"
            ) from None
        if isinstance(answer, StartError):
            raise answer
        return answer

    def _saved_credentials(
        self, address: str, web_address: str, first: tuple[str, str] | None
    ) -> Credentials | None:
        """Write the credentials file: a new project and key, or those it holds with the present addresses."""
        held = self._directory.credentials()
        if first is None and held is None:
            return None
        project_id, key = first or (held.project_id, held.management_key)  # type: ignore[union-attr]
        credentials = Credentials(address, project_id, key, web_address)
        self._directory.save_credentials(credentials)
        return credentials

    # -- service -----------------------------------------------------------------------------

    def watch(self) -> None:
        """Start again what dies, until a signal comes."""
        while True:
            due = min(
                (child.restart_at for child in self._lasting if child.restart_at is not None), default=None
            )
            alive = {child.sentinel: child for child in self._lasting if child.restart_at is None}
            patience = None if due is None else max(0.0, due - time.monotonic())
            for ready in wait([self._inbox.arrival, *alive], timeout=patience):
                if not isinstance(ready, int):
                    return
                self._bury(alive[ready])
            for child in self._lasting:
                if child.restart_at is not None and child.restart_at <= time.monotonic():
                    child.start()
                    if child is not self._keeper:
                        child.tell(self._url)
                    _log.info("process restarted", process=child.name, pid=child.process.pid)

    def _bury(self, child: Child) -> None:
        pid = child.process.pid
        how = child.bury()
        _log.error("process died", process=child.name, pid=pid, how=how)
        if self._metrics:
            self._metrics.forget(pid)

    # -- end ---------------------------------------------------------------------------------

    def stop(self) -> None:
        """Bring everything to its end; a further signal shortens the grace that calls in flight have."""
        self._inbox.take()
        serving = [
            child
            for child in (*self._workers, self._web, *self._job_workers, self._preparation)
            if child is not None and child.alive
        ]
        for child in serving:
            child.process.terminate()
        self._until_ended(serving, self._config.shutdown_grace + _MARGIN_SECONDS)
        if self._keeper and self._keeper.alive:
            # No signal ends it: one sent to the whole group must leave the workers their database.
            self._keeper.pipe.close()
            self._until_ended([self._keeper], _KEEPER_SECONDS, hasten=False)
        _log.info("stopped")

    def _until_ended(self, children: list[Child], seconds: float, *, hasten: bool = True) -> None:
        """Wait for the end of the children, and kill those that outlive their time."""
        deadline = time.monotonic() + seconds
        while (
            left := [child for child in children if child.process.is_alive()]
        ) and time.monotonic() < deadline:
            waiting = [child.sentinel for child in left]
            ready = wait(
                [*waiting, *([self._inbox.arrival] if hasten else [])], timeout=deadline - time.monotonic()
            )
            if self._inbox.arrival in ready:
                self._inbox.take()
                break
        for child in left:
            _log.warning("process killed", process=child.name, pid=child.process.pid)
            child.process.kill()
        for child in children:
            child.process.join()
