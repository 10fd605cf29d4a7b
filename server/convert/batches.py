"""Batches: their options, their items and what became of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from google.rpc.status_pb2 import Status
from roster.v1 import batch_pb2, user_action_batch_pb2, user_batch_pb2

from server.domain.batches import Options, Outcome
from server.domain.welcomes import Welcome
from server.errors import Error

_POLICIES: Final[dict[int, str]] = {
    batch_pb2.CONFLICT_POLICY_UNSPECIFIED: "FAIL",
    batch_pb2.CONFLICT_POLICY_FAIL: "FAIL",
    batch_pb2.CONFLICT_POLICY_SKIP: "SKIP",
    batch_pb2.CONFLICT_POLICY_UPDATE: "UPDATE",
}
_ACTIONS: Final[dict[str, Any]] = {
    name.removeprefix("BATCH_ACTION_"): value for name, value in batch_pb2.BatchAction.items()
}


def batch_options(message: batch_pb2.BatchOptions) -> Options:
    """How the items of a stream are treated."""
    return Options(
        _POLICIES[message.on_conflict],
        message.dry_run,
        message.all_or_nothing,
        Welcome(message.invite, message.send_verification_email),
    )


MakeResult = Callable[[int, Outcome, Callable[[Error], Status]], Any]
"""Makes the result of the item at a position of its message; the function makes a status of an error."""


def _results(message: Callable[..., Any], id_field: str) -> MakeResult:
    def result(index: int, outcome: Outcome, status: Callable[[Error], Status]) -> Any:
        if outcome.error:
            return message(index=index, status=status(outcome.error))
        return message(index=index, action=_ACTIONS[outcome.action], **{id_field: outcome.id})

    return result


user_result: Final = _results(user_batch_pb2.BatchUserResult, "user_id")
user_action_result: Final = _results(user_action_batch_pb2.BatchUserActionResult, "user_action_id")
applied_action_result: Final = _results(user_action_batch_pb2.BatchAppliedActionResult, "applied_action_id")
