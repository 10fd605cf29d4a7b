"""UserActionService: creating, reading and listing definitions. Options: test_user_action_options; changes:
test_user_action_changes; deletion: test_user_action_deletion."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from roster.v1 import user_action_pb2 as pb
from roster.v1 import user_action_service_pb2 as rpc

from tests.calling import Client, refused
from tests.conftest import Running
from tests.rows import events
from tests.rpc.action_requests import (
    ALL,
    INACTIVE_ONES,
    ask,
    define,
    definition,
    definitions,
    option,
    redefine,
    retire,
)
from tests.rpc.email_requests import templates
from tests.rpc.user_requests import NOBODY

# A definition in the JSON of the API that these are modelled on.
EXAMPLE: dict[str, Any] = {
    "cancelEmailTemplateId": "00000000-0000-0000-0000-000000000001",
    "endEmailTemplateId": "00000000-0000-0000-0000-000000000002",
    "includeEmailInEventJSON": True,
    "localizedNames": {"de": "Dauerhaft Verbieten"},
    "modifyEmailTemplateId": "00000000-0000-0000-0000-000000000003",
    "name": "Permanently Ban",
    "options": [
        {"name": "Nicely", "localizedNames": {"de": "Schön"}},
        {"name": "Meanly", "localizedNames": {"de": "Bedeuten"}},
    ],
    "preventLogin": True,
    "sendEndEvent": True,
    "startEmailTemplateId": "00000000-0000-0000-0000-000000000004",
    "temporal": True,
    "userEmailingEnabled": True,
    "userNotificationsEnabled": True,
}
EXAMPLE_ID = "00000000-0000-0000-0000-000000000042"

# Our names of its fields.
FIELDS = {
    "cancelEmailTemplateId": "cancel_email_template_id",
    "endEmailTemplateId": "end_email_template_id",
    "includeEmailInEventJSON": "include_email_in_event",
    "localizedNames": "localized_names",
    "modifyEmailTemplateId": "modify_email_template_id",
    "name": "name",
    "options": "options",
    "preventLogin": "prevent_login",
    "sendEndEvent": "send_end_event",
    "startEmailTemplateId": "start_email_template_id",
    "temporal": "temporal",
    "userEmailingEnabled": "user_emailing_enabled",
    "userNotificationsEnabled": "user_notifications_enabled",
}


def of_json(value: dict[str, Any]) -> dict[str, Any]:
    """The fields of a definition, or of an option, that say what the JSON says."""
    fields = {FIELDS[name]: part for name, part in value.items()}
    if "options" in fields:
        fields["options"] = [pb.UserActionOption(**of_json(part)) for part in fields["options"]]
    return fields


def to_json(action: pb.UserAction | pb.UserActionOption) -> dict[str, Any]:
    """What a message says, as JSON of that API says it."""
    told = {name: getattr(action, field) for name, field in FIELDS.items() if hasattr(action, field)}
    told["localizedNames"] = dict(action.localized_names)
    if "options" in told:
        told["options"] = [to_json(part) for part in told["options"]]
    return told


def test_the_example_round_trips_field_for_field(client: Client) -> None:
    """Through create, get, list, and an update of something else to it, with `*` and without a mask."""
    templates(client, (EXAMPLE[name] for name in EXAMPLE if name.endswith("TemplateId")))
    made = define(client, user_action_id=EXAMPLE_ID, **of_json(EXAMPLE))

    assert (made.user_action_id, made.active) == (EXAMPLE_ID, True)
    assert to_json(made) == EXAMPLE
    assert to_json(definition(client, EXAMPLE_ID)) == EXAMPLE
    assert [to_json(action) for action in definitions(client)] == [EXAMPLE]
    retire(client, made)
    for paths in (["*"], []):
        blank = define(client, f"Blank {len(paths)}", send_end_event=False)
        assert to_json(redefine(client, blank, *paths, **of_json(EXAMPLE))) == EXAMPLE
        retire(client, blank)
    assert [to_json(action) for action in definitions(client, INACTIVE_ONES)] == [EXAMPLE] * 3


def test_what_nobody_said_has_its_default(client: Client) -> None:
    """The server adds an id in the order of time, the times and the etag; the end is told of."""
    made = define(client, "Send coupon")

    assert made == pb.UserAction(
        user_action_id=made.user_action_id,
        name="Send coupon",
        send_end_event=True,
        active=True,
        create_time=made.create_time,
        update_time=made.create_time,
        etag=made.etag,
    )
    assert UUID(made.user_action_id).version == 7
    assert made.etag
    assert definition(client, made.user_action_id.upper()) == made
    assert definitions(client) == [made]


def test_end_can_be_silent(client: Client) -> None:
    """False is not the same as unset."""
    assert not define(client, temporal=True, send_end_event=False).send_end_event


def test_caller_may_bring_the_id(client: Client, other_project: Client) -> None:
    """Any UUID, in either case; it is unique in a project, and kept in lower case."""
    action_id = str(uuid4())

    assert define(client, user_action_id=action_id.upper()).user_action_id == action_id
    with refused("ALREADY_EXISTS", "USER_ACTION_ID_TAKEN"):
        define(client, "Other", user_action_id=action_id)
    assert define(other_project, user_action_id=action_id).user_action_id == action_id


def test_output_only_fields_are_ignored(client: Client) -> None:
    """What only the server can know is not taken from a caller."""
    past = Timestamp(seconds=1)

    made = define(client, create_time=past, update_time=past, etag="1-1", active=False)

    assert past not in (made.create_time, made.update_time)
    assert (made.etag != "1-1", made.active) == (True, True)


def test_white_space_around_a_name_is_dropped(client: Client) -> None:
    """White space of any script, but not the one between words."""
    assert define(client, "\t　 Send coupon \n").name == "Send coupon"


@pytest.mark.parametrize("spelling", ["Straße", "STRASSE", "ｓｔｒａｓｓｅ", " straße "])
def test_name_is_unique_whatever_its_spelling(client: Client, other_project: Client, spelling: str) -> None:
    """Names are compared case-insensitively after NFKC, within a project."""
    define(client, "Straße")

    with refused("ALREADY_EXISTS", "USER_ACTION_NAME_TAKEN"):
        define(client, spelling)

    define(other_project, spelling)


def test_creation_is_recorded(server: Running, client: Client) -> None:
    """The event tells all that was created, and by which key; a refused creation leaves none."""
    made = define(client, temporal=True, options=[option("Nicely", de="Nett")])
    with refused("ALREADY_EXISTS", "USER_ACTION_NAME_TAKEN"):
        define(client, "SUSPEND")

    (event,) = events(server.url, client.project_id, "user_action.")

    assert (event.type, event.subject_id) == ("user_action.created", made.user_action_id)
    assert event.key_id is not None
    assert event.key_id.replace("-", "") in client.key
    before, after = event.changes
    assert before is None
    assert after == {
        "name": "Suspend",
        "localized_names": {},
        "temporal": True,
        "prevent_login": False,
        "send_end_event": True,
        "options": [
            {"option_id": made.options[0].option_id, "name": "Nicely", "localized_names": {"de": "Nett"}}
        ],
        "start_email_template_id": None,
        "modify_email_template_id": None,
        "cancel_email_template_id": None,
        "end_email_template_id": None,
        "include_email_in_event": False,
        "user_emailing_enabled": False,
        "user_notifications_enabled": False,
        "active": True,
    }


# -- lists -----------------------------------------------------------------------------------------


def test_list_is_in_alphabetical_order(client: Client, other_project: Client) -> None:
    """Capitals and widths of letters do not matter; another project's are not in it."""
    define(other_project, "Zeta")
    for name in ("beta", "Alpha", "ｇamma", "Delta", "alpha 2"):
        define(client, name)

    assert [action.name for action in definitions(client)] == ["Alpha", "alpha 2", "beta", "Delta", "ｇamma"]


