"""Lets in who presents a management key with the scope that the contract asks for."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any
from urllib.parse import unquote

import grpc

from server.domain.caller import Caller, Origin
from server.domain.keyring import Admission, Keyring
from server.errors import Error, Reason
from server.interceptors.call import Call, Method
from server.interceptors.wrapping import Interceptor, Proceed
from server.store.errors import Unavailable
from server.store.readers import Readers


class ManagementKeyCheck(Interceptor):
    """Puts the caller into the call."""

    def __init__(self, keyring: Keyring, readers: Readers) -> None:
        self._keyring = keyring
        self._readers = readers

    def stream(self, proceed: Proceed, request: Any, call: Call, method: Method) -> Iterator[Any]:
        """The threads of streams are many, and held for long: a look at the key gives them no connection."""
        self._readers.run(lambda: self.enter(call, method))
        call.readmit = lambda: self._readmission(call, method).until
        yield from proceed(request, call)

    def enter(self, call: Call, method: Method) -> None:
        try:
            admission = self._admission(call)
        except Unavailable:
            # A held connection is found dead when it is next used, and the next one may live.
            if time.monotonic() > call.deadline:
                raise
            admission = self._admission(call)
        call.key_id = admission.grant.key_id or ""
        self._let_in(call, method, admission)

    def _readmission(self, call: Call, method: Method) -> Admission:
        admission = self._admission(call)
        self._let_in(call, method, admission)
        return admission

    def _let_in(self, call: Call, method: Method, admission: Admission) -> None:
        if not admission.grant.holds(method.scope):
            raise Error(Reason.SCOPE_MISSING, scope=method.scope)
        call.caller_or_none = Caller(
            admission.project_id,
            call.call_id,
            admission.grant,
            admission.page_token_key,
            admission.settings,
            # Not the call itself: who is held by what he holds stays until the collector comes.
            partial(_origin, call.context, call.metadata),
        )

    def _admission(self, call: Call) -> Admission:
        authorization = call.metadata.get("authorization")
        return self._keyring.admit(
            authorization if isinstance(authorization, str) else None,
            lambda: peer_address(call.context.peer()),
        )


def _origin(context: grpc.ServicerContext, metadata: Mapping[str, str | bytes]) -> Origin:
    return Origin(peer_address(context.peer()), str(metadata.get("user-agent", ""))[:500])


def peer_address(peer: str) -> str:
    """The IP address in grpc's name of a peer: `ipv4:127.0.0.1:51234`, `ipv6:%5B::1%5D:51234`."""
    family, _, rest = unquote(peer).partition(":")
    if family not in ("ipv4", "ipv6"):
        return peer
    return rest.rpartition(":")[0].strip("[]").partition("%")[0]
