"""Emails of what is done with user actions: of each phase, of batches, and as events and webhooks tell."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from roster.v1 import batch_pb2, user_pb2
from roster.v1 import user_action_pb2 as pb
from roster.v1 import user_action_service_pb2 as rpc

from tests.calling import Client, refused
from tests.conftest import Running, sql
from tests.jobs.conftest import StartJobs
from tests.mailbox import Mailbox, html_of, subjects, text_of
from tests.process.conftest import eventually
from tests.receiver import Receiver
from tests.rows import contents, events
from tests.rpc.action_requests import (
    apply,
    cancel,
    define,
    end_due,
    events_of,
    hours,
    let_pass,
    modify,
    redefine,
    retire,
)
from tests.rpc.email_requests import discard, read_template, reword, template
from tests.rpc.user_requests import ask, created, delete, updated
from tests.webhook_requests import create

PHASES = ("start", "modify", "cancel", "end")
TEXT = "{{ user.given_name }}: {{ action.name }}/{{ action.option }}/{{ action.reason }}/{{ action.comment }}"
CONTENT = {
    "subject": "{{ action.phase }} {{ action.name }}",
    "text": TEXT + "/{{ action.duration }}/{% if action.expire_time %}until{% endif %}",
    "html": "<p>{{ action.comment }}</p>",
}


@pytest.fixture
def worded(client: Client) -> pb.UserAction:
    """A temporal action with a template for each phase."""
    return wording(client)


def wording(client: Client, name: str = "Suspend", **fields: Any) -> pb.UserAction:
    made = {
        f"{phase}_email_template_id": template(client, f"{name} {phase}", content=CONTENT).email_template_id
        for phase in PHASES
    }
    return define(
        client,
        **{
            "name": name,
            "temporal": True,
            "localized_names": {"de": "Sperren"},
            "user_emailing_enabled": True,
            **made,
            **fields,
        },
    )


@pytest.fixture
def ann(client: Client) -> user_pb2.User:
    return created(client, email="ann@example.com", given_name="Ann", locale="de")


def waiting(server: Running) -> int:
    """Emails that are not sent yet."""
    query = "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'send_email'"
    return int(sql(server.url, query)[0][0])


def emailed(server: Running, client: Client, applied: pb.AppliedAction) -> list[bool]:
    """What the events of an applied action say of emails."""
    return [event.data["emailed_user"] for event in events_of(server.url, client, applied)]


def test_user_is_told_of_each_phase_that_wishes_it(
    server: Running, client: Client, mailing: Mailbox, worded: pb.UserAction, ann: user_pb2.User
) -> None:
    """In the user's language, with what was said in that phase; the background tells of the end."""
    applied = apply(client, ann, worded, email_user=True, comment="One <b>")
    mailing.wait_for(1)
    modify(client, applied, email_user=True, comment="Two", duration=hours(3))
    mailing.wait_for(2)
    modify(client, applied, comment="Silent", email_user=True)
    mailing.wait_for(3)
    let_pass(server.url, applied)

    messages = mailing.wait_for(4)

    assert subjects(messages) == ["start Sperren", "modify Sperren", "modify Sperren", "end Sperren"]
    assert [text_of(message).strip() for message in messages] == [
        "Ann: Sperren///One <b>/2 Stunden/until",
        "Ann: Sperren///Two/3 Stunden/until",
        "Ann: Sperren///Silent/3 Stunden/until",
        "Ann: Sperren///Silent//until",
    ]
    assert "One &lt;b&gt;" in html_of(messages[0])
    assert {message["To"] for message in messages} == {"Ann <ann@example.com>"}
    eventually(lambda: emailed(server, client, applied) == [True] * 4)


def test_cancelled_action_tells_of_that_alone(
    server: Running, client: Client, mailing: Mailbox, worded: pb.UserAction, ann: user_pb2.User
) -> None:
    """And who does not wish for an email sends none."""
    applied = apply(client, ann, worded)
    modify(client, applied, duration=hours(3))
    cancel(client, applied, email_user=True, comment="Enough")

    assert subjects(mailing.wait_for(1)) == ["cancel Sperren"]
    assert emailed(server, client, applied) == [False, False, True]
    assert end_due(server.database, 10) == 0
    assert waiting(server) == 0


