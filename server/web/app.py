"""All that the web process answers, and the way of a request."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.routing import Route, Router
from starlette.types import ASGIApp

from server.config import Config
from server.store.database import Database
from server.web.answering import Answering
from server.web.health import Health
from server.web.refusals import refuse
from server.web.work import Work


def create_app(config: Config, database: Database, work: Work) -> ASGIApp:
    """What answers requests on this database."""
    health = Health(database, work)
    routes = [
        Route("/healthz", health.alive),
        Route("/readyz", health.ready),
    ]
    # A redirect to the path without its last slash would lead wherever the Host header says.
    router = Router(routes, redirect_slashes=False)
    refusing = ExceptionMiddleware(router, handlers={HTTPException: refuse, Exception: refuse})
    return Answering(refusing, https=(config.public_url or "").startswith("https:"))
