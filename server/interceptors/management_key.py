"""Lets in who presents a management key with the scope that the contract asks for; to public methods, whoever
names a project."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial
from typing import Any

from server.domain.caller import Caller
from server.domain.keyring import Admission, Keyring
from server.errors import Error, Reason
from server.interceptors.call import Call, Method
from server.interceptors.current_sessions import CurrentSessions
from server.interceptors.origin import Origins
from server.interceptors.wrapping import Interceptor, Proceed
from server.store.errors import Unavailable
from server.store.readers import Readers


class ManagementKeyCheck(Interceptor):
    """Puts the caller into the call."""

    def __init__(
        self, keyring: Keyring, readers: Readers, origins: Origins, sessions: CurrentSessions
    ) -> None:
        self._keyring = keyring
        self._readers = readers
        self._origins = origins
        self._sessions = sessions

    def stream(self, proceed: Proceed, request: Any, call: Call, method: Method) -> Iterator[Any]:
        """The threads of streams are many, and held for long: a look at the key gives them no connection."""
        call.readmit = lambda since: self._readmission(call, method, since).until
        self._readers.run(lambda: self.enter(call, method))
        yield from proceed(request, call)

    def enter(self, call: Call, method: Method) -> None:
        try:
            admission = self._admission(call, method)
        except Unavailable:
            # A held connection is found dead when it is next used, and the next one may live.
            if time.monotonic() > call.deadline:
                raise
            admission = self._admission(call, method)
        call.key_id = admission.grant.key_id or ""
        self._let_in(call, method, admission)

    def _readmission(self, call: Call, method: Method, since: float) -> Admission:
        admission = self._admission(call, method, since)
        self._let_in(call, method, admission)
        return admission

    def _let_in(self, call: Call, method: Method, admission: Admission) -> None:
        if not method.public and not admission.grant.holds(method.scope):
            raise Error(Reason.SCOPE_MISSING, scope=method.scope)
        call.caller_or_none = Caller(
            admission.project_id,
            call.call_id,
            admission.grant,
            admission.page_token_key,
            admission.settings,
            # Not the call itself: who is held by what he holds stays until the collector comes.
            partial(self._origins.of, call.context),
            self._sessions.of_message if call.readmit else self._sessions.of_call,
        )

    def _admission(self, call: Call, method: Method, since: float | None = None) -> Admission:
        authorization = call.metadata.get("authorization")
        return self._keyring.admit(
            authorization if isinstance(authorization, str) else None,
            lambda: self._origins.address(call.context),
            public=method.public,
            since=since,
        )
