"""All that the web process answers, and the way of a request."""

from __future__ import annotations

from typing import Final

from starlette.exceptions import HTTPException
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.routing import Route, Router
from starlette.types import ASGIApp

from server.config import Config
from server.domain.email_links import EmailLinks
from server.domain.one_time_tokens import OneTimeTokens
from server.domain.passwords.hasher import hasher_of
from server.domain.sealing import sealer_of
from server.domain.signing_keys import SigningKeys
from server.domain.user_passwords import UserPasswords
from server.domain.users import Users
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
    public_url = config.public_url or ""
    sealer = sealer_of(config)
    visitors = Visitors(database)
    health = Health(database, work)
    jwks = Jwks(visitors, SigningKeys(database, sealer), work)
    tools = _link_tools(config, database, visitors, work)
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
    return Answering(refusing, https=public_url.startswith("https:"))


def _link_tools(config: Config, database: Database, visitors: Visitors, work: Work) -> Tools:
    passwords = UserPasswords(database, hasher_of(config, queue=_HASHINGS_THAT_WAIT))
    users = Users(database, passwords)
    tokens = OneTimeTokens(database, sealer_of(config))
    assert config.secret_key is not None, "the sealer has one"
    return Tools(
        visitors,
        tokens,
        users,
        EmailLinks.made_of(database, config, tokens, users, passwords),
        FormGuard(config.secret_key.get_secret_value(), config.public_url or ""),
        work,
    )
