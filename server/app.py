"""The whole server: its services, the way of a call, health and reflection."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection
from roster.v1 import event_pb2, user_batch_pb2

from server import convert
from server.certificates import Certificates, Identity
from server.config import MAX_MESSAGE_BYTES, Config
from server.domain.event_feed import Feed
from server.domain.passwords.hasher import hasher_of
from server.domain.sealing import sealer_of
from server.domain.user_exports import UserExports
from server.handlers import SERVICES, Parts, methods
from server.handlers.batches import Batches
from server.interceptors import way
from server.interceptors.wrapping import Way
from server.store.database import Database
from server.store.readers import Readers

HEALTH_INTERVAL: Final = 1.0
"""Seconds between two looks at the database."""


def create_server(config: Config, database: Database, *, reuse_port: bool = False) -> Server:
    """A server of all services on this database. `reuse_port` lets several processes share its port;
    otherwise a port in use is refused. Raises StartError for certificates of no use."""
    certificates = Certificates.of(config)
    readers = Readers(database, config)
    feed = Feed(database, readers, convert.event_message, config)
    exports = UserExports(database, convert.exported_user_message, config)
    batches = Batches(database, readers, config.batches)
    # Those that wait for their turn wait in threads that other calls need too: about half are left to these.
    hasher = hasher_of(config, queue=config.threads // 2)
    parts = Parts(database, config, hasher, sealer_of(config), batches, feed, exports)
    calls = way(methods(), database, readers, parts.access_tokens, config)
    server = grpc.server(
        ThreadPoolExecutor(config.threads, thread_name_prefix="call"),
        interceptors=[calls],
        maximum_concurrent_rpcs=config.maximum_concurrent_rpcs
        + config.watchers
        + config.exports
        + config.batches,
        options=(
            ("grpc.so_reuseport", int(reuse_port)),
            ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
            ("grpc.max_connection_age_ms", int(config.max_connection_age * 1000)),
            ("grpc.max_connection_age_grace_ms", int(config.shutdown_grace * 1000)),
        ),
    )
    for service in SERVICES:
        service.register(service.make(parts), server)
    names = [service.descriptor.full_name for service in SERVICES]
    checks = health.HealthServicer(
        experimental_non_blocking=True,
        experimental_thread_pool=ThreadPoolExecutor(1, thread_name_prefix="health"),
    )
    health_pb2_grpc.add_HealthServicer_to_server(checks, server)
    reflection.enable_server_reflection((*names, health.SERVICE_NAME, reflection.SERVICE_NAME), server)
    return Server(
        server,
        HealthMonitor(checks, names, database),
        calls,
        feed,
        exports,
        batches,
        readers,
        database,
        certificates,
    )


def _credentials(certificates: Certificates) -> grpc.ServerCredentials:
    """Every connection is made with the certificates that are there by then."""

    def configuration(identity: Identity) -> grpc.ServerCertificateConfiguration:
        return grpc.ssl_server_certificate_configuration(
            [(identity.key, identity.chain)], root_certificates=identity.client_authorities
        )

    def changed() -> grpc.ServerCertificateConfiguration | None:
        identity = certificates.changed()
        return None if identity is None else configuration(identity)

    present = certificates.present
    return grpc.dynamic_ssl_server_credentials(
        configuration(present),
        changed,  # type: ignore[arg-type]  # None is for no change
        require_client_authentication=present.client_authorities is not None,
    )


class Server:
    """A server that can be started once, and stopped."""

    def __init__(  # noqa: PLR0913, PLR0917 - all that has to be started and stopped
        self,
        server: grpc.Server,
        monitor: HealthMonitor,
        calls: Way,
        feed: Feed[event_pb2.Event],
        exports: UserExports[user_batch_pb2.ExportedUser],
        batches: Batches,
        readers: Readers,
        database: Database,
        certificates: Certificates | None,
    ) -> None:
        self._server = server
        self._monitor = monitor
        self._calls = calls
        self._feed = feed
        self._exports = exports
        self._batches = batches
        self._readers = readers
        self._database = database
        self._certificates = certificates

    def start(self, address: str) -> int:
        """Listens on `host:port` and returns the port (0 picks a free one). Raises RuntimeError if the
        address is not to be had."""
        if self._certificates is None:
            port: int = self._server.add_insecure_port(address)
        else:
            port = self._server.add_secure_port(address, _credentials(self._certificates))
        self._monitor.start()
        self._feed.start()
        self._exports.start()
        self._batches.start()
        self._server.start()
        return port

    def stop(self, grace: float) -> None:
        """Says NOT_SERVING, takes no new calls, gives those in flight `grace` seconds, and is done.
        Those who watch events, which has no end of its own, are sent away at once; so are those who export
        users or send batches, which can be resumed."""
        self._monitor.stop()
        self._feed.stop()
        self._exports.stop()
        self._batches.stop()
        self._server.stop(grace).wait()
        self._calls.close()
        self._feed.join()
        self._exports.join()
        self._batches.join()
        self._readers.close()
        self._database.close()


class HealthMonitor:
    """Keeps the health of every service at what the database allows."""

    def __init__(self, checks: health.HealthServicer, names: list[str], database: Database) -> None:
        self._checks = checks
        self._names = ("", *names)
        self._database = database
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="health-monitor", daemon=True)

    def start(self) -> None:
        """Looks once, then keeps looking."""
        self._look()
        self._thread.start()

    def stop(self) -> None:
        """Says NOT_SERVING from now on."""
        self._stopped.set()
        self._thread.join()
        self._checks.enter_graceful_shutdown()

    def _watch(self) -> None:
        while not self._stopped.wait(HEALTH_INTERVAL):
            self._look()

    def _look(self) -> None:
        serving = self._database.answers(HEALTH_INTERVAL * 2)
        status = health_pb2.HealthCheckResponse.ServingStatus.Value("SERVING" if serving else "NOT_SERVING")
        for name in self._names:
            self._checks.set(name, status)
