"""EmailTemplateService: what names a template needs it, and keeps it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from roster.v1 import email_template_pb2 as pb

from tests.calling import Client, Refused, refused
from tests.conftest import Running
from tests.rows import contents
from tests.rpc.action_requests import define, redefine, retire
from tests.rpc.email_requests import discard, email_policy, read_template, template
from tests.rpc.user_requests import NOBODY

OF_ACTIONS = [f"{phase}_email_template_id" for phase in ("start", "modify", "cancel", "end")]
KINDS = ("verification", "password_reset", "invitation", "sign_up", "sign_up_exists", "password_changed")
OF_POLICY = [f"{kind}_template_id" for kind in (*KINDS, "new_sign_in")]


@pytest.mark.parametrize("field", OF_ACTIONS)
def test_action_names_a_template_that_is_there(
    server: Running, client: Client, other_project: Client, field: str
) -> None:
    """In its project; on creation and on update."""
    foreign = template(other_project).email_template_id
    made = define(client, "Made")
    before = contents(server.url)

    for missing in (NOBODY, foreign):
        with refused("NOT_FOUND", "EMAIL_TEMPLATE_NOT_FOUND") as error:
            define(client, **{field: missing})
        assert error.value.metadata == {"email_template_id": missing}
        with refused("NOT_FOUND", "EMAIL_TEMPLATE_NOT_FOUND"):
            redefine(client, made, **{field: missing})
    assert contents(server.url) == before


@pytest.mark.parametrize("field", OF_POLICY)
def test_policy_names_a_template_that_is_there(
    server: Running, client: Client, other_project: Client, field: str
) -> None:
    """In its project."""
    foreign = template(other_project).email_template_id
    before = contents(server.url)

    for missing in (NOBODY, foreign):
        with refused("NOT_FOUND", "EMAIL_TEMPLATE_NOT_FOUND"):
            email_policy(client, **{field: missing})
    assert contents(server.url) == before


@pytest.mark.parametrize("field", OF_ACTIONS)
def test_template_of_an_action_stays(client: Client, field: str) -> None:
    """Whether the action is active or not, until it names another."""
    made = template(client)
    action = define(client, **{field: made.email_template_id.upper()})
    retire(client, action)

    with refused("FAILED_PRECONDITION", "EMAIL_TEMPLATE_IN_USE") as error:
        discard(client, made)
    assert error.value.metadata == {"used_by": f"user_action:{action.user_action_id}"}
    redefine(client, action, field)
    discard(client, made)


@pytest.mark.parametrize("field", OF_POLICY)
def test_template_of_the_policy_stays(client: Client, other_project: Client, field: str) -> None:
    """Until the policy names another; a policy of another project does not matter."""
    made = template(client)
    template(other_project, email_template_id=made.email_template_id)
    email_policy(other_project, **{field: made.email_template_id})
    email_policy(client, **{field: made.email_template_id.upper()})

    with refused("FAILED_PRECONDITION", "EMAIL_TEMPLATE_IN_USE") as error:
        discard(client, made)
    assert error.value.metadata == {"used_by": "email_policy"}
    email_policy(client)
    discard(client, made)


def test_of_naming_and_deleting_at_once_one_succeeds(client: Client) -> None:
    """Never both: nothing names a template that is gone."""

    def attempt(call: Any) -> str:
        try:
            call()
        except Refused as error:
            return str(error.reason)
        return ""

    def race(made: pb.EmailTemplate, number: int) -> None:
        def name() -> None:
            if number % 2:
                define(client, f"Action {number}", end_email_template_id=made.email_template_id)
            else:
                email_policy(client, invitation_template_id=made.email_template_id)

        with ThreadPoolExecutor(2) as threads:
            naming, deleting = threads.map(attempt, (name, lambda: discard(client, made)))
        assert (naming, deleting) in {("", "EMAIL_TEMPLATE_IN_USE"), ("EMAIL_TEMPLATE_NOT_FOUND", "")}
        if not naming:
            assert read_template(client, made.email_template_id) == made
            email_policy(client)

    for number in range(20):
        race(template(client, f"Template {number}"), number)
