"""UserActionService: the reasons that actions are applied for."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.timestamp_pb2 import Timestamp
from roster.v1 import user_action_pb2 as pb
from roster.v1 import user_action_service_pb2 as rpc

from tests.calling import Client, refused
from tests.conftest import Running
from tests.rows import contents, events
from tests.rpc.action_requests import apply, ask, define, listed, read, reason
from tests.rpc.user_requests import NOBODY, created


def get(client: Client, reason_id: str) -> pb.UserActionReason:
    """The reason as it is read."""
    found: pb.UserActionReason = ask(
        client, rpc.GetUserActionReasonRequest(reason_id=reason_id)
    ).user_action_reason
    return found


def update(client: Client, old: pb.UserActionReason, *paths: str, **fields: Any) -> pb.UserActionReason:
    """The answer to an update, which is what a read then answers too. Without paths there is no mask."""
    request = rpc.UpdateUserActionReasonRequest(
        reason_id=old.reason_id,
        user_action_reason=pb.UserActionReason(**fields),
        update_mask=FieldMask(paths=paths) if paths else None,
    )
    changed: pb.UserActionReason = ask(client, request).user_action_reason
    assert changed == get(client, old.reason_id)
    return changed


def delete(client: Client, old: pb.UserActionReason, etag: str = "") -> None:
    ask(client, rpc.DeleteUserActionReasonRequest(reason_id=old.reason_id, etag=etag))


def codes(client: Client) -> list[str]:
    """What the list of reasons shows."""
    answer = ask(client, rpc.ListUserActionReasonsRequest())
    return [shown.code for shown in answer.user_action_reasons]


@pytest.fixture
def spam(client: Client) -> pb.UserActionReason:
    """A reason with a value in every field."""
    return reason(client, "SPAM", "Sent spam", localized_texts={"de": "Versandte Spam"})


# -- creation and reading --------------------------------------------------------------------------


def test_what_is_created_can_be_read_and_listed(client: Client, spam: pb.UserActionReason) -> None:
    """The server adds an id in the order of time, the times and the etag."""
    assert spam == pb.UserActionReason(
        reason_id=spam.reason_id,
        code="SPAM",
        text="Sent spam",
        localized_texts={"de": "Versandte Spam"},
        create_time=spam.create_time,
        update_time=spam.create_time,
        etag=spam.etag,
    )
    assert UUID(spam.reason_id).version == 7
    assert spam.etag
    assert get(client, spam.reason_id.upper()) == spam
    answer = ask(client, rpc.ListUserActionReasonsRequest(include_total_size=True))
    assert (list(answer.user_action_reasons), answer.total_size) == ([spam], 1)


def test_caller_may_bring_the_id(client: Client, other_project: Client) -> None:
    """Any UUID, in either case; it is unique in a project, and kept in lower case."""
    reason_id = str(uuid4())

    assert reason(client, "SPAM", reason_id=reason_id.upper()).reason_id == reason_id
    with refused("ALREADY_EXISTS", "USER_ACTION_REASON_ID_TAKEN"):
        reason(client, "RUDE", reason_id=reason_id)
    assert reason(other_project, "SPAM", reason_id=reason_id).reason_id == reason_id


def test_output_only_fields_are_ignored_and_white_space_is_dropped(client: Client) -> None:
    """Around the code and the text, not within."""
    past = Timestamp(seconds=1)

    made = reason(client, " Very　rude \n", "\t Was very rude　", create_time=past, etag="1-1")

    assert (made.code, made.text) == ("Very　rude", "Was very rude")
    assert made.create_time != past
    assert made.etag != "1-1"


@pytest.mark.parametrize("spelling", ["Straße", "STRASSE", "ｓｔｒａｓｓｅ", " straße "])
def test_code_is_unique_whatever_its_spelling(
    client: Client, other_project: Client, spam: pb.UserActionReason, spelling: str
) -> None:
    """Codes are compared case-insensitively after NFKC, within a project."""
    reason(client, "Straße")

    with refused("ALREADY_EXISTS", "USER_ACTION_REASON_CODE_TAKEN"):
        reason(client, spelling)
    with refused("ALREADY_EXISTS", "USER_ACTION_REASON_CODE_TAKEN"):
        update(client, spam, code=spelling)

    reason(other_project, spelling)


def test_list_is_in_the_alphabetical_order_of_the_codes(client: Client, other_project: Client) -> None:
    """Capitals and widths of letters do not matter; another project's are not in it."""
    reason(other_project, "ZETA")
    for code in ("beta", "Alpha", "ｇamma", "Delta", "alpha 2"):
        reason(client, code, f"Not {code}")

    assert codes(client) == ["Alpha", "alpha 2", "beta", "Delta", "ｇamma"]


