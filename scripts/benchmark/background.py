"""How soon the work in the background is done: ends of applied actions, and webhooks."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from statistics import median
from typing import Any, Final

import psycopg
from roster.v1 import project_pb2, webhook_pb2
from roster.v1 import project_service_pb2 as project_rpc
from roster.v1 import webhook_service_pb2 as webhook_rpc
from roster.v1.project_service_pb2_grpc import ProjectServiceStub
from roster.v1.webhook_service_pb2_grpc import WebhookServiceStub

from scripts.benchmark.messages import create_user, stub
from scripts.benchmark.options import Options
from scripts.benchmark.processes import Contestant
from scripts.benchmark.report import Figure, heading, print_table
from scripts.benchmark.seeding import seed
from scripts.benchmark.stage import stage
from server.domain.identity import new_id
from server.worker import work

_ENDS: Final = 10_000
_CALLS: Final = 50
_LONGEST: Final = 300.0
_BETWEEN: Final = 0.1
"""Seconds between two calls: the system is idle when one comes."""

_ACTION: Final = """
INSERT INTO user_actions (project_id, user_action_id, name, name_key, localized_names, temporal,
    prevent_login, send_end_event, options, include_email_in_event, user_emailing_enabled,
    user_notifications_enabled)
VALUES (%(project_id)s, %(user_action_id)s, 'Suspend', 'suspend', '{}', true, true, true, '[]',
    false, false, false)
"""
_DUE: Final = """
INSERT INTO applied_actions (project_id, applied_action_id, user_id, user_action_id, name, localized_name,
    option, localized_option, reason, localized_reason, reason_code, application_ids, comment, state,
    prevent_login, send_end_event, expire_time, email_user_on_end, notify_user_on_end, broadcast, history)
SELECT project_id, gen_random_uuid(), user_id, %(user_action_id)s, 'Suspend', '', '', '', '', '', '', '{}',
    '', 'ACTIVE', true, true, now(), false, false, true, '[]'
FROM users WHERE project_id = %(project_id)s LIMIT %(count)s
"""
_LEFT: Final = "SELECT count(*) FROM applied_actions WHERE state = 'ACTIVE'"


def run(_: Options) -> list[Figure]:
    """Print the times and return the figures."""
    heading("Background: one process of the service, one that works on jobs")
    with stage() as where:
        installation = where.install("background")
        with installation.connect() as connection:
            project_id = installation.credentials.project_id
            seed(connection, project_id, _ENDS)
            connection.execute(_ACTION, values := {"project_id": project_id, "user_action_id": new_id()})
            connection.execute(_DUE, {**values, "count": _ENDS})
            begun = time.monotonic()
            where.start_jobs(installation)
            _until_ended(connection)
            ends = time.monotonic() - begun
        service = where.start("service", work, installation)
        with _receiver() as (port, arrivals):
            latencies = _latencies(service, port, arrivals)
    print_table(
        ("work", "result"),
        [
            (f"{_ENDS:,} ends, seconds, the start of the process included", ends),
            (f"{_CALLS} webhooks, median ms", median(latencies)),
            (f"{_CALLS} webhooks, slowest ms", max(latencies)),
        ],
    )
    return [Figure("ends", ends), Figure("webhook", median(latencies), f"{_CALLS} calls, idle system")]


def _until_ended(connection: psycopg.Connection[Any]) -> None:
    deadline = time.monotonic() + _LONGEST
    while connection.execute(_LEFT).fetchone() != (0,):
        if time.monotonic() > deadline:
            raise RuntimeError(f"not all actions have ended after {_LONGEST:.0f} s")
        time.sleep(0.05)


def _latencies(service: Contestant, port: int, arrivals: queue.Queue[float]) -> list[float]:
    """Milliseconds from the answer of a call to the arrival of its event at the receiver."""
    policy = project_pb2.WebhookPolicy(allow_private_addresses=True)
    settings = project_pb2.ProjectSettings(webhook_policy=policy)
    with stub(service, ProjectServiceStub) as projects:
        projects.UpdateProject(
            project_rpc.UpdateProjectRequest(project=project_pb2.Project(settings=settings))
        )
    latencies = []
    with stub(service, WebhookServiceStub) as webhooks, stub(service) as users:
        webhook = webhook_pb2.Webhook(url=f"http://127.0.0.1:{port}/", event_types=["user.created"])
        _until_allowed(webhooks, webhook_rpc.CreateWebhookRequest(webhook=webhook))
        for number in range(1, _CALLS + 1):
            time.sleep(_BETWEEN)
            users.CreateUser(create_user(number))
            answered = time.monotonic()
            latencies.append((arrivals.get(timeout=_LONGEST) - answered) * 1_000)
    return latencies


def _until_allowed(webhooks: Any, request: webhook_rpc.CreateWebhookRequest) -> None:
    """Changed settings are known after some seconds."""
    deadline = time.monotonic() + _LONGEST
    while True:
        try:
            webhooks.CreateWebhook(request)
            return
        except Exception:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


@contextmanager
def _receiver() -> Iterator[tuple[int, queue.Queue[float]]]:
    """A receiver of webhooks on a port, and the times at which requests arrive."""
    arrivals: queue.Queue[float] = queue.Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            arrivals.put(time.monotonic())
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Output is for figures."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port, arrivals
        server.shutdown()
