"""Lets in who presents a management key with the scope that the contract asks for."""

from __future__ import annotations

import time
from urllib.parse import unquote

from server.domain.caller import Caller, Origin
from server.domain.keyring import Admission, Keyring
from server.errors import Error, Reason
from server.interceptors.call import Call, Method
from server.interceptors.wrapping import Interceptor
from server.store.errors import Unavailable


class ManagementKeyCheck(Interceptor):
    """Puts the caller into the call."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def enter(self, call: Call, method: Method) -> None:
        try:
            admission = self._admission(call)
        except Unavailable:
            # A held connection is found dead when it is next used, and the next one may live.
            if time.monotonic() > call.deadline:
                raise
            admission = self._admission(call)
        call.key_id = admission.grant.key_id or ""
        if not admission.grant.holds(method.scope):
            raise Error(Reason.SCOPE_MISSING, scope=method.scope)
        call.caller_or_none = Caller(
            admission.project_id,
            call.call_id,
            admission.grant,
            admission.page_token_key,
            admission.settings,
            lambda: _origin(call),
        )

    def _admission(self, call: Call) -> Admission:
        authorization = call.metadata.get("authorization")
        return self._keyring.admit(
            authorization if isinstance(authorization, str) else None,
            lambda: peer_address(call.context.peer()),
        )


def _origin(call: Call) -> Origin:
    return Origin(peer_address(call.context.peer()), str(call.metadata.get("user-agent", ""))[:500])


def peer_address(peer: str) -> str:
    """The IP address in grpc's name of a peer: `ipv4:127.0.0.1:51234`, `ipv6:%5B::1%5D:51234`."""
    family, _, rest = unquote(peer).partition(":")
    if family not in ("ipv4", "ipv6"):
        return peer
    return rest.rpartition(":")[0].strip("[]").partition("%")[0]
