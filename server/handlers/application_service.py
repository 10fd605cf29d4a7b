"""ApplicationService: takes the request, calls the domain, converts the answer."""

from __future__ import annotations

from roster.v1 import application_service_pb2 as rpc

from server import convert
from server.domain.named import SETTABLE, NamedThings
from server.handlers.paging import page_request
from server.interceptors.call import Call


class ApplicationService:
    """The applications of the caller's project."""

    def __init__(self, applications: NamedThings) -> None:
        self._applications = applications

    def CreateApplication(
        self, request: rpc.CreateApplicationRequest, call: Call
    ) -> rpc.CreateApplicationResponse:
        asked = request.application
        application = self._applications.create(
            call.caller,
            convert.values_of(asked, convert.populated(asked, SETTABLE), "application"),
            item_id=asked.application_id.lower(),
        )
        return rpc.CreateApplicationResponse(application=convert.application_message(application))

    def GetApplication(self, request: rpc.GetApplicationRequest, call: Call) -> rpc.GetApplicationResponse:
        application = self._applications.get(call.caller, request.application_id.lower())
        return rpc.GetApplicationResponse(application=convert.application_message(application))

    def ListApplications(
        self, request: rpc.ListApplicationsRequest, call: Call
    ) -> rpc.ListApplicationsResponse:
        page = self._applications.list(call.caller, page_request(request, call))
        return rpc.ListApplicationsResponse(
            applications=[convert.application_message(application) for application in page.items],
            next_page_token=page.next_token,
            total_size=page.total,
        )

    def UpdateApplication(
        self, request: rpc.UpdateApplicationRequest, call: Call
    ) -> rpc.UpdateApplicationResponse:
        asked = request.application
        paths = convert.masked(asked, request.update_mask, tuple(SETTABLE))
        application = self._applications.update(
            call.caller,
            request.application_id.lower(),
            convert.values_of(asked, paths, "application"),
            asked.etag,
        )
        return rpc.UpdateApplicationResponse(application=convert.application_message(application))

    def DeleteApplication(
        self, request: rpc.DeleteApplicationRequest, call: Call
    ) -> rpc.DeleteApplicationResponse:
        self._applications.delete(
            call.caller, request.application_id.lower(), force=request.force, etag=request.etag
        )
        return rpc.DeleteApplicationResponse()
