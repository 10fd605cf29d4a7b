"""ManagementKeyService: creating, reading, changing and revoking keys. Pages: test_pages; what keys may
do: test_key_rights; rotation: test_key_rotation."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID, uuid4

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from roster.v1 import management_key_pb2 as pb
from roster.v1 import management_key_service_pb2 as rpc
from roster.v1 import role_service_pb2

from tests.calling import Client, refused
from tests.conftest import Running, sql
from tests.requests import METHODS, required_scope
from tests.rows import contents, events
from tests.rpc.key_requests import ahead, create, get, revoke, update

READ_A_LIST = role_service_pb2.ListRolesRequest()


def test_created_key_is_answered_with_its_secret_once(client: Client) -> None:
    """Everything but the secret can be read again; the secret opens the door."""
    created, secret = create(
        client,
        "roles:read",
        "users:*",
        display_name="Backend",
        project_ids=[client.project_id.upper()],
        all_projects=True,
        allowed_cidrs=["127.0.0.0/8", "2001:db8::/32"],
        expire_time=ahead(hours=1),
    )

    assert UUID(created.key_id).version == 7
    assert re.fullmatch(rf"rk_{created.key_id.replace('-', '')}_[\w-]{{43}}", secret)
    assert list(created.scopes) == ["roles:read", "users:*"]
    assert list(created.project_ids) == [client.project_id]
    assert list(created.allowed_cidrs) == ["127.0.0.0/8", "2001:db8::/32"]
    assert created.all_projects
    assert created.update_time == created.create_time
    for field in ("last_use_time", "revoke_time", "previous_secret_expire_time"):
        assert not created.HasField(field)
    assert get(client, created.key_id.upper()) == created
    client.with_key(client.project_id, secret).roles.ListRoles(READ_A_LIST)


def test_two_keys_have_nothing_in_common(client: Client) -> None:
    """Neither id nor secret."""
    (one, first), (other, second) = create(client, "users:read"), create(client, "users:read")

    assert one.key_id != other.key_id
    assert first.rpartition("_")[2] != second.rpartition("_")[2]


def test_every_scope_of_the_contract_can_be_given(client: Client) -> None:
    """And the wildcards of their kinds, and the one of all."""
    scopes = {scope for method in METHODS.values() if (scope := required_scope(method))}
    scopes |= {f"{scope.partition(':')[0]}:*" for scope in scopes} | {"*"}

    created, _ = create(client, *sorted(scopes))

    assert set(created.scopes) == scopes


BAD_VALUES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "no scope": ({"scopes": []}, ["management_key.scopes"]),
    "no scopes": (
        {"scopes": ["users:read", "users", "Users:read", "", "*:*", "users:read:more"]},
        [f"management_key.scopes[{n}]" for n in (1, 2, 3, 4, 5)],
    ),
    "scopes of nothing": (
        {"scopes": ["users:read", "users:sing", "songs:read"]},
        [f"management_key.scopes[{n}]" for n in (1, 2)],
    ),
    "a scope twice": ({"scopes": ["users:read", "users:read"]}, ["management_key.scopes"]),
    "a long name": ({"scopes": ["*"], "display_name": "x" * 201}, ["management_key.display_name"]),
    "no ids": (
        {"scopes": ["*"], "project_ids": ["all", ""]},
        [f"management_key.project_ids[{n}]" for n in (0, 1)],
    ),
    "no networks": (
        {
            "scopes": ["*"],
            "allowed_cidrs": [
                "10.0.0.0/8",
                "10.0.0.0",
                "10.0.0.0/33",
                "10.0.0.1/8",
                "localhost",
                "",
                "2001:db8::/129",
                "fe80::1%eth0/64",
                "010.0.0.0/8",
            ],
        },
        [f"management_key.allowed_cidrs[{n}]" for n in range(1, 9)],
    ),
    "a past expiry": (
        {"scopes": ["*"], "expire_time": Timestamp(seconds=1)},
        ["management_key.expire_time"],
    ),
    "an instant that does not exist": (
        {"scopes": ["*"], "expire_time": Timestamp(seconds=2**60)},
        ["management_key.expire_time"],
    ),
}


@pytest.mark.parametrize("case", BAD_VALUES)
def test_bad_values_are_named(server: Running, client: Client, case: str) -> None:
    """When a key is created and when it is updated; nothing is changed."""
    values, fields = BAD_VALUES[case]
    key, _ = create(client, "users:read")
    before = contents(server.url)

    with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
        client.keys.CreateManagementKey(
            rpc.CreateManagementKeyRequest(management_key=pb.ManagementKey(**values))
        )
    assert sorted(set(error.value.fields)) == sorted(fields)
    with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
        update(client, key.key_id, *values, **values)
    assert sorted(set(error.value.fields)) == sorted(fields)
    assert contents(server.url) == before


def test_key_that_does_not_exist(client: Client, other_project: Client) -> None:
    """Nor does one of another project; every method says the same of both."""
    theirs = other_project.keys.ListManagementKeys(rpc.ListManagementKeysRequest()).management_keys[0]
    for key_id in (str(uuid4()), theirs.key_id):
        for call in (
            lambda key_id: get(client, key_id),
            lambda key_id: update(client, key_id, display_name="Mine"),
            lambda key_id: client.keys.RotateManagementKey(rpc.RotateManagementKeyRequest(key_id=key_id)),
            lambda key_id: revoke(client, key_id),
        ):
            with refused("NOT_FOUND", "MANAGEMENT_KEY_NOT_FOUND") as error:
                call(key_id)
            assert error.value.metadata == {"key_id": key_id}


def test_update_without_mask_sets_what_is_populated(client: Client) -> None:
    """What is not sent stays."""
    created, _ = create(client, "users:read", display_name="Backend", allowed_cidrs=["10.0.0.0/8"])

    updated = update(client, created.key_id, display_name="Frontend", expire_time=ahead(hours=1))

    expected = pb.ManagementKey()
    expected.CopyFrom(created)
    expected.display_name = "Frontend"
    for field in ("expire_time", "update_time"):
        getattr(expected, field).CopyFrom(getattr(updated, field))
    expected.etag = updated.etag
    assert updated == expected
    assert updated.etag != created.etag
    assert get(client, created.key_id) == updated


def test_mask_clears_and_star_replaces(client: Client) -> None:
    """All but the scopes, which a key cannot be without."""
    created, _ = create(
        client,
        "users:read",
        display_name="Backend",
        all_projects=True,
        allowed_cidrs=["10.0.0.0/8"],
        expire_time=ahead(hours=1),
    )
    cleared = update(client, created.key_id, "display_name", "allowed_cidrs", "expire_time", "last_use_time")
    assert (cleared.display_name, list(cleared.allowed_cidrs), cleared.all_projects) == ("", [], True)
    assert not cleared.HasField("expire_time")

    replaced = update(client, created.key_id, "*", scopes=["roles:read"])
    assert (list(replaced.scopes), replaced.all_projects) == (["roles:read"], False)

    for mask in ("scopes", "*"):
        with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
            update(client, created.key_id, mask)
        assert error.value.fields == ["management_key.scopes"]


def test_every_bad_path_of_a_mask_is_listed(client: Client) -> None:
    """The secret is no field of a key."""
    created, _ = create(client, "users:read")

    with refused("INVALID_ARGUMENT", "UPDATE_MASK_INVALID") as error:
        update(client, created.key_id, "secret", "display_name", "secret_hash", "project_id")

    assert error.value.fields == [f"update_mask.paths[{n}]" for n in (0, 2, 3)]


def test_update_that_changes_nothing_leaves_everything(server: Running, client: Client) -> None:
    """No new etag, no event."""
    created, _ = create(client, "users:read", display_name="Backend")
    before = contents(server.url)

    assert update(client, created.key_id, display_name="Backend", etag=created.etag) == created
    assert contents(server.url) == before


def test_etag_guards_an_update(client: Client) -> None:
    """Use of the key does not count as a change."""
    created, secret = create(client, "roles:read")
    client.with_key(client.project_id, secret).roles.ListRoles(READ_A_LIST)
    present = update(client, created.key_id, display_name="First", etag=created.etag)

    with refused("ABORTED", "ETAG_MISMATCH") as error:
        update(client, created.key_id, display_name="Second", etag=created.etag)

    assert error.value.metadata == {"etag": present.etag}


def test_revoked_key_is_of_no_more_use(server: Running, client: Client) -> None:
    """It stays in the list, cannot be changed or rotated, and revoking it again changes nothing."""
    created, secret = create(client, "roles:read")

    revoked = revoke(client, created.key_id)

    assert revoked.HasField("revoke_time")
    assert revoked.etag != created.etag
    with refused("UNAUTHENTICATED", "KEY_REVOKED"):
        client.with_key(client.project_id, secret).roles.ListRoles(READ_A_LIST)
    with refused("FAILED_PRECONDITION", "KEY_NOT_USABLE"):
        update(client, created.key_id, display_name="New")
    with refused("FAILED_PRECONDITION", "KEY_NOT_USABLE"):
        client.keys.RotateManagementKey(rpc.RotateManagementKeyRequest(key_id=created.key_id))
    listed = client.keys.ListManagementKeys(rpc.ListManagementKeysRequest()).management_keys
    assert listed[-1] == revoked
    before = contents(server.url)
    assert revoke(client, created.key_id) == revoked
    assert contents(server.url) == before


def test_expired_key_cannot_be_brought_back(server: Running, client: Client) -> None:
    """Moving its expiry would be giving it away anew; revoking it is still possible."""
    created, _ = create(client, "roles:read", expire_time=ahead(hours=1))
    sql(server.url, "UPDATE management_keys SET expire_time = now() WHERE key_id = %s", created.key_id)

    with refused("FAILED_PRECONDITION", "KEY_NOT_USABLE"):
        update(client, created.key_id, expire_time=ahead(hours=1))
    with refused("FAILED_PRECONDITION", "KEY_NOT_USABLE"):
        client.keys.RotateManagementKey(rpc.RotateManagementKeyRequest(key_id=created.key_id))
    assert revoke(client, created.key_id).HasField("revoke_time")


def test_every_change_is_recorded_without_the_secret(server: Running, client: Client) -> None:
    """What the key may do, before and after; never what opens the door."""
    before = len(events(server.url, client.project_id))
    created, _ = create(client, "users:read", display_name="Backend")
    update(client, created.key_id, scopes=["roles:read"])
    client.keys.RotateManagementKey(rpc.RotateManagementKeyRequest(key_id=created.key_id))
    revoke(client, created.key_id)

    new = events(server.url, client.project_id)[before:]

    assert {event.subject_id for event in new} == {created.key_id}
    assert [event.type.partition(".")[2] for event in new] == ["created", "updated", "rotated", "revoked"]
    assert new[0].changes[1]["scopes"] == ["users:read"]
    assert new[1].changes == ({"scopes": ["users:read"]}, {"scopes": ["roles:read"]})
    assert [event.data for event in new[2:]] == [{}, {}]
