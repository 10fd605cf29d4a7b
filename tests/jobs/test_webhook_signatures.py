"""What goes to receivers is signed, with secrets that nobody else hears of."""

from __future__ import annotations

from base64 import b64encode
from typing import Any
from uuid import UUID

import pytest
from roster.v1 import webhook_service_pb2 as rpc
from standardwebhooks import WebhookVerificationError

from tests.calling import Client
from tests.jobs.conftest import StartWork
from tests.receiver import Receiver, Reply
from tests.webhook_requests import (
    Work,
    create,
    deliveries,
    hooked,
    make_role,
)


def test_event_arrives_signed(project: Client, receiver: Receiver, jobs: Any) -> None:
    """As Standard Webhooks has it; its id is the event's, its time that of the attempt."""
    made = create(project, receiver.url(path="/hook?shop=1"), event_types=["role.*"])
    role = make_role(project, "Reader")

    (request,) = receiver.wait_for(1)

    body = request.verify(made.secret)
    (delivery,) = deliveries(project)
    assert request.path == "/hook?shop=1"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert request.event_id == body["event"]["id"] == delivery.event_id
    assert UUID(request.event_id).version == 7
    assert abs(int(request.headers["webhook-timestamp"]) - delivery.create_time.seconds) <= 60
    assert body["event"]["type"] == "role.created"
    assert body["event"]["subjectId"] == role.role_id
    assert body["event"]["tenantId"] == project.project_id
    assert body["event"]["data"]["after"]["name"] == "Reader"
    with pytest.raises(WebhookVerificationError):
        request.verify(create(project).secret)


def test_two_secrets_sign_during_a_rotation(project: Client, receiver: Receiver, work: Work) -> None:
    """Receivers change over when they can; afterwards one signs alone."""
    made = create(project, receiver.url(), event_types=["role.*"])
    webhook_id = made.webhook.webhook_id
    request = rpc.RotateWebhookSecretRequest(webhook_id=webhook_id)
    request.previous_secret_expire_time.GetCurrentTime()
    request.previous_secret_expire_time.seconds += 3_600
    rotated = project.webhooks.RotateWebhookSecret(request)

    make_role(project, "During")
    work.deliver(webhook_id)
    (during,) = receiver.received
    assert len(during.headers["webhook-signature"].split(" ")) == 2
    assert during.verify(made.secret) == during.verify(rotated.secret)

    with work.database.transaction():
        work.database.execute("UPDATE webhooks SET previous_secret_expire_time = now()", {})
    make_role(project, "After")
    work.deliver(webhook_id)
    after = receiver.received[-1]
    assert len(after.headers["webhook-signature"].split(" ")) == 1
    assert after.verify(rotated.secret)
    with pytest.raises(WebhookVerificationError):
        after.verify(made.secret)


def test_without_overlap_the_secret_before_signs_no_more(
    project: Client, receiver: Receiver, work: Work
) -> None:
    """Also what was made before the rotation and is sent after it."""
    made = create(project, receiver.url(), event_types=["role.*"])
    webhook_id = made.webhook.webhook_id
    make_role(project, "Reader")
    rotated = project.webhooks.RotateWebhookSecret(rpc.RotateWebhookSecretRequest(webhook_id=webhook_id))

    work.deliver(webhook_id)

    (request,) = receiver.received
    assert request.verify(rotated.secret)
    with pytest.raises(WebhookVerificationError):
        request.verify(made.secret)


def test_secret_that_cannot_be_opened_is_told(
    project: Client, receiver: Receiver, start_work: StartWork
) -> None:
    """After ROSTER_SECRET_KEY was changed nothing goes out unsigned."""
    webhook_id = hooked(project, receiver)
    make_role(project, "Reader")

    another = b64encode(b"another" * 4 + b"key.").decode()
    start_work(secret_key=another).deliver(webhook_id)

    (delivery,) = deliveries(project)
    (attempt,) = delivery.attempts
    assert attempt.error == "the secret cannot be opened with the present ROSTER_SECRET_KEY"
    assert receiver.received == []


def test_log_holds_neither_secrets_nor_what_receivers_say(
    project: Client, receiver: Receiver, start_work: StartWork, capfd: pytest.CaptureFixture[str]
) -> None:
    """Also when it is about a failure."""
    made = create(project, receiver.url(path="/hook?token=1234"), event_types=["role.*"])
    receiver.answer = lambda _: Reply(410, body=b"gone for good")
    make_role(project, "Reader")

    start_work().deliver(made.webhook.webhook_id)

    logged = "".join(capfd.readouterr())
    assert "webhook disabled" in logged
    (request,) = receiver.received
    for secret in (made.secret, request.headers["webhook-signature"], "token=1234", "gone for good"):
        assert secret not in logged
