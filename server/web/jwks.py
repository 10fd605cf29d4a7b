"""The keys that a project's access tokens are verified with, as a JSON Web Key Set (RFC 7517)."""

from __future__ import annotations

from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from server.domain.projects import Project
from server.domain.signing_keys import SigningKeys
from server.web.visitors import Visitors
from server.web.work import Work

MAX_AGE: Final = 3_600
"""Seconds for which verifiers may keep the keys: far less than a new one is public before it signs."""

_SEVERAL: Final = (
    "Each project has keys of its own, at /projects/{project_id}/.well-known/jwks.json, "
    "or here with ?project_id={project_id}."
)

_HEADERS: Final = {
    "Cache-Control": f"public, max-age={MAX_AGE}",
    # They are public, for pages of any site as well.
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


class Jwks:
    """The sets of all projects, each by itself: whoever trusted all keys would take the tokens of others."""

    def __init__(self, visitors: Visitors, keys: SigningKeys, work: Work) -> None:
        self._visitors = visitors
        self._keys = keys
        self._work = work

    async def of_project(self, request: Request) -> JSONResponse:
        """`/projects/{project_id}/.well-known/jwks.json`"""
        project_id = request.path_params["project_id"]
        return await self._answer(request, project_id)

    async def of_installation(self, request: Request) -> JSONResponse:
        """`/.well-known/jwks.json`: of the project that the query names, or of the only one that there is."""
        return await self._answer(request, request.query_params.get("project_id", ""))

    async def _answer(self, request: Request, project_id: str) -> JSONResponse:
        keys = await self._work.read(lambda: self._keys_of(request, project_id))
        return JSONResponse({"keys": keys}, headers=_HEADERS, media_type="application/jwk-set+json")

    def _keys_of(self, request: Request, project_id: str) -> list[dict[str, str]]:
        project = self._visitors.project(project_id) if project_id else self._only_project()
        return [key.jwk for key in self._keys.public(self._visitors.caller(request, project))]

    def _only_project(self) -> Project:
        project = self._visitors.only_project()
        if project is None:
            raise HTTPException(404, _SEVERAL)
        return project
