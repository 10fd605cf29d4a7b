"""TenantService and ApplicationService, which differ in nothing but the name of what they manage."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from tests.calling import Client, refused
from tests.conftest import Running
from tests.rows import Event, contents, events
from tests.rpc.directory_requests import APPLICATIONS, TENANTS, Kind
from tests.rpc.user_requests import ADD, NOBODY, created, read


@pytest.fixture(params=[TENANTS, APPLICATIONS], ids=lambda kind: kind.word)
def kind(request: pytest.FixtureRequest) -> Kind:
    """Each of the two kinds."""
    chosen: Kind = request.param
    return chosen


@pytest.fixture
def acme(client: Client, kind: Kind) -> Any:
    """One of them."""
    return kind.create(client, name="Acme", description="Makes all")


def last_event(server: Running, client: Client, kind: Kind) -> Event:
    return events(server.url, client.project_id, f"{kind.word}.")[-1]


# -- creation and reading --------------------------------------------------------------------------


def test_what_is_created_can_be_read(client: Client, kind: Kind) -> None:
    """The server adds an id in the order of time, the times and the etag."""
    made = kind.create(client, name="Acme", description="Makes all")

    assert made == kind.make(
        **{f"{kind.word}_id": kind.id_of(made)},
        name="Acme",
        description="Makes all",
        create_time=made.create_time,
        update_time=made.create_time,
        etag=made.etag,
    )
    assert UUID(kind.id_of(made)).version == 7
    assert made.etag
    assert kind.get(client, kind.id_of(made).upper()) == made
    assert kind.listed(client) == [made]


def test_caller_may_bring_the_id(client: Client, kind: Kind) -> None:
    """Any UUID, in either case; it is kept in lower case."""
    item_id = str(uuid4())

    made = kind.create(client, name="Acme", **{f"{kind.word}_id": item_id.upper()})

    assert kind.id_of(made) == item_id


def test_output_only_fields_are_ignored(client: Client, kind: Kind) -> None:
    """What only the server can know is not taken from a caller."""
    past = Timestamp(seconds=1)

    made = kind.create(client, name="Acme", create_time=past, update_time=past, etag="1-1")

    assert past not in (made.create_time, made.update_time)
    assert made.etag != "1-1"


OUT_OF_BOUNDS: list[tuple[dict[str, str], str]] = [
    ({"name": ""}, "name"),
    ({"name": " \t　"}, "name"),
    ({"name": "x" * 201}, "name"),
    ({"name": "x", "description": "x" * 1001}, "description"),
    ({"name": "a\0b"}, "name"),
]


def test_field_out_of_bounds_is_refused(server: Running, client: Client, kind: Kind) -> None:
    """The error names it, and nothing is stored."""
    before = contents(server.url)

    for fields, wrong in OUT_OF_BOUNDS:
        with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
            kind.create(client, **fields)
        assert error.value.fields == [f"{kind.word}.{wrong}"]
    with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
        kind.create(client, name="Acme", **{f"{kind.word}_id": "7"})
    assert error.value.fields == [f"{kind.word}.{kind.word}_id"]
    assert contents(server.url) == before


def test_name_and_description_may_be_as_long_as_the_contract_says(client: Client, kind: Kind) -> None:
    """In characters, however many bytes they take, also when they are folded."""
    long = "".join(chr(0xFDF0 + n % 12) + chr(0x4E00 + 37 * n) for n in range(100))

    made = kind.create(client, name=long, description="𝔻" * 1000)

    assert kind.get(client, kind.id_of(made)) == made
    assert made.name == long


def test_white_space_around_a_name_is_dropped(client: Client, kind: Kind) -> None:
    """White space of any script, but not the one between words."""
    assert kind.create(client, name="\t　 Acme Inc \n").name == "Acme Inc"


@pytest.mark.parametrize("spelling", ["Straße", "STRASSE", "ｓｔｒａｓｓｅ", " straße "])
def test_name_is_unique_whatever_its_spelling(client: Client, kind: Kind, spelling: str) -> None:
    """Names are compared case-insensitively after NFKC."""
    kind.create(client, name="Straße")

    with refused("ALREADY_EXISTS", kind.reason("NAME_TAKEN")):
        kind.create(client, name=spelling)


def test_list_is_in_alphabetical_order(client: Client, kind: Kind, other_project: Client) -> None:
    """Capitals and widths of letters do not matter; another project's are not in it."""
    kind.create(other_project, name="Zeta")
    for name in ("beta", "Alpha", "ｇamma", "Delta", "alpha 2"):
        kind.create(client, name=name)

    assert [item.name for item in kind.listed(client)] == ["Alpha", "alpha 2", "beta", "Delta", "ｇamma"]


def test_creation_is_recorded(server: Running, client: Client, kind: Kind, acme: Any) -> None:
    """The event tells what was created, and by which key; a refused creation leaves none."""
    with refused("ALREADY_EXISTS", kind.reason("NAME_TAKEN")):
        kind.create(client, name="ACME")

    (event,) = events(server.url, client.project_id, f"{kind.word}.")

    assert (event.type, event.subject_id) == (f"{kind.word}.created", kind.id_of(acme))
    assert event.key_id is not None
    assert event.changes == (None, {"name": "Acme", "description": "Makes all"})


# -- changes ---------------------------------------------------------------------------------------

UPDATES: list[tuple[tuple[str, ...], dict[str, str], tuple[str, str]]] = [
    ((), {"name": "Globex"}, ("Globex", "Makes all")),
    ((), {"description": "New"}, ("Acme", "New")),
    (("name",), {"name": " Globex ", "description": "ignored"}, ("Globex", "Makes all")),
    (("description",), {"name": "ignored"}, ("Acme", "")),
    (("name", "description"), {"name": "Globex", "description": "New"}, ("Globex", "New")),
    (("*",), {"name": "Globex"}, ("Globex", "")),
    (("description", "create_time", "etag"), {"description": "New"}, ("Acme", "New")),
    (("name",), {"name": "ACME"}, ("ACME", "Makes all")),
]


