"""ProjectService: the settings of a project, changed as a whole or group by group."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from roster.v1 import project_pb2 as pb
from roster.v1 import project_service_pb2 as rpc

from server.domain.settings import ProjectSettings
from tests.calling import Client, refused
from tests.conftest import Running
from tests.rows import contents, events

Settings = pb.ProjectSettings

DEFAULT_LENGTH = 8


def get(client: Client) -> pb.Project:
    project: pb.Project = client.projects.GetProject(rpc.GetProjectRequest()).project
    return project


def update(client: Client, *mask: str, **values: Any) -> pb.Project:
    """The answer to an update, which is what a read then answers too. Without paths there is no mask."""
    request = rpc.UpdateProjectRequest(
        project=pb.Project(**values), update_mask=FieldMask(paths=mask) if mask else None
    )
    changed: pb.Project = client.projects.UpdateProject(request).project
    assert changed == get(client)
    return changed


def length(number: int) -> pb.PasswordPolicy:
    """Passwords of at least so many characters."""
    return pb.PasswordPolicy(min_length=number)


def private(allowed: bool) -> pb.WebhookPolicy:
    """Whether webhooks may go to private addresses."""
    return pb.WebhookPolicy(allow_private_addresses=allowed)


def told(project: pb.Project) -> tuple[int, bool]:
    """One setting of each group."""
    settings = project.settings
    return settings.password_policy.min_length, settings.webhook_policy.allow_private_addresses


@pytest.fixture
def set_up(client: Client) -> pb.Project:
    """A project with a setting in each group."""
    return update(
        client,
        "*",
        display_name="Shop",
        settings=Settings(password_policy=length(12), webhook_policy=private(True)),
    )


def test_every_group_can_be_named_in_a_mask(client: Client) -> None:
    """A mask that names it alone clears it alone."""
    groups = [field.name for field in Settings.DESCRIPTOR.fields]
    assert groups == [field.name for field in fields(ProjectSettings)]
    defaults = get(client).settings
    changed = {
        "password_policy": {"min_length": 12},
        "webhook_policy": {"allow_private_addresses": True},
        "sign_up_policy": {"allowed": True},
        "token_policy": {"idle_seconds": 600},
        "lockout_policy": {"attempts": 7},
        "mfa_policy": {"required": True},
        "passkey_policy": {"rp_id": "example.com"},
        "email_policy": {"from_name": "Shop"},
    }
    assert changed.keys() == set(groups)
    whole = update(client, settings=Settings(**changed)).settings

    for group in groups:
        assert getattr(whole, group) != getattr(defaults, group)
        settings = update(client, f"settings.{group}").settings
        assert getattr(settings, group) == getattr(defaults, group)
        whole.ClearField(group)
        getattr(whole, group).CopyFrom(getattr(defaults, group))
        assert settings == whole


def test_new_project_has_the_defaults(client: Client) -> None:
    """They are answered, and stored nowhere: a later version may have others."""
    assert told(get(client)) == (DEFAULT_LENGTH, False)


UPDATES: list[tuple[tuple[str, ...], Settings | None, tuple[int, bool]]] = [
    # Without a mask: the groups that are set.
    ((), None, (12, True)),
    ((), Settings(), (12, True)),
    ((), Settings(password_policy=length(9)), (9, True)),
    ((), Settings(webhook_policy=private(False)), (12, False)),
    ((), Settings(webhook_policy=pb.WebhookPolicy()), (12, False)),
    ((), Settings(password_policy=length(9), webhook_policy=private(False)), (9, False)),
    # One group: as a whole, and no other.
    (
        ("settings.webhook_policy",),
        Settings(webhook_policy=private(False), password_policy=length(9)),
        (12, False),
    ),
    (("settings.webhook_policy",), Settings(), (12, False)),
    (("settings.webhook_policy",), None, (12, False)),
    (("settings.password_policy",), Settings(password_policy=length(9)), (9, True)),
    (("settings.password_policy",), None, (DEFAULT_LENGTH, True)),
    (
        ("settings.password_policy",),
        Settings(password_policy=pb.PasswordPolicy(require_digit=False)),
        (8, True),
    ),
    # Both, and all.
    (("settings.password_policy", "settings.webhook_policy"), None, (DEFAULT_LENGTH, False)),
    (("settings",), Settings(password_policy=length(9)), (9, False)),
    (("settings",), None, (DEFAULT_LENGTH, False)),
    (("settings", "settings.webhook_policy"), Settings(password_policy=length(9)), (9, False)),
    (("*",), Settings(webhook_policy=private(True)), (DEFAULT_LENGTH, True)),
    (("*",), None, (DEFAULT_LENGTH, False)),
    (("display_name",), Settings(password_policy=length(9), webhook_policy=private(False)), (12, True)),
]


@pytest.mark.parametrize(("mask", "settings", "expected"), UPDATES)
def test_update_changes_the_groups_that_the_mask_names(
    client: Client,
    set_up: pb.Project,
    mask: tuple[str, ...],
    settings: Settings | None,
    expected: tuple[int, bool],
) -> None:
    """A group is replaced as a whole; what is masked and unset has its defaults again."""
    changed = update(client, *mask, settings=settings)

    assert told(changed) == expected
    cleared = mask in (("*",), ("display_name",))
    assert changed.display_name == ("" if cleared else "Shop")
    assert (changed.etag == set_up.etag) == (changed == set_up)


def test_group_keeps_nothing_of_what_it_was(client: Client, set_up: pb.Project) -> None:
    """One rule that is set leaves the others at their defaults."""
    update(client, settings=Settings(password_policy=pb.PasswordPolicy(max_age_days=90)))

    policy = get(client).settings.password_policy

    assert (policy.max_age_days, policy.min_length) == (90, DEFAULT_LENGTH)


def test_clearing_a_group_in_which_nothing_is_set_changes_nothing(server: Running, client: Client) -> None:
    """Nor does setting one in which nothing is."""
    before, project = contents(server.url), get(client)

    assert update(client, "settings.webhook_policy") == project
    assert update(client, settings=Settings(password_policy=pb.PasswordPolicy())) == project

    assert contents(server.url) == before


def test_name_and_a_group_can_be_changed_together(client: Client, set_up: pb.Project) -> None:
    """With a mask or without."""
    for mask in ((), ("display_name", "settings.webhook_policy")):
        changed = update(
            client,
            *mask,
            display_name=f"Shop {len(mask)}",
            settings=Settings(webhook_policy=private(not mask)),
        )
        assert (changed.display_name, told(changed)) == (f"Shop {len(mask)}", (12, not mask))


def test_every_bad_path_is_listed(server: Running, client: Client, set_up: pb.Project) -> None:
    """What is no group, and what lies within one."""
    before = contents(server.url)

    with refused("INVALID_ARGUMENT", "UPDATE_MASK_INVALID") as error:
        update(
            client,
            "settings.colour",
            "settings.webhook_policy",
            "settings.password_policy.min_length",
            "settings.",
            "webhook_policy",
        )

    assert error.value.fields == [f"update_mask.paths[{n}]" for n in (0, 2, 3, 4)]
    assert contents(server.url) == before


def test_update_that_changes_nothing_leaves_everything(
    server: Running, client: Client, set_up: pb.Project
) -> None:
    """No new etag, no event."""
    before = contents(server.url)

    for mask, settings in (
        ((), Settings(webhook_policy=private(True))),
        (("settings.password_policy",), Settings(password_policy=length(12))),
        (("settings",), Settings(password_policy=length(12), webhook_policy=private(True))),
    ):
        assert update(client, *mask, settings=settings, etag=set_up.etag) == set_up

    assert contents(server.url) == before


def test_change_is_recorded(server: Running, client: Client, set_up: pb.Project) -> None:
    """All settings that are set, before and after."""
    update(client, "settings.webhook_policy")

    event = events(server.url, client.project_id, "project.updated")[-1]

    before = {"password_policy": {"min_length": 12}, "webhook_policy": {"allow_private_addresses": True}}
    assert event.changes == (
        {"settings": before},
        {"settings": {"password_policy": {"min_length": 12}}},
    )
