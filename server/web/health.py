"""Whether the process lives, and whether it can be of use."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse

from server.store.database import Database
from server.web.work import Work

_SECONDS: Final = 2.0


class Health:
    """What load balancers and watchdogs ask for."""

    def __init__(self, database: Database, work: Work) -> None:
        self._database = database
        self._work = work

    async def alive(self, request: Request) -> JSONResponse:
        """`/healthz`: the process answers, whatever becomes of the database."""
        return JSONResponse({"status": "SERVING"})

    async def ready(self, request: Request) -> JSONResponse:
        """`/readyz`: the database answers as well."""
        if await self._work.read(lambda: self._database.answers(_SECONDS)):
            return JSONResponse({"status": "SERVING"})
        return JSONResponse({"status": "NOT_SERVING"}, status_code=503)
