"""Webhooks are told of what batches do, as of everything else."""

from __future__ import annotations

from collections import Counter

from tests.calling import Client
from tests.receiver import Receiver
from tests.rpc.action_requests import define
from tests.rpc.batch_requests import creation, deletions, item, made, tidings, update, updates
from tests.rpc.test_batch_apply import applications
from tests.rpc.test_batch_apply import item as application
from tests.webhook_requests import Work, create, deliveries


def test_receiver_hears_of_every_item(project: Client, receiver: Receiver, work: Work) -> None:
    """Once, and of none that failed."""
    webhook_id = create(project, receiver.url(), event_types=["user.*", "user.action"]).webhook.webhook_id
    coupon = define(project, "Send coupon")
    users = made(project, *(item(login_ids=[f"user-{n}"]) for n in range(30)))
    assert (
        tidings(project, updates(*(update(user, given_name="Ann") for user in users[:20])))
        == ["UPDATED"] * 20
    )
    message = applications(*(application(user, coupon, broadcast=n % 2 == 0) for n, user in enumerate(users)))
    assert tidings(project, message) == ["CREATED"] * 30
    assert tidings(project, deletions(*users[:10], users[0])) == ["DELETED"] * 10 + ["USER_NOT_FOUND"]

    while len(receiver.received) < len(deliveries(project)):
        work.deliver(webhook_id)

    assert Counter(receiver.events()) == {
        "user.created": 30,
        "user.updated": 20,
        "user.action": 15,
        "user.deleted": 10,
    }
    heard = {request.event["subjectId"] for request in receiver.received if "subjectId" in request.event}
    assert {user.user_id for user in users} <= heard


def test_nothing_is_told_of_what_did_not_happen(project: Client, receiver: Receiver) -> None:
    """Neither of a dry run nor of a message that failed as a whole."""
    create(project, receiver.url(), event_types=["user.*"])

    tidings(project, creation(item(login_ids=["ann"]), dry_run=True))
    tidings(project, creation(item(login_ids=["ann"]), item(email="no address"), all_or_nothing=True))

    assert deliveries(project) == []
