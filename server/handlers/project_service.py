"""ProjectService: takes the request, calls the domain, converts the answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from roster.v1 import project_pb2 as pb
from roster.v1 import project_service_pb2 as rpc

from server import convert
from server.domain.projects import Projects
from server.handlers.paging import page_request
from server.interceptors.call import Call

_PLAIN: Final = ("display_name",)
_FIELDS: Final = (*_PLAIN, "settings")
_GROUPS: Final = tuple(f"settings.{field.name}" for field in pb.ProjectSettings.DESCRIPTOR.fields)


class ProjectService:
    """The projects that the caller's key may act in."""

    def __init__(self, projects: Projects) -> None:
        self._projects = projects

    def CreateProject(self, request: rpc.CreateProjectRequest, call: Call) -> rpc.CreateProjectResponse:
        asked = request.project
        project = self._projects.create(
            call.caller,
            _values(asked, convert.populated(asked, _FIELDS)),
            project_id=asked.project_id.lower(),
        )
        return rpc.CreateProjectResponse(project=convert.project_message(project))

    def GetProject(self, request: rpc.GetProjectRequest, call: Call) -> rpc.GetProjectResponse:
        project = self._projects.get(call.caller, request.project_id.lower())
        return rpc.GetProjectResponse(project=convert.project_message(project))

    def ListProjects(self, request: rpc.ListProjectsRequest, call: Call) -> rpc.ListProjectsResponse:
        page = self._projects.list(call.caller, page_request(request, call))
        return rpc.ListProjectsResponse(
            projects=[convert.project_message(project) for project in page.items],
            next_page_token=page.next_token,
            total_size=page.total,
        )

    def UpdateProject(self, request: rpc.UpdateProjectRequest, call: Call) -> rpc.UpdateProjectResponse:
        asked = request.project
        paths = convert.masked(asked, request.update_mask, (*_FIELDS, *_GROUPS))
        if not request.update_mask.paths and "settings" in paths:
            # Populated are only the groups that are set.
            paths.remove("settings")
            paths += [f"settings.{group}" for group in convert.settings_values(asked.settings)]
        project = self._projects.update(
            call.caller,
            asked.project_id.lower(),
            _values(asked, paths),
            asked.etag,
        )
        return rpc.UpdateProjectResponse(project=convert.project_message(project))

    def DeleteProject(self, request: rpc.DeleteProjectRequest, call: Call) -> rpc.DeleteProjectResponse:
        self._projects.delete(call.caller, request.project_id.lower(), force=request.force, etag=request.etag)
        return rpc.DeleteProjectResponse()


def _values(asked: pb.Project, paths: Sequence[str]) -> dict[str, Any]:
    """The values of these fields. Of the settings those groups that the paths name, or that are set."""
    values = convert.values_of(asked, [path for path in paths if path in _PLAIN], "project")
    groups = [path.partition(".")[2] for path in paths if path in _GROUPS]
    present = convert.settings_values(asked.settings)
    if "settings" in paths:
        values["stored_settings"] = present
    elif groups:
        values["settings_groups"] = {group: present.get(group, {}) for group in groups}
    return values
