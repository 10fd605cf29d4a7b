"""A receiver of webhooks on loopback: notes what it is sent, and answers as it is told."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook as Verifier

PATIENCE = 30.0


@dataclass(frozen=True)
class Received:
    """One request."""

    path: str
    headers: Mapping[str, str]
    """By lower-case names."""
    body: bytes
    time: float
    """Of `time.monotonic()`."""

    @property
    def event(self) -> dict[str, Any]:
        """What the body says of the event."""
        told: dict[str, Any] = json.loads(self.body)["event"]
        return told

    @property
    def event_id(self) -> str:
        return self.headers["webhook-id"]

    def verify(self, secret: str) -> Any:
        """The body, if a signature is of this secret. Raises WebhookVerificationError."""
        return Verifier(secret).verify(self.body, dict(self.headers))


@dataclass(frozen=True)
class Reply:
    """How to answer."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    hold: threading.Event | None = None
    """Waited for before the answer."""


OK = Reply()
Answering = Callable[[Received], Reply]


class Receiver:
    """A server; `port` 0 picks a free one. With `tls` it speaks https."""

    def __init__(
        self, answer: Answering = lambda _: OK, *, port: int = 0, tls: ssl.SSLContext | None = None
    ) -> None:
        self.answer = answer
        self.received: list[Received] = []
        self.connections = 0
        """How many were attempted, also those that nothing came of."""
        self._arrived = threading.Condition()
        self._server = _Server(("127.0.0.1", port), self)
        self.port = self._server.server_port
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._scheme = "http" if tls is None else "https"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def url(self, host: str = "127.0.0.1", path: str = "/hook") -> str:
        return f"{self._scheme}://{host}:{self.port}{path}"

    def note(self, request: Received) -> None:
        with self._arrived:
            self.received.append(request)
            self._arrived.notify_all()

    def wait_for(self, count: int) -> list[Received]:
        """The requests so far, once there are so many."""
        return self.wait_until(lambda received: len(received) >= count)

    def wait_until(self, enough: Callable[[Sequence[Received]], bool]) -> list[Received]:
        """The requests so far, once they are enough."""
        with self._arrived:
            assert self._arrived.wait_for(lambda: enough(self.received), PATIENCE), self.events()
            return list(self.received)

    def events(self) -> list[str]:
        """The types of the events received, in the order of their arrival."""
        return [request.event["type"] for request in self.received]

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], receiver: Receiver) -> None:
        self.receiver = receiver
        super().__init__(address, _Handler)

    def get_request(self) -> tuple[Any, Any]:
        self.receiver.connections += 1
        return super().get_request()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that breaks off, or does not like the certificate, is what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers["content-length"])))

    def do_GET(self) -> None:
        self._answer(b"{}")

    def _answer(self, body: bytes) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Received(self.path, headers, body, time.monotonic())
        self.server.receiver.note(request)
        reply = self.server.receiver.answer(request)
        if reply.hold is not None:
            reply.hold.wait(PATIENCE)
        self.send_response(reply.status)
        for name, value in {**reply.headers, "content-length": str(len(reply.body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)

    def log_message(self, *_: Any) -> None:
        """Nothing is printed."""