@pytest.mark.parametrize(("paths", "fields", "expected"), UPDATES)
def test_update_changes_what_the_mask_names(
    client: Client,
    kind: Kind,
    acme: Any,
    paths: tuple[str, ...],
    fields: dict[str, str],
    expected: tuple[str, str],
) -> None:
    """Without a mask the populated fields; with `*` all; what is masked and unset is cleared."""
    changed = kind.update(client, acme, *paths, **fields)

    assert (changed.name, changed.description) == expected
    assert changed.create_time == acme.create_time
    assert changed.update_time != acme.update_time
    assert changed.etag != acme.etag
    assert kind.get(client, kind.id_of(acme)) == changed


def test_update_that_is_wrong_changes_nothing(server: Running, client: Client, kind: Kind, acme: Any) -> None:
    """Unknown paths, a name that would be cleared or is taken, an old etag."""
    kind.create(client, name="Globex")
    before = contents(server.url)

    with refused("INVALID_ARGUMENT", "UPDATE_MASK_INVALID") as error:
        kind.update(client, acme, "name", "nonsense", f"{kind.word}_id", name="New")
    assert error.value.fields == ["update_mask.paths[1]", "update_mask.paths[2]"]
    for paths in (("*",), ("name",)):
        with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
            kind.update(client, acme, *paths, description="New")
        assert error.value.fields == [f"{kind.word}.name"]
    with refused("ALREADY_EXISTS", kind.reason("NAME_TAKEN")):
        kind.update(client, acme, name="ＧＬＯＢＥＸ")
    with refused("ABORTED", "ETAG_MISMATCH") as error:
        kind.update(client, acme, name="New", etag="1-1")
    assert error.value.metadata == {"etag": acme.etag}
    assert contents(server.url) == before


def test_update_that_changes_nothing_leaves_everything(
    server: Running, client: Client, kind: Kind, acme: Any
) -> None:
    """No new etag, no event."""
    before = contents(server.url)

    assert kind.update(client, acme, "*", name="Acme", description="Makes all", etag=acme.etag) == acme
    assert contents(server.url) == before


def test_update_is_recorded_with_what_it_changed(
    server: Running, client: Client, kind: Kind, acme: Any
) -> None:
    """Before and after of the changed fields, and no others."""
    kind.update(client, acme, name="Globex", description="Makes all")

    event = last_event(server, client, kind)

    assert (event.type, event.subject_id) == (f"{kind.word}.updated", kind.id_of(acme))
    assert event.changes == ({"name": "Acme"}, {"name": "Globex"})


def test_new_name_reaches_the_users_and_leaves_their_etag(client: Client, kind: Kind, acme: Any) -> None:
    """It is shown with the next read."""
    ann = kind.modify(client, created(client, login_ids=["ann"]), ADD, acme)

    kind.update(client, acme, name="Globex")

    assert kind.held(read(client, ann)) == ["Globex"]
    assert read(client, ann).etag == ann.etag


# -- deletion --------------------------------------------------------------------------------------


def test_what_is_deleted_is_gone_and_its_name_is_free(
    server: Running, client: Client, kind: Kind, acme: Any
) -> None:
    """The event keeps what it was; a new one of the same id is another one."""
    kind.delete(client, acme, etag=acme.etag)

    for attempt in (kind.delete, kind.update):
        with refused("NOT_FOUND", kind.reason("NOT_FOUND")) as error:
            attempt(client, acme)
        assert error.value.metadata == {f"{kind.word}_id": kind.id_of(acme)}
    event = last_event(server, client, kind)
    assert (event.type, event.subject_id) == (f"{kind.word}.deleted", kind.id_of(acme))
    assert event.changes == ({"name": "Acme", "description": "Makes all"}, None)
    again = kind.create(client, name="Acme", **{f"{kind.word}_id": kind.id_of(acme)})
    with refused("ABORTED", "ETAG_MISMATCH") as error:
        kind.delete(client, again, etag=acme.etag, force=True)
    assert error.value.metadata == {"etag": again.etag}


def test_what_is_in_use_is_deleted_only_by_force(
    server: Running, client: Client, kind: Kind, acme: Any
) -> None:
    """Force takes it from its users, and the event says from how many; other things stay theirs."""
    other = kind.create(client, name="Other")
    users = [created(client, login_ids=[f"user-{n}"]) for n in range(3)]
    for user in users:
        kind.modify(client, user, ADD, acme, other)
    before = contents(server.url)
    for options in ({}, {"etag": acme.etag}):
        with refused("FAILED_PRECONDITION", kind.reason("IN_USE")):
            kind.delete(client, acme, **options)
    assert contents(server.url) == before

    kind.delete(client, acme, force=True)

    assert [["Other"]] * 3 == [kind.held(read(client, user)) for user in users]
    event = last_event(server, client, kind)
    assert event.data is not None
    assert event.data["memberships_ended"] == 3


def test_id_that_is_none_is_refused(client: Client, kind: Kind) -> None:
    """A UUID that names nothing is not found; anything else is invalid."""
    with refused("NOT_FOUND", kind.reason("NOT_FOUND")) as error:
        kind.get(client, NOBODY)
    resource = error.value.details["ResourceInfo"]
    assert (resource.resource_type, resource.resource_name) == (f"roster.v1.{kind.title}", NOBODY)
    with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
        kind.get(client, "acme")
    assert error.value.fields == [f"{kind.word}_id"]
