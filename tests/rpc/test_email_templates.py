"""EmailTemplateService: creating, reading, listing, changing and deleting templates. What they may say:
test_email_template_language; what names them: test_email_template_uses."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from roster.v1 import email_template_pb2 as pb
from roster.v1 import email_template_service_pb2 as rpc

from tests.calling import Client, refused
from tests.conftest import Running
from tests.rows import contents, events
from tests.rpc.email_requests import PLAIN, discard, read_template, reword, template
from tests.rpc.user_requests import NOBODY

RICH = pb.EmailContent(subject="Hi", text="Hi", html="<p>Hi</p>")
FULL: dict[str, Any] = {"content": RICH, "localized_contents": {"de": PLAIN, "pt-BR": RICH}}


def names(client: Client, **page: Any) -> list[str]:
    """What the list of templates shows."""
    answer = client.email_templates.ListEmailTemplates(rpc.ListEmailTemplatesRequest(**page))
    return [one.name for one in answer.email_templates]


def test_template_keeps_all_that_it_is_given(client: Client) -> None:
    """The server adds an id in the order of time, the times and the etag."""
    made = template(client, " Welcome ", **FULL)

    assert made == pb.EmailTemplate(
        email_template_id=made.email_template_id,
        name="Welcome",
        create_time=made.create_time,
        update_time=made.create_time,
        etag=made.etag,
        **FULL,
    )
    assert UUID(made.email_template_id).version == 7
    assert made.etag
    assert read_template(client, made.email_template_id.upper()) == made


def test_caller_may_bring_the_id(client: Client, other_project: Client) -> None:
    """Any UUID, in either case; it is unique in a project, and kept in lower case."""
    template_id = str(uuid4())

    assert template(client, email_template_id=template_id.upper()).email_template_id == template_id
    assert template(other_project, email_template_id=template_id).email_template_id == template_id
    with refused("ALREADY_EXISTS", "EMAIL_TEMPLATE_ID_TAKEN"):
        template(client, "Another", email_template_id=template_id)


def test_name_is_unique_whatever_its_spelling(client: Client, other_project: Client) -> None:
    """In the project."""
    template(client, "Welcome")
    other = template(client, "Goodbye")
    template(other_project, "Welcome")

    with refused("ALREADY_EXISTS", "EMAIL_TEMPLATE_NAME_TAKEN"):
        template(client, "ＷELCOME")
    with refused("ALREADY_EXISTS", "EMAIL_TEMPLATE_NAME_TAKEN"):
        reword(client, other, name="welcome ")


def test_list_is_alphabetical_page_by_page(client: Client) -> None:
    """And tells how many there are."""
    for name in ("beta", "Alpha", "gamma"):
        template(client, name)

    assert names(client) == ["Alpha", "beta", "gamma"]
    assert names(client, page_size=1, skip=1) == ["beta"]
    first = client.email_templates.ListEmailTemplates(
        rpc.ListEmailTemplatesRequest(page_size=2, include_total_size=True)
    )
    assert first.total_size == 3
    assert names(client, page_size=2, page_token=first.next_page_token) == ["gamma"]
    with refused("INVALID_ARGUMENT", "PAGE_TOKEN_INVALID"):
        names(client, page_token="nonsense")


def test_update_sets_what_is_populated_or_masked(client: Client) -> None:
    """Maps are replaced; what is masked and unset is cleared."""
    made = template(client, **FULL)

    renamed = reword(client, made, name="Other")
    assert (renamed.content, dict(renamed.localized_contents)) == (RICH, FULL["localized_contents"])
    assert renamed.etag != made.etag
    assert dict(reword(client, made, localized_contents={"fr": RICH}).localized_contents) == {"fr": RICH}
    assert not reword(client, made, "localized_contents").localized_contents
    assert reword(client, made, "*", name="Third", content=PLAIN).content == PLAIN
    assert read_template(client, made.email_template_id).name == "Third"


@pytest.mark.parametrize("field", ["name", "content"])
def test_what_is_required_cannot_be_cleared(client: Client, field: str) -> None:
    """By its mask, or by `*`."""
    made = template(client)
    left = {"name": "Left", "content": PLAIN}
    del left[field]

    for paths in ([field], ["*"]):
        with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
            reword(client, made, *paths, **left)
        assert error.value.fields == [f"email_template.{field}"]
    assert read_template(client, made.email_template_id) == made


def test_update_that_changes_nothing_leaves_no_trace(server: Running, client: Client) -> None:
    """Neither an event nor another etag."""
    made = template(client, **FULL)
    before = contents(server.url)

    assert reword(client, made, **FULL) == made
    assert contents(server.url) == before


def test_stale_etag_is_refused(client: Client) -> None:
    """The present one stands beside the reason."""
    made = template(client)
    changed = reword(client, made, name="Other")

    with refused("ABORTED", "ETAG_MISMATCH") as error:
        reword(client, made, name="Third", etag=made.etag)
    assert error.value.metadata == {"etag": changed.etag}
    with refused("ABORTED", "ETAG_MISMATCH"):
        discard(client, made, made.etag)
    discard(client, made, changed.etag)


def test_deleted_template_is_gone(client: Client) -> None:
    """And its name and id are free again."""
    made = template(client)

    discard(client, made)

    with refused("NOT_FOUND", "EMAIL_TEMPLATE_NOT_FOUND") as error:
        read_template(client, made.email_template_id)
    assert error.value.metadata == {"email_template_id": made.email_template_id}
    assert error.value.details["ResourceInfo"].resource_type == "roster.v1.EmailTemplate"
    again = template(client, email_template_id=made.email_template_id)
    assert again.etag != made.etag


def test_nobody_has_it(client: Client) -> None:
    """Whatever is asked of it."""
    nothing = pb.EmailTemplate(email_template_id=NOBODY)

    for call in (
        lambda: read_template(client, NOBODY),
        lambda: reword(client, nothing, name="x"),
        lambda: discard(client, nothing),
    ):
        with refused("NOT_FOUND", "EMAIL_TEMPLATE_NOT_FOUND"):
            call()


def test_events_tell_what_happened_without_the_texts(server: Running, client: Client) -> None:
    """They may be long: a digest tells which of them were changed."""
    made = template(client, "Welcome", **FULL)
    reword(client, made, localized_contents={"de": RICH, "pt-BR": RICH})
    discard(client, made)

    created, updated, deleted = events(server.url, client.project_id, "email_template.")
    assert [created.type, updated.type, deleted.type] == [
        "email_template.created",
        "email_template.updated",
        "email_template.deleted",
    ]
    assert {event.subject_id for event in (created, updated, deleted)} == {made.email_template_id}
    _, after = created.changes
    assert after["name"] == "Welcome"
    before, now = updated.changes
    assert list(before) == ["localized_contents"]
    assert before["localized_contents"] == after["localized_contents"]
    assert now["localized_contents"]["pt-BR"] == before["localized_contents"]["pt-BR"] == after["content"]
    assert now["localized_contents"]["de"] != before["localized_contents"]["de"]
    assert "Hello" not in str([created.data, updated.data, deleted.data])


def test_repeat_makes_one_template(server: Running, client: Client) -> None:
    """And has the first answer."""
    request_id = str(uuid4())

    first = template(client, request_id=request_id)

    assert template(client, request_id=request_id) == first
    assert len(events(server.url, client.project_id, "email_template.")) == 1
