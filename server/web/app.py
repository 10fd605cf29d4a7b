"""All that the web process answers, and the way of a request."""

from __future__ import annotations

from typing import Final

from starlette.exceptions import HTTPException
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.routing import Route, Router
from starlette.types import ASGIApp

from server.config import Config
from server.domain.parts import SharedParts
from server.domain.passwords.hasher import hasher_of
from server.domain.proxies import Proxies
from server.domain.sealing import sealer_of
from server.store.database import Database
from server.web.answering import Answering
from server.web.form_guard import FormGuard
from server.web.health import Health
from server.web.jwks import Jwks
from server.web.links import KINDS, LinkPage, Tools
from server.web.refusals import refuse
from server.web.visitors import Visitors
from server.web.work import THREADS, Work

_HASHINGS_THAT_WAIT: Final = THREADS // 2
"""The other threads are left to requests that hash nothing."""


def create_app(config: Config, database: Database, work: Work) -> ASGIApp:
    """What answers requests on this database."""
    parts = SharedParts(database, config, hasher_of(config, queue=_HASHINGS_THAT_WAIT), sealer_of(config))
    visitors = Visitors(database, Proxies(config.trusted_proxies))
    health = Health(database, work)
    jwks = Jwks(visitors, parts.signing_keys, work)
    tools = _tools(parts, visitors, work)
    routes = [
        Route("/healthz", health.alive),
        Route("/readyz", health.ready),
        Route("/.well-known/jwks.json", jwks.of_installation),
        Route("/projects/{project_id}/.well-known/jwks.json", jwks.of_project),
        *(Route(f"/{kind.path}", LinkPage(kind, tools).answer, methods=["GET", "POST"]) for kind in KINDS),
    ]
    # A redirect to the path without its last slash would lead wherever the Host header says.
    router = Router(routes, redirect_slashes=False)
    refusing = ExceptionMiddleware(router, handlers={HTTPException: refuse, Exception: refuse})
    return Answering(refusing, https=(config.public_url or "").startswith("https:"))


def _tools(parts: SharedParts, visitors: Visitors, work: Work) -> Tools:
    secret_key = parts.config.secret_key
    assert secret_key is not None, "the sealer has it"
    guard = FormGuard(secret_key, parts.config.public_url or "")
    return Tools(visitors, parts.one_time_tokens, parts.users, parts.email_links, guard, work)