OUT_OF_BOUNDS: list[tuple[dict[str, Any], list[str]]] = [
    ({"code": "", "text": " \t"}, ["code", "text"]),
    ({"code": "　"}, ["code"]),
    ({"text": ""}, ["text"]),
    ({"code": "x" * 101}, ["code"]),
    ({"text": "x" * 1001}, ["text"]),
    ({"code": "a\0b"}, ["code"]),
    ({"reason_id": "7"}, ["reason_id"]),
    ({"localized_texts": {"german!": "x"}}, ["localized_texts"]),
    ({"localized_texts": {"de": ""}}, ["localized_texts"]),
    ({"localized_texts": {"de": "a\0b"}}, ["localized_texts"]),
    ({"localized_texts": {"de": "x" * 1001}}, ["localized_texts"]),
    ({"localized_texts": {f"de-{n}": "x" for n in range(101)}}, ["localized_texts"]),
]


@pytest.mark.parametrize(("fields", "wrong"), OUT_OF_BOUNDS)
def test_field_out_of_bounds_is_refused(
    server: Running, client: Client, fields: dict[str, Any], wrong: list[str]
) -> None:
    """The error names each, and nothing is stored."""
    with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
        reason(client, **{"code": "SPAM", "text": "Sent spam", **fields})

    named = sorted(field.partition("[")[0].split(".")[1] for field in error.value.fields)
    assert named == wrong
    assert events(server.url, client.project_id, "user_action_reason.") == []


def test_reason_may_be_as_long_as_the_contract_says(client: Client) -> None:
    """In characters, however many bytes they take, also when they are folded; in 100 languages."""
    long = "".join(chr(0xFDF0 + n % 12) + chr(0x4E00 + 37 * n) for n in range(50))
    texts = {f"de-{n}": "𝔻" * 1000 for n in range(100)}

    made = reason(client, long, "𝔻" * 1000, localized_texts=texts)

    assert get(client, made.reason_id) == made
    assert (made.code, dict(made.localized_texts)) == (long, texts)


def test_id_that_names_nothing(client: Client, other_project: Client, spam: pb.UserActionReason) -> None:
    """A UUID is not found, anything else is invalid; another project's does not exist."""
    for caller, reason_id in ((client, NOBODY), (other_project, spam.reason_id)):
        with refused("NOT_FOUND", "USER_ACTION_REASON_NOT_FOUND") as error:
            get(caller, reason_id)
        assert error.value.metadata == {"reason_id": reason_id}
        resource = error.value.details["ResourceInfo"]
        assert resource.resource_type == "roster.v1.UserActionReason"
    with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
        get(client, "spam")
    assert error.value.fields == ["reason_id"]


# -- changes ---------------------------------------------------------------------------------------

UPDATES: list[tuple[tuple[str, ...], dict[str, Any], tuple[str, str, dict[str, str]]]] = [
    ((), {"text": "Much spam"}, ("SPAM", "Much spam", {"de": "Versandte Spam"})),
    ((), {"localized_texts": {"fr": "Spam"}}, ("SPAM", "Sent spam", {"fr": "Spam"})),
    (("localized_texts",), {"text": "ignored"}, ("SPAM", "Sent spam", {})),
    (
        ("code", "etag"),
        {"code": " spam ", "text": "ignored"},
        ("spam", "Sent spam", {"de": "Versandte Spam"}),
    ),
    (("*",), {"code": "RUDE", "text": "Was rude"}, ("RUDE", "Was rude", {})),
]


