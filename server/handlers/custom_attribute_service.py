"""CustomAttributeService: takes the request, calls the domain, converts the answer."""

from __future__ import annotations

from roster.v1 import custom_attribute_service_pb2 as rpc

from server import convert
from server.domain.custom_attributes import SETTABLE, CustomAttributes
from server.handlers.paging import page_request
from server.interceptors.call import Call


class CustomAttributeService:
    """The custom attributes of the caller's project."""

    def __init__(self, attributes: CustomAttributes) -> None:
        self._attributes = attributes

    def CreateCustomAttribute(
        self, request: rpc.CreateCustomAttributeRequest, call: Call
    ) -> rpc.CreateCustomAttributeResponse:
        asked = request.custom_attribute
        attribute = self._attributes.create(
            call.caller,
            convert.values_of(asked, convert.populated(asked, SETTABLE), "custom_attribute"),
            kind=convert.attribute_type(asked.type),
            attribute_id=asked.custom_attribute_id.lower(),
        )
        return rpc.CreateCustomAttributeResponse(custom_attribute=convert.custom_attribute_message(attribute))

    def GetCustomAttribute(
        self, request: rpc.GetCustomAttributeRequest, call: Call
    ) -> rpc.GetCustomAttributeResponse:
        attribute = self._attributes.get(call.caller, request.custom_attribute_id.lower())
        return rpc.GetCustomAttributeResponse(custom_attribute=convert.custom_attribute_message(attribute))

    def ListCustomAttributes(
        self, request: rpc.ListCustomAttributesRequest, call: Call
    ) -> rpc.ListCustomAttributesResponse:
        page = self._attributes.list(call.caller, page_request(request, call))
        return rpc.ListCustomAttributesResponse(
            custom_attributes=[convert.custom_attribute_message(item) for item in page.items],
            next_page_token=page.next_token,
            total_size=page.total,
        )

    def UpdateCustomAttribute(
        self, request: rpc.UpdateCustomAttributeRequest, call: Call
    ) -> rpc.UpdateCustomAttributeResponse:
        asked = request.custom_attribute
        paths = convert.masked(asked, request.update_mask, tuple(SETTABLE))
        attribute = self._attributes.update(
            call.caller,
            request.custom_attribute_id.lower(),
            convert.values_of(asked, paths, "custom_attribute"),
            asked.etag,
        )
        return rpc.UpdateCustomAttributeResponse(custom_attribute=convert.custom_attribute_message(attribute))

    def DeleteCustomAttribute(
        self, request: rpc.DeleteCustomAttributeRequest, call: Call
    ) -> rpc.DeleteCustomAttributeResponse:
        self._attributes.delete(call.caller, request.custom_attribute_id.lower(), request.etag)
        return rpc.DeleteCustomAttributeResponse()
