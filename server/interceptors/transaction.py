"""One mutating call, one transaction; a repeat of it, the first answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from google.protobuf.message import Message

from server.errors import Error, Reason
from server.interceptors.call import Call, Effect, Method
from server.interceptors.fingerprint import fingerprint_of, without_secrets
from server.interceptors.wrapping import Interceptor, Proceed
from server.store import request_records
from server.store.attempts import attempted
from server.store.database import Database, Row

Work = Callable[[], Any]
"""What a request asks for; returns the response."""


class Transaction(Interceptor):
    """Runs writes in a transaction, and runs again what collided or met a connection that was gone."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def unary(self, proceed: Proceed, request: Any, call: Call, method: Method) -> Any:
        return self._attempts(lambda: proceed(request, call), request, call, method)

    def stream(self, proceed: Proceed, request: Any, call: Call, method: Method) -> Iterator[Any]:
        """Streams make their own transactions, one a message: none may be open across a `yield`."""

        def transact(message: Any, work: Work) -> Any:
            with call.timed():
                return self._attempts(work, message, call, method)

        call.transact = transact
        # What follows is timed message by message.
        self._database.limit(None)
        yield from proceed(request, call)

    def _attempts(self, work: Work, request: Any, call: Call, method: Method) -> Any:
        return attempted(lambda: self._attempt(work, request, call, method), call.deadline)

    def _attempt(self, work: Work, request: Any, call: Call, method: Method) -> Any:
        if method.effect is Effect.READ:
            return work()
        if getattr(request, "request_id", ""):  # public methods have none
            return self._once(work, request, call, method)
        with self._database.transaction():
            return work()

    def _once(self, work: Work, request: Any, call: Call, method: Method) -> Any:
        """Raises REQUEST_ID_REUSED."""
        project_id = call.caller.project_id
        request_id = request.request_id = request.request_id.lower()
        fingerprint = fingerprint_of(method.name, request)

        answered = partial(_answer, fingerprint, request_id, method)

        def claim() -> None:
            first = request_records.take(self._database, project_id, request_id, fingerprint)
            if (response := answered(first)) is not None:
                raise _Answered(response)

        # A repeat is mostly seen here. One that comes while the first is at work waits in `claim`, which
        # runs with the call's first statement: what is slow before that holds no transaction. What is slow
        # about the messages of a stream has been done.
        if call.transact is None:
            first_answer = answered(request_records.find(self._database, project_id, request_id))
            if first_answer is not None:
                return first_answer
        try:
            with self._database.transaction(claim):
                response = work()
                kept = without_secrets(response)[0].SerializeToString()
                subject_id = _subject(response)
                request_records.answer(self._database, project_id, request_id, kept, subject_id)
                return response
        except _Answered as repeat:
            return repeat.response
        except Error:
            # What the first has done may be why the repeat is refused: its password is the present one now.
            first_answer = answered(request_records.find(self._database, project_id, request_id))
            if first_answer is None:
                raise
            return first_answer


def _answer(fingerprint: bytes, request_id: str, method: Method, first: Row | None) -> Any:
    """The answer to the first use of a request id; None if there is none. Raises REQUEST_ID_REUSED."""
    if first is None:
        return None
    if first[0] != fingerprint:
        raise Error(Reason.REQUEST_ID_REUSED, request_id=request_id)
    return method.response.FromString(first[1])


class _Answered(Exception):
    """The request was answered before, with `response`."""

    def __init__(self, response: Message) -> None:
        super().__init__()
        self.response = response


def _subject(response: Message) -> str | None:
    """The id of the user whose data a response holds."""
    about = getattr(response, "user", None) or getattr(response, "applied_action", None)
    return None if about is None else str(about.user_id)
