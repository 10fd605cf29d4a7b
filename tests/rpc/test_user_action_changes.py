"""UserActionService: updating definitions, and what cannot be one."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from roster.v1 import user_action_pb2 as pb

from tests.calling import Client, refused
from tests.conftest import Running
from tests.rows import contents, events
from tests.rpc.action_requests import apply, define, definition, option, read, redefine
from tests.rpc.email_requests import templates
from tests.rpc.user_requests import created

TEMPLATE = "00000000-0000-4000-8000-00000000000"

FULL: dict[str, Any] = {
    "name": "Suspend",
    "localized_names": {"de": "Sperren", "fr": "Suspendre"},
    "temporal": True,
    "prevent_login": True,
    "send_end_event": False,
    "start_email_template_id": f"{TEMPLATE}1",
    "modify_email_template_id": f"{TEMPLATE}2",
    "cancel_email_template_id": f"{TEMPLATE}3",
    "end_email_template_id": f"{TEMPLATE}4",
    "include_email_in_event": True,
    "user_emailing_enabled": True,
    "user_notifications_enabled": True,
}
PHASES = ("start", "modify", "cancel", "end")
OPTIONAL = [*(name for name in FULL if name not in ("name", "send_end_event", "temporal")), "options"]


@pytest.fixture
def suspend(client: Client) -> pb.UserAction:
    """A definition with a value in every field that is not the default."""
    templates(client, (FULL[f"{phase}_email_template_id"] for phase in PHASES))
    return define(client, options=[option("Nicely")], **FULL)


def settable(action: pb.UserAction) -> pb.UserAction:
    """The part that callers set."""
    part = pb.UserAction()
    part.CopyFrom(action)
    for name in ("user_action_id", "active", "create_time", "update_time", "etag"):
        part.ClearField(name)
    return part


def test_update_without_mask_sets_what_is_populated(client: Client, suspend: pb.UserAction) -> None:
    """What is not sent stays; maps are replaced."""
    changed = redefine(client, suspend, name="Ban", localized_names={"it": "Bandire"})

    expected = settable(suspend)
    expected.name = "Ban"
    expected.localized_names.clear()
    expected.localized_names["it"] = "Bandire"
    assert settable(changed) == expected
    assert changed.etag != suspend.etag
    assert (changed.create_time, changed.active) == (suspend.create_time, True)
    assert changed.update_time.ToNanoseconds() > suspend.update_time.ToNanoseconds()


def test_false_can_be_sent_without_a_mask_where_it_is_not_the_default(client: Client) -> None:
    """The end is told of, unless one says that it is not."""
    made = define(client, temporal=True)

    assert not redefine(client, made, send_end_event=False).send_end_event
    assert redefine(client, made, send_end_event=True).send_end_event


@pytest.mark.parametrize("field", OPTIONAL)
def test_masked_field_that_is_unset_is_cleared(client: Client, suspend: pb.UserAction, field: str) -> None:
    """The mask says what to change, and nothing else is looked at."""
    changed = redefine(client, suspend, field, name="Not in the mask")

    expected = settable(suspend)
    expected.ClearField(field)
    assert settable(changed) == expected


def test_masked_field_with_another_default_has_it_again(client: Client, suspend: pb.UserAction) -> None:
    """Which is to tell of the end."""
    assert redefine(client, suspend, "send_end_event").send_end_event


def test_star_replaces_everything(client: Client, suspend: pb.UserAction) -> None:
    """What is not sent has its default."""
    changed = redefine(client, suspend, "*", name="Praise")

    assert settable(changed) == pb.UserAction(name="Praise", send_end_event=True)


@pytest.mark.parametrize(("mask", "name"), [("name", ""), ("*", ""), ("name", " \t"), ("name", "　")])
def test_name_cannot_be_cleared(client: Client, suspend: pb.UserAction, mask: str, name: str) -> None:
    """A definition always has one."""
    with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
        redefine(client, suspend, mask, name=name, temporal=True)

    assert error.value.fields == ["user_action.name"]
    assert definition(client, suspend.user_action_id) == suspend


@pytest.mark.parametrize("name", ["", " \t　"])
def test_new_definition_needs_a_name(server: Running, client: Client, name: str) -> None:
    """White space is no name."""
    with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
        define(client, name)

    assert error.value.fields == ["user_action.name"]
    assert events(server.url, client.project_id, "user_action.") == []


def test_what_prevents_signing_in_must_last(server: Running, client: Client, suspend: pb.UserAction) -> None:
    """Whichever of the two is changed."""
    before = contents(server.url)

    for attempt in (
        lambda: define(client, "Ban", prevent_login=True),
        lambda: redefine(client, suspend, "temporal"),
        lambda: redefine(client, suspend, "*", name="Ban", prevent_login=True),
    ):
        with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
            attempt()
        assert error.value.fields == ["user_action.prevent_login"]

    assert contents(server.url) == before
    assert not redefine(client, suspend, "temporal", "prevent_login").temporal


def test_every_bad_path_of_a_mask_is_listed(server: Running, client: Client, suspend: pb.UserAction) -> None:
    """Unknown fields, and those that never change; nothing is updated."""
    before = contents(server.url)

    with refused("INVALID_ARGUMENT", "UPDATE_MASK_INVALID") as error:
        redefine(client, suspend, "name", "colour", "user_action_id", "*", "options.name", name="New")

    assert error.value.fields == [f"update_mask.paths[{n}]" for n in (1, 2, 3, 4)]
    assert contents(server.url) == before


def test_whole_definition_can_be_sent_back(client: Client, suspend: pb.UserAction) -> None:
    """With the mask of all its fields: output-only ones are ignored, its etag is looked at."""
    suspend.name = "Ban"
    suspend.create_time.CopyFrom(Timestamp(seconds=1))
    suspend.active = False
    paths = [field.name for field, _ in suspend.ListFields() if field.name != "user_action_id"]
    fields = {name: getattr(suspend, name) for name in paths}

    changed = redefine(client, suspend, *paths, "active", **fields)

    assert (changed.name, changed.active) == ("Ban", True)
    assert changed.create_time != suspend.create_time


def test_update_that_changes_nothing_leaves_everything(
    server: Running, client: Client, suspend: pb.UserAction
) -> None:
    """No new etag, no event."""
    before = contents(server.url)

    assert redefine(client, suspend, "*", options=suspend.options, etag=suspend.etag, **FULL) == suspend
    assert redefine(client, suspend) == suspend

    assert contents(server.url) == before


def test_etag_guards_an_update(client: Client, suspend: pb.UserAction) -> None:
    """The one who read first and writes last is told the present etag."""
    present = redefine(client, suspend, name="First", etag=suspend.etag)

    with refused("ABORTED", "ETAG_MISMATCH") as error:
        redefine(client, suspend, name="Second", etag=suspend.etag)

    assert error.value.metadata == {"etag": present.etag}
    assert redefine(client, suspend, name="Third", etag=present.etag).name == "Third"


def test_definition_cannot_take_the_name_of_another(client: Client, suspend: pb.UserAction) -> None:
    """But its own in another spelling."""
    define(client, "Ban")

    with refused("ALREADY_EXISTS", "USER_ACTION_NAME_TAKEN"):
        redefine(client, suspend, name="ＢＡＮ")

    assert redefine(client, suspend, name="SUSPEND").name == "SUSPEND"


def test_update_leaves_what_was_applied(client: Client, suspend: pb.UserAction) -> None:
    """Its texts, and whether it lasts and prevents signing in."""
    ann = created(client, login_ids=["ann"], locale="de")
    applied = apply(client, ann, suspend, option="Nicely")

    redefine(client, suspend, "*", name="Praise")

    assert read(client, applied) == applied
    assert (applied.name, applied.localized_name, applied.option) == ("Suspend", "Sperren", "Nicely")


def test_update_is_recorded_with_what_it_changed(
    server: Running, client: Client, suspend: pb.UserAction
) -> None:
    """Before and after of the changed fields, and no others."""
    redefine(client, suspend, name="Ban", temporal=True, localized_names={"de": "Bannen"})

    event = events(server.url, client.project_id, "user_action.")[-1]

    assert (event.type, event.subject_id) == ("user_action.updated", suspend.user_action_id)
    assert event.changes == (
        {"name": "Suspend", "localized_names": {"de": "Sperren", "fr": "Suspendre"}},
        {"name": "Ban", "localized_names": {"de": "Bannen"}},
    )


OUT_OF_BOUNDS: list[tuple[dict[str, Any], str]] = [
    ({"name": "x" * 101}, "name"),
    ({"name": "a\0b"}, "name"),
    ({"user_action_id": "7"}, "user_action_id"),
    ({"localized_names": {"de": "a\0b"}}, "localized_names"),
    ({"localized_names": {"d": "x"}}, "localized_names"),
    ({"localized_names": {"de ": "x"}}, "localized_names"),
    ({"localized_names": {"de-": "x"}}, "localized_names"),
    ({"localized_names": {"de": ""}}, "localized_names"),
    ({"localized_names": {"de": "x" * 101}}, "localized_names"),
    ({"localized_names": {f"de-{n}": "x" for n in range(101)}}, "localized_names"),
    *(
        ({f"{phase}_email_template_id": "welcome"}, f"{phase}_email_template_id")
        for phase in ("start", "modify", "cancel", "end")
    ),
]


@pytest.mark.parametrize(("fields", "wrong"), OUT_OF_BOUNDS)
def test_field_out_of_bounds_is_refused(
    server: Running, client: Client, fields: dict[str, Any], wrong: str
) -> None:
    """The error names it, and nothing is stored."""
    with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
        define(client, **{"name": "Suspend", **fields})

    (field,) = error.value.fields
    assert field.startswith(f"user_action.{wrong}")
    assert events(server.url, client.project_id, "user_action.") == []


def test_names_may_be_as_long_as_the_contract_says(client: Client) -> None:
    """In characters, however many bytes they take, also when they are folded; in 100 languages."""
    long = "".join(chr(0xFDF0 + n % 12) + chr(0x4E00 + 37 * n) for n in range(50))
    texts = {f"zh_Hant-{n:0>8}": long for n in range(100)}

    made = define(client, long, localized_names=texts, user_action_id=str(uuid4()))

    assert definition(client, made.user_action_id) == made
    assert (made.name, dict(made.localized_names)) == (long, texts)
