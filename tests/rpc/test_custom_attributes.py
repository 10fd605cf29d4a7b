"""CustomAttributeService: declaring, changing and deleting what can be said of users."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from roster.v1 import custom_attribute_pb2 as pb

from tests.calling import Client, refused
from tests.conftest import Running, sql
from tests.rows import Event, contents, events
from tests.rpc.directory_requests import (
    ATTRIBUTES,
    BOOLEAN,
    DATE,
    MULTI_SELECT,
    NUMBER,
    SINGLE_SELECT,
    STRING,
    attribute,
    value,
    values,
)
from tests.rpc.user_requests import created, read

SIZES = ["small", "medium", "large"]


@pytest.fixture
def size(client: Client) -> pb.CustomAttribute:
    """An attribute with options."""
    return attribute(
        client, "size", SINGLE_SELECT, display_name="Size", options=SIZES, default_value=value("medium")
    )


def last_event(server: Running, client: Client) -> Event:
    return events(server.url, client.project_id, "custom_attribute.")[-1]


# -- creation and reading --------------------------------------------------------------------------

DECLARATIONS: list[tuple[Any, dict[str, Any]]] = [
    (STRING, {"default_value": value(""), "display_name": "x" * 200}),
    (STRING, {"default_value": value("x" * 500), "required": True}),
    (NUMBER, {"default_value": value(-0.5)}),
    (BOOLEAN, {"default_value": value(False)}),
    (DATE, {"default_value": value("2024-02-29")}),
    (SINGLE_SELECT, {"options": SIZES, "default_value": value("large")}),
    (MULTI_SELECT, {"options": SIZES, "default_value": value(["large", "small"])}),
    (MULTI_SELECT, {"options": ["x" * 195 + f" {n:03}" for n in range(200)]}),
]


@pytest.mark.parametrize(("kind", "fields"), DECLARATIONS)
def test_what_is_declared_can_be_read(client: Client, kind: Any, fields: dict[str, Any]) -> None:
    """The server adds an id in the order of time, the times and the etag."""
    made = attribute(client, "thing_1", kind, **fields)

    assert made == pb.CustomAttribute(
        custom_attribute_id=made.custom_attribute_id,
        name="thing_1",
        type=kind,
        create_time=made.create_time,
        update_time=made.create_time,
        etag=made.etag,
        **fields,
    )
    assert UUID(made.custom_attribute_id).version == 7
    assert made.etag
    assert ATTRIBUTES.get(client, made.custom_attribute_id.upper()) == made
    assert ATTRIBUTES.listed(client) == [made]


def test_caller_may_bring_the_id(client: Client) -> None:
    """Any UUID, in either case; what only the server can know is ignored."""
    item_id, past = str(uuid4()), Timestamp(seconds=1)

    made = attribute(client, "level", custom_attribute_id=item_id.upper(), create_time=past, etag="1-1")

    assert made.custom_attribute_id == item_id
    assert made.create_time != past
    assert made.etag != "1-1"


def test_upper_and_lower_case_are_different_names(client: Client, other_project: Client) -> None:
    """The list follows the code points; another project's are not in it."""
    attribute(other_project, "level")
    for name in ("level", "Level", "age_2", "age"):
        attribute(client, name)

    assert [item.name for item in ATTRIBUTES.listed(client)] == ["Level", "age", "age_2", "level"]
    with refused("ALREADY_EXISTS", "CUSTOM_ATTRIBUTE_NAME_TAKEN"):
        attribute(client, "level", NUMBER)


BAD_DECLARATIONS: list[tuple[dict[str, Any], list[str]]] = [
    ({"name": ""}, ["name"]),
    ({"type": 0}, ["type"]),
    ({"name": "", "type": 0}, ["name", "type"]),
    ({"type": 9}, ["type"]),
    ({"name": "1st"}, ["name"]),
    ({"name": "shoe size"}, ["name"]),
    ({"name": "level\n"}, ["name"]),
    ({"name": "x" * 101}, ["name"]),
    ({"display_name": "x" * 201}, ["display_name"]),
    ({"custom_attribute_id": "7"}, ["custom_attribute_id"]),
    ({"options": ["small"]}, ["options"]),
    ({"type": MULTI_SELECT, "default_value": value("small")}, ["default_value", "options"]),
    ({"type": MULTI_SELECT, "options": ["small", "small"]}, ["options"]),
    ({"type": MULTI_SELECT, "options": [""]}, ["options[0]"]),
    ({"type": MULTI_SELECT, "options": ["x" * 201]}, ["options[0]"]),
    ({"type": MULTI_SELECT, "options": [f"{n}" for n in range(201)]}, ["options"]),
    ({"type": STRING, "default_value": value(7)}, ["default_value"]),
    ({"type": NUMBER, "default_value": value("7")}, ["default_value"]),
    ({"type": BOOLEAN, "default_value": value(1)}, ["default_value"]),
    ({"type": DATE, "default_value": value("2023-02-29")}, ["default_value"]),
    ({"type": SINGLE_SELECT, "options": SIZES, "default_value": value("huge")}, ["default_value"]),
]


