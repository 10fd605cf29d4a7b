"""Whom requests come from: anybody, in the project that they name."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from starlette.requests import Request

from server.domain.caller import ANYBODY, Caller, Origin, system
from server.domain.paging import PageRequest, PageToken
from server.domain.projects import Project, Projects
from server.domain.proxies import FORWARDED, Proxies
from server.errors import Error, Reason
from server.store.database import Database

_USER_AGENT_CHARACTERS: Final = 500


class Visitors:
    """Finds the projects that are visited, and who visits them."""

    def __init__(self, database: Database, proxies: Proxies) -> None:
        self._projects = Projects(database)
        self._proxies = proxies

    def project(self, project_id: str) -> Project:
        """The project of this id. Raises PROJECT_NOT_FOUND."""
        try:
            project_id = str(UUID(project_id))
        except ValueError:
            raise Error(Reason.PROJECT_NOT_FOUND, project_id=project_id) from None
        return self._projects.get(system(project_id), "")

    def only_project(self) -> Project | None:
        """The project of an installation that has one."""
        found = self._projects.list(system(""), PageRequest(PageToken(b"", b""), size=2)).items
        return found[0] if len(found) == 1 else None

    def caller(self, request: Request, project: Project) -> Caller:
        """The one who makes the request, who may do what needs no key."""
        connected = request.client.host if request.client else ""
        address = self._proxies.way_back(connected, ",".join(request.headers.getlist(FORWARDED)))
        origin = Origin(address, request.headers.get("user-agent", "")[:_USER_AGENT_CHARACTERS])
        call_id = request.state.request_id
        return Caller(project.project_id, call_id, ANYBODY, b"", project.settings, lambda: origin)