def test_list_shows_active_ones_unless_asked_for_others(client: Client) -> None:
    """Inactive ones, or all, also where several of those have one name."""
    gone = [define(client, "Suspend"), define(client, "Ban")]
    for action in gone:
        retire(client, action)
    again = define(client, "suspend")

    def names(states: Any) -> list[tuple[str, bool]]:
        return [(action.name, action.active) for action in definitions(client, states)]

    assert names(0) == names(rpc.USER_ACTION_STATES_ACTIVE) == [("suspend", True)]
    assert names(INACTIVE_ONES) == [("Ban", False), ("Suspend", False)]
    assert names(ALL) == [("Ban", False), ("Suspend", False), ("suspend", True)]
    everything = ask(client, rpc.ListUserActionsRequest(states=ALL, page_size=1, include_total_size=True))
    assert (len(everything.user_actions), everything.total_size) == (1, 3)
    assert definitions(client)[0].user_action_id == again.user_action_id


def test_id_that_names_nothing(client: Client) -> None:
    """A UUID is not found, anything else is invalid."""
    with refused("NOT_FOUND", "USER_ACTION_NOT_FOUND") as error:
        definition(client, NOBODY)
    resource = error.value.details["ResourceInfo"]
    assert (resource.resource_type, resource.resource_name) == ("roster.v1.UserAction", NOBODY)
    with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
        definition(client, "suspend")
    assert error.value.fields == ["user_action_id"]
