"""TenantService: takes the request, calls the domain, converts the answer."""

from __future__ import annotations

from roster.v1 import tenant_service_pb2 as rpc

from server import convert
from server.domain.named import SETTABLE, NamedThings
from server.handlers.paging import page_request
from server.interceptors.call import Call


class TenantService:
    """The tenants of the caller's project."""

    def __init__(self, tenants: NamedThings) -> None:
        self._tenants = tenants

    def CreateTenant(self, request: rpc.CreateTenantRequest, call: Call) -> rpc.CreateTenantResponse:
        asked = request.tenant
        tenant = self._tenants.create(
            call.caller,
            convert.values_of(asked, convert.populated(asked, SETTABLE), "tenant"),
            item_id=asked.tenant_id.lower(),
        )
        return rpc.CreateTenantResponse(tenant=convert.tenant_message(tenant))

    def GetTenant(self, request: rpc.GetTenantRequest, call: Call) -> rpc.GetTenantResponse:
        tenant = self._tenants.get(call.caller, request.tenant_id.lower())
        return rpc.GetTenantResponse(tenant=convert.tenant_message(tenant))

    def ListTenants(self, request: rpc.ListTenantsRequest, call: Call) -> rpc.ListTenantsResponse:
        page = self._tenants.list(call.caller, page_request(request, call))
        return rpc.ListTenantsResponse(
            tenants=[convert.tenant_message(tenant) for tenant in page.items],
            next_page_token=page.next_token,
            total_size=page.total,
        )

    def UpdateTenant(self, request: rpc.UpdateTenantRequest, call: Call) -> rpc.UpdateTenantResponse:
        asked = request.tenant
        paths = convert.masked(asked, request.update_mask, tuple(SETTABLE))
        tenant = self._tenants.update(
            call.caller,
            request.tenant_id.lower(),
            convert.values_of(asked, paths, "tenant"),
            asked.etag,
        )
        return rpc.UpdateTenantResponse(tenant=convert.tenant_message(tenant))

    def DeleteTenant(self, request: rpc.DeleteTenantRequest, call: Call) -> rpc.DeleteTenantResponse:
        self._tenants.delete(call.caller, request.tenant_id.lower(), force=request.force, etag=request.etag)
        return rpc.DeleteTenantResponse()
