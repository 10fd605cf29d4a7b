"""Batches: their options, their items and what became of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from google.rpc.status_pb2 import Status
from roster.v1 import batch_pb2, user_batch_pb2

from server.domain.batches import Options, Outcome
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
    return Options(_POLICIES[message.on_conflict], message.dry_run, message.all_or_nothing)


def user_results(
    outcomes: Sequence[Outcome], status: Callable[[Error], Status]
) -> list[user_batch_pb2.BatchUserResult]:
    """What became of users, in the order of their items."""
    return [
        user_batch_pb2.BatchUserResult(index=index, status=status(outcome.error))
        if outcome.error
        else user_batch_pb2.BatchUserResult(index=index, user_id=outcome.id, action=_ACTIONS[outcome.action])
        for index, outcome in enumerate(outcomes)
    ]