@pytest.mark.parametrize(("paths", "fields", "expected"), UPDATES)
def test_update_changes_what_the_mask_names(
    client: Client,
    spam: pb.UserActionReason,
    paths: tuple[str, ...],
    fields: dict[str, Any],
    expected: tuple[str, str, dict[str, str]],
) -> None:
    """Without a mask the populated fields; with `*` all; what is masked and unset is cleared."""
    changed = update(client, spam, *paths, **fields)

    assert (changed.code, changed.text, dict(changed.localized_texts)) == expected
    assert (changed.reason_id, changed.create_time) == (spam.reason_id, spam.create_time)
    assert changed.etag != spam.etag
    assert changed.update_time != spam.update_time


def test_update_that_is_wrong_changes_nothing(
    server: Running, client: Client, spam: pb.UserActionReason
) -> None:
    """Unknown paths, a code or text that would be cleared, an old etag, a reason that does not exist."""
    before = contents(server.url)

    with refused("INVALID_ARGUMENT", "UPDATE_MASK_INVALID") as error:
        update(client, spam, "code", "nonsense", "reason_id", code="NEW")
    assert error.value.fields == ["update_mask.paths[1]", "update_mask.paths[2]"]
    for paths, wrong in ((["*"], ["code", "text"]), (["code"], ["code"]), (["text"], ["text"])):
        with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
            update(client, spam, *paths, code=" ")
        assert error.value.fields == [f"user_action_reason.{field}" for field in wrong]
    with refused("ABORTED", "ETAG_MISMATCH") as error:
        update(client, spam, text="New", etag="1-1")
    assert error.value.metadata == {"etag": spam.etag}
    with refused("NOT_FOUND", "USER_ACTION_REASON_NOT_FOUND"):
        update(client, pb.UserActionReason(reason_id=NOBODY), text="New")

    assert contents(server.url) == before


def test_update_that_changes_nothing_leaves_everything(
    server: Running, client: Client, spam: pb.UserActionReason
) -> None:
    """No new etag, no event."""
    before = contents(server.url)

    fields = {"code": "SPAM", "text": "Sent spam", "localized_texts": {"de": "Versandte Spam"}}
    assert update(client, spam, "*", **fields, etag=spam.etag) == spam

    assert contents(server.url) == before


def test_deleted_reason_is_gone_and_what_was_applied_for_it_stays(
    server: Running, client: Client, spam: pb.UserActionReason
) -> None:
    """With its texts and its id, by which it is still found; the code is free."""
    ann = created(client, login_ids=["ann"])
    praise = define(client, "Praise")
    applied = apply(client, ann, praise, reason="spam")
    with refused("ABORTED", "ETAG_MISMATCH"):
        delete(client, spam, etag="1-1")

    delete(client, spam, etag=spam.etag)

    for attempt in (delete, update):
        with refused("NOT_FOUND", "USER_ACTION_REASON_NOT_FOUND"):
            attempt(client, spam)
    with refused("NOT_FOUND", "USER_ACTION_REASON_NOT_FOUND") as error:
        apply(client, ann, praise, reason="spam")
    assert error.value.metadata == {"reason": "spam"}
    assert read(client, applied) == applied
    assert listed(client, reason_ids=[spam.reason_id]) == [applied]
    assert codes(client) == []
    again = reason(client, "SPAM", reason_id=spam.reason_id)
    assert again.etag != spam.etag


def test_changes_are_recorded(server: Running, client: Client, spam: pb.UserActionReason) -> None:
    """Each with what it changed, and no more."""
    update(client, spam, text="Much spam", code="SPAM")
    delete(client, spam)

    recorded = events(server.url, client.project_id, "user_action_reason.")

    assert {event.subject_id for event in recorded} == {spam.reason_id}
    facts = {"code": "SPAM", "text": "Sent spam", "localized_texts": {"de": "Versandte Spam"}}
    assert [(event.type.partition(".")[2], *event.changes) for event in recorded] == [
        ("created", None, facts),
        ("updated", {"text": "Sent spam"}, {"text": "Much spam"}),
        ("deleted", {**facts, "text": "Much spam"}, None),
    ]
