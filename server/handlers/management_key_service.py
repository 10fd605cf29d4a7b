"""ManagementKeyService: takes the request, calls the domain, converts the answer."""

from __future__ import annotations

from roster.v1 import management_key_service_pb2 as rpc

from server import convert
from server.domain.management_keys import SETTABLE, ManagementKeys
from server.handlers.paging import page_request
from server.interceptors.call import Call


class ManagementKeyService:
    """The keys of the caller's project."""

    def __init__(self, keys: ManagementKeys) -> None:
        self._keys = keys

    def CreateManagementKey(
        self, request: rpc.CreateManagementKeyRequest, call: Call
    ) -> rpc.CreateManagementKeyResponse:
        asked = request.management_key
        values = convert.values_of(asked, convert.populated(asked, SETTABLE), "management_key")
        key, secret = self._keys.create(call.caller, values)
        return rpc.CreateManagementKeyResponse(
            management_key=convert.management_key_message(key), secret=secret
        )

    def GetManagementKey(
        self, request: rpc.GetManagementKeyRequest, call: Call
    ) -> rpc.GetManagementKeyResponse:
        key = self._keys.get(call.caller, request.key_id.lower())
        return rpc.GetManagementKeyResponse(management_key=convert.management_key_message(key))

    def ListManagementKeys(
        self, request: rpc.ListManagementKeysRequest, call: Call
    ) -> rpc.ListManagementKeysResponse:
        page = self._keys.list(call.caller, page_request(request, call))
        return rpc.ListManagementKeysResponse(
            management_keys=[convert.management_key_message(key) for key in page.items],
            next_page_token=page.next_token,
            total_size=page.total,
        )

    def UpdateManagementKey(
        self, request: rpc.UpdateManagementKeyRequest, call: Call
    ) -> rpc.UpdateManagementKeyResponse:
        asked = request.management_key
        paths = convert.masked(asked, request.update_mask, tuple(SETTABLE))
        key = self._keys.update(
            call.caller,
            request.key_id.lower(),
            convert.values_of(asked, paths, "management_key"),
            asked.etag,
        )
        return rpc.UpdateManagementKeyResponse(management_key=convert.management_key_message(key))

    def RotateManagementKey(
        self, request: rpc.RotateManagementKeyRequest, call: Call
    ) -> rpc.RotateManagementKeyResponse:
        key, secret = self._keys.rotate(call.caller, request.key_id.lower(), request.overlap.ToTimedelta())
        return rpc.RotateManagementKeyResponse(
            management_key=convert.management_key_message(key), secret=secret
        )

    def RevokeManagementKey(
        self, request: rpc.RevokeManagementKeyRequest, call: Call
    ) -> rpc.RevokeManagementKeyResponse:
        key = self._keys.revoke(call.caller, request.key_id.lower())
        return rpc.RevokeManagementKeyResponse(management_key=convert.management_key_message(key))