def test_declaration_out_of_bounds_is_refused(server: Running, client: Client) -> None:
    """The error names every field that is wrong, and nothing is stored."""
    before = contents(server.url)

    for fields, wrong in BAD_DECLARATIONS:
        with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
            ATTRIBUTES.create(client, **{"name": "level", "type": STRING, **fields})
        found = sorted({field.removeprefix("custom_attribute.") for field in error.value.fields})
        assert (found, fields) == (wrong, fields)
    assert contents(server.url) == before


def test_creation_is_recorded(server: Running, client: Client, size: pb.CustomAttribute) -> None:
    """The event tells what was declared; a refused declaration leaves none."""
    with refused("ALREADY_EXISTS", "CUSTOM_ATTRIBUTE_NAME_TAKEN"):
        attribute(client, "size")

    (event,) = events(server.url, client.project_id, "custom_attribute.")

    assert (event.type, event.subject_id) == ("custom_attribute.created", size.custom_attribute_id)
    assert event.changes == (
        None,
        {
            "name": "size",
            "display_name": "Size",
            "options": SIZES,
            "default_value": "medium",
            "required": False,
            "type": "SINGLE_SELECT",
        },
    )


# -- changes ---------------------------------------------------------------------------------------

UPDATES: list[tuple[tuple[str, ...], dict[str, Any], dict[str, Any]]] = [
    ((), {"name": "measure"}, {"name": "measure"}),
    ((), {"options": [*SIZES, "huge"]}, {"options": [*SIZES, "huge"]}),
    ((), {"required": True}, {"required": True}),
    ((), {"default_value": value("large")}, {"default_value": value("large")}),
    (("display_name",), {"name": "ignored"}, {"display_name": ""}),
    (("default_value",), {}, {"default_value": None}),
    (("default_value",), {"default_value": value(None)}, {"default_value": None}),
    (("default_value", "options"), {"options": ["tiny"]}, {"default_value": None, "options": ["tiny"]}),
    (
        ("*",),
        {"name": "size", "options": ["large"]},
        {"display_name": "", "options": ["large"], "default_value": None},
    ),
    ((), {"type": STRING, "display_name": "Sizes"}, {"display_name": "Sizes"}),
]


@pytest.mark.parametrize(("paths", "fields", "expected"), UPDATES)
def test_update_changes_what_the_mask_names(
    client: Client,
    size: pb.CustomAttribute,
    paths: tuple[str, ...],
    fields: dict[str, Any],
    expected: dict[str, Any],
) -> None:
    """Without a mask the populated fields; with `*` all; what is masked and unset is cleared."""
    changed = ATTRIBUTES.update(client, size, *paths, **fields)

    wanted = {field.name: given for field, given in size.ListFields()}
    wanted |= {"update_time": changed.update_time, "etag": changed.etag, **expected}
    assert changed == pb.CustomAttribute(**wanted)
    assert changed.etag != size.etag
    assert ATTRIBUTES.get(client, size.custom_attribute_id) == changed