def test_instantaneous_action_tells_of_its_start(
    client: Client, mailing: Mailbox, ann: user_pb2.User
) -> None:
    """It needs no other template."""
    start = template(client, content=CONTENT).email_template_id
    coupon = define(client, "Coupon", user_emailing_enabled=True, start_email_template_id=start)

    apply(client, ann, coupon, email_user=True)

    (message,) = mailing.wait_for(1)
    assert (message["Subject"], text_of(message).strip()) == ("start Coupon", "Ann: Coupon/////")


@pytest.mark.parametrize("phase", PHASES[:3])
def test_email_that_cannot_be_sent_is_refused(
    server: Running, client: Client, ann: user_pb2.User, phase: str
) -> None:
    """Without a template of the phase, or an address; nothing is done then."""
    worded = wording(client)
    nobody = created(client, login_ids=["nobody"])
    act: Any = {
        "start": lambda who, _, action: apply(client, who, action, email_user=True),
        "modify": lambda _, applied, __: modify(client, applied, email_user=True, duration=hours(1)),
        "cancel": lambda _, applied, __: cancel(client, applied, email_user=True),
    }[phase]
    unworded = redefine(client, wording(client, "Other"), f"{phase}_email_template_id")
    for who, action in ((nobody, worded), (ann, unworded)):
        applied = apply(client, who, action)
        before = contents(server.url)
        with refused("FAILED_PRECONDITION", "EMAIL_NOT_AVAILABLE"):
            act(who, applied, action)
        assert contents(server.url) == before
    assert waiting(server) == 0
    redefine(client, worded, "user_emailing_enabled")
    applied = apply(client, ann, worded)
    with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
        act(ann, applied, worded)
    assert error.value.fields == ["email_user"]


@pytest.mark.parametrize("lost", ["template", "email", "enabled", "wish"])
def test_end_without_what_an_email_takes_is_told_without_one(
    server: Running, client: Client, worded: pb.UserAction, ann: user_pb2.User, lost: str
) -> None:
    """It ends all the same, and the event says that there was none."""
    ann = updated(client, ann, login_ids=["ann"])
    applied = apply(client, ann, worded, email_user=True)
    sent = waiting(server)
    if lost == "template":
        redefine(client, worded, "end_email_template_id")
    elif lost == "email":
        updated(client, ann, "email")
    elif lost == "enabled":
        redefine(client, worded, "user_emailing_enabled")
    else:
        modify(client, applied)
    let_pass(server.url, applied)

    assert end_due(server.database, 10) == 1

    assert emailed(server, client, applied)[-1] is False
    assert waiting(server) == sent


def test_end_that_is_told_by_no_event_is_told_by_email(
    server: Running, client: Client, mailing: Mailbox, ann: user_pb2.User
) -> None:
    """`send_end_event` is about events."""
    silent = wording(client, send_end_event=False)
    applied = apply(client, ann, silent, email_user=True, comment="x")
    mailing.wait_for(1)
    let_pass(server.url, applied)

    messages = mailing.wait_for(2)

    assert subjects(messages)[1] == "end Sperren"
    assert text_of(messages[1]).strip() == "Ann: Sperren///x//until"
    assert [event.type for event in events_of(server.url, client, applied)] == ["user_action.applied"]


def test_end_is_told_once_whoever_works_on_it(
    server: Running, client: Client, worded: pb.UserAction, ann: user_pb2.User, other_project: Client
) -> None:
    """Of many at the same time; projects are kept apart."""
    theirs = wording(other_project)
    bob = created(other_project, email="bob@example.com")
    applied = [apply(client, ann, worded, email_user=True) for _ in range(10)]
    applied += [apply(other_project, bob, theirs, email_user=True) for _ in range(10)]
    started = waiting(server)
    for one in applied:
        let_pass(server.url, one)

    with ThreadPoolExecutor(8) as threads:
        ended = sum(threads.map(lambda _: end_due(server.database, 5), range(8)))

    assert ended == 20
    assert waiting(server) - started == 20
    pairs = sql(
        server.url,
        "SELECT DISTINCT args->>'project_id', args->>'user_id' FROM procrastinate_jobs"
        " WHERE task_name = 'send_email'",
    )
    assert set(pairs) == {(client.project_id, ann.user_id), (other_project.project_id, bob.user_id)}


