"""Webhooks and their deliveries."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from google.protobuf.duration_pb2 import Duration
from roster.v1 import user_action_pb2 as action_pb
from roster.v1 import webhook_pb2 as pb
from roster.v1 import webhook_service_pb2 as rpc

from server.convert.values import timestamp, values_of
from server.domain.webhook_deliveries import DeliveryFilter, WebhookDelivery
from server.domain.webhooks import Webhook

_PHASES: Final[dict[str, Any]] = {
    name.removeprefix("ACTION_PHASE_").lower(): value for name, value in action_pb.ActionPhase.items()
}
_PHASE_NAMES: Final = {value: name for name, value in _PHASES.items()}
_CAUSES: Final[dict[str, Any]] = {
    "": pb.DISABLE_CAUSE_UNSPECIFIED,
    "FAILING": pb.DISABLE_CAUSE_FAILING,
    "GONE": pb.DISABLE_CAUSE_GONE,
}
_STATES: Final[dict[str, Any]] = {
    name.removeprefix("DELIVERY_STATE_"): value for name, value in pb.DeliveryState.items()
}
_STATE_NAMES: Final = {value: name for name, value in _STATES.items()}


def webhook_message(value: Webhook) -> pb.Webhook:
    """A webhook, as it is answered."""
    previous = value.previous_secret_expire_time
    signs = previous is not None and previous > datetime.now(UTC)
    return pb.Webhook(
        webhook_id=value.webhook_id,
        url=value.url,
        description=value.description,
        event_types=value.event_types,
        user_action_ids=value.user_action_ids,
        reason_codes=value.reason_codes,
        phases=[_PHASES[phase] for phase in value.phases],
        disabled=value.disabled,
        disable_cause=_CAUSES[value.disable_cause],
        failing_since=timestamp(value.failing_since),
        previous_secret_expire_time=timestamp(previous if signs else None),
        create_time=timestamp(value.create_time),
        update_time=timestamp(value.update_time),
        etag=value.etag,
    )


def webhook_values(message: pb.Webhook, names: Iterable[str]) -> dict[str, Any]:
    """The values of these fields of a webhook, for the domain."""
    values = values_of(message, names, "webhook")
    if "phases" in values:
        values["phases"] = tuple(_PHASE_NAMES[phase] for phase in values["phases"])
    return values


def delivery_filter(message: rpc.ListWebhookDeliveriesRequest) -> DeliveryFilter:
    """Which deliveries are asked for."""
    return DeliveryFilter(
        webhook_id=message.webhook_id.lower(),
        event_id=message.event_id.lower(),
        states=tuple(_STATE_NAMES[state] for state in message.states),
    )


def webhook_delivery_message(value: WebhookDelivery) -> pb.WebhookDelivery:
    """A delivery, as it is answered."""
    return pb.WebhookDelivery(
        delivery_id=value.delivery_id,
        webhook_id=value.webhook_id,
        event_id=value.event_id,
        event_type=value.event_type,
        subject_id=value.subject_id,
        state=_STATES[value.state],
        attempt_count=value.attempt_count,
        attempts=[_attempt_message(attempt) for attempt in value.attempts],
        next_attempt_time=timestamp(value.next_attempt_time),
        create_time=timestamp(value.create_time),
    )


def _attempt_message(attempt: dict[str, Any]) -> pb.DeliveryAttempt:
    duration = Duration()
    duration.FromTimedelta(timedelta(milliseconds=attempt["duration_ms"]))
    return pb.DeliveryAttempt(
        attempt_time=timestamp(datetime.fromisoformat(attempt["attempt_time"])),
        status_code=attempt["status_code"],
        duration=duration,
        error=attempt["error"],
    )