def test_update_that_is_wrong_changes_nothing(
    server: Running, client: Client, size: pb.CustomAttribute
) -> None:
    """Unknown paths, the type, values that do not fit together, names that are taken, an old etag."""
    attribute(client, "level")
    before = contents(server.url)

    with refused("INVALID_ARGUMENT", "UPDATE_MASK_INVALID") as error:
        ATTRIBUTES.update(client, size, "name", "nonsense", "type", name="new", type=STRING)
    assert error.value.fields == ["update_mask.paths[1]", "update_mask.paths[2]"]
    for paths, fields, wrong in (
        (("name",), {}, ["name"]),
        (("options",), {}, ["options", "default_value"]),
        ((), {"options": ["small", "large"]}, ["default_value"]),
        ((), {"default_value": value("huge")}, ["default_value"]),
    ):
        with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
            ATTRIBUTES.update(client, size, *paths, **fields)
        assert error.value.fields == [f"custom_attribute.{field}" for field in wrong]
    with refused("ALREADY_EXISTS", "CUSTOM_ATTRIBUTE_NAME_TAKEN"):
        ATTRIBUTES.update(client, size, name="level")
    with refused("ABORTED", "ETAG_MISMATCH") as error:
        ATTRIBUTES.update(client, size, name="new", etag="1-1")
    assert error.value.metadata == {"etag": size.etag}
    assert contents(server.url) == before


def test_update_that_changes_nothing_leaves_everything(
    server: Running, client: Client, size: pb.CustomAttribute
) -> None:
    """No new etag, no event."""
    before = contents(server.url)
    fields = {field.name: given for field, given in size.ListFields()}

    assert ATTRIBUTES.update(client, size, "*", **fields) == size
    assert contents(server.url) == before


def test_update_is_recorded_with_what_it_changed(
    server: Running, client: Client, size: pb.CustomAttribute
) -> None:
    """Before and after of the changed fields, and no others."""
    ATTRIBUTES.update(client, size, name="size", required=True, default_value=value("large"))

    event = last_event(server, client)

    assert (event.type, event.subject_id) == ("custom_attribute.updated", size.custom_attribute_id)
    assert event.changes == (
        {"default_value": "medium", "required": False},
        {"default_value": "large", "required": True},
    )


def test_new_name_keeps_the_values(client: Client, size: pb.CustomAttribute) -> None:
    """Users have them by the new name with the next read."""
    ann = created(client, login_ids=["ann"], custom_attributes=values(size="large"))

    ATTRIBUTES.update(client, size, name="measure")

    assert dict(read(client, ann).custom_attributes) == values(measure="large")


@pytest.mark.parametrize("kind", [SINGLE_SELECT, MULTI_SELECT])
def test_option_in_use_stays(server: Running, client: Client, kind: Any) -> None:
    """Until nobody has it any more; others can go, and the order is free."""
    size = attribute(client, "fit", kind, options=SIZES)
    chosen = "large" if kind == SINGLE_SELECT else ["large", "small"]
    ann = created(client, login_ids=["ann"], custom_attributes=values(fit=chosen))
    before = contents(server.url)

    with refused("FAILED_PRECONDITION", "ATTRIBUTE_OPTION_IN_USE") as error:
        ATTRIBUTES.update(client, size, options=["small", "medium"])

    assert error.value.metadata == {"option": "large"}
    assert contents(server.url) == before
    ATTRIBUTES.update(client, size, options=["large", "small"])
    assert read(client, ann) == ann
    sql(server.url, "DELETE FROM users")
    assert list(ATTRIBUTES.update(client, size, options=["tiny"]).options) == ["tiny"]


# -- deletion --------------------------------------------------------------------------------------


def test_deletion_takes_the_values_along(server: Running, client: Client, size: pb.CustomAttribute) -> None:
    """Those of other attributes stay; a new declaration of the name begins without values."""
    attribute(client, "level", NUMBER)
    ann = created(client, login_ids=["ann"], custom_attributes=values(size="large", level=7))
    ATTRIBUTES.delete(client, size, etag=size.etag)

    assert dict(read(client, ann).custom_attributes) == values(level=7)
    for attempt in (ATTRIBUTES.delete, ATTRIBUTES.update):
        with refused("NOT_FOUND", "CUSTOM_ATTRIBUTE_NOT_FOUND") as error:
            attempt(client, size)
        assert error.value.metadata == {"custom_attribute_id": size.custom_attribute_id}
    event = last_event(server, client)
    assert (event.type, event.subject_id) == ("custom_attribute.deleted", size.custom_attribute_id)
    assert event.changes[0]["type"] == "SINGLE_SELECT"
    again = attribute(client, "size", NUMBER, custom_attribute_id=size.custom_attribute_id)
    assert dict(read(client, ann).custom_attributes) == values(level=7)
    with refused("ABORTED", "ETAG_MISMATCH") as error:
        ATTRIBUTES.delete(client, again, etag=size.etag)
    assert error.value.metadata == {"etag": again.etag}