def test_batch_tells_each_user(
    server: Running, client: Client, mailing: Mailbox, worded: pb.UserAction
) -> None:
    """Items that fail tell nobody; so does what is not to happen."""
    people = [created(client, email=f"user{number}@example.com") for number in range(5)]
    nobody = created(client, login_ids=["nobody"])

    def message(**options: Any) -> rpc.BatchApplyUserActionsRequest:
        return rpc.BatchApplyUserActionsRequest(
            items=[
                rpc.ApplyUserActionsItem(
                    by=user_pb2.UserRef(user_id=who.user_id),
                    user_action_id=worded.user_action_id,
                    duration=hours(2),
                    email_user=True,
                )
                for who in (*people, nobody)
            ],
            options=batch_pb2.BatchOptions(**options),
        )

    next(client.actions.BatchApplyUserActions(message(dry_run=True)))
    next(client.actions.BatchApplyUserActions(message(all_or_nothing=True)))
    answer = next(client.actions.BatchApplyUserActions(message()))

    assert [result.HasField("status") for result in answer.results] == [False] * 5 + [True]
    mailing.wait_for(5)
    eventually(lambda: waiting(server) == 0)
    assert sorted(message["To"] for message in mailing.received) == [
        f"user{number}@example.com" for number in range(5)
    ]
    assert [
        event.data["emailed_user"] for event in events(server.url, client.project_id, "user_action.applied")
    ] == [True] * 5


def test_email_stands_in_the_event_and_the_webhook_where_that_is_wanted(
    server: Running, project: Client, receiver: Receiver, start_jobs: StartJobs, mailbox: Mailbox
) -> None:
    """As it is sent: the template may change meanwhile."""
    create(project, receiver.url(), event_types=["user.action"])
    action = wording(project, include_email_in_event=True)
    ann = created(project, email="ann@example.com", given_name="Ann", display_name="Ann B")
    applied = apply(project, ann, action, email_user=True, comment="<i>")
    start = read_template(project, action.start_email_template_id)
    reword(project, start, content={"subject": "changed", "text": "changed"})

    start_jobs(mailbox)

    (message,) = mailbox.wait_for(1)
    (hook,) = receiver.wait_for(1)
    told = hook.event["email"]
    assert told == {
        "from": {"address": "roster@localhost", "display": str(message["From"].addresses[0].display_name)},
        "to": [{"address": "ann@example.com", "display": "Ann B"}],
        "subject": "start Suspend",
        "text": "Ann: Suspend///<i>/2 hours/until",
        "html": "<p>&lt;i&gt;</p>",
    }
    assert hook.event["emailedUser"] is True
    assert (message["Subject"], text_of(message).strip()) == (told["subject"], told["text"])
    let_pass(server.url, applied)
    mailbox.wait_for(2)
    assert receiver.wait_for(2)[1].event["email"]["subject"] == "end Suspend"
    retired = apply(project, ann, redefine(project, action, "include_email_in_event"), email_user=True)
    assert "email" not in events_of(server.url, project, retired)[0].data


def test_events_lose_the_email_with_the_user(server: Running, client: Client) -> None:
    """And nothing is sent any more."""
    action = wording(client, include_email_in_event=True)
    ann = created(client, email="ann@example.com", given_name="Annabel")
    apply(client, ann, action, email_user=True)

    ask(client, delete(ann))

    assert "Annabel" not in str(contents(server.url))


def test_email_without_its_template_is_not_sent(
    server: Running, client: Client, start_jobs: StartJobs, mailbox: Mailbox, ann: user_pb2.User
) -> None:
    """Which was taken away between the wish and the sending, or whose definition was erased."""
    action = wording(client)
    apply(client, ann, action, email_user=True)
    start = read_template(client, action.start_email_template_id)
    redefine(client, action, "start_email_template_id")
    discard(client, start)
    erased = wording(client, "Erased")
    apply(client, ann, erased, email_user=True)
    retire(client, erased, hard=True)
    last = wording(client, "Last", localized_names={})
    apply(client, ann, last, email_user=True)

    start_jobs(mailbox)

    mailbox.wait_for(1)
    eventually(lambda: waiting(server) == 0)
    assert subjects(mailbox.received) == ["start Last"]
