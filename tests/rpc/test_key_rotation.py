"""ManagementKeyService.RotateManagementKey, and that secrets are stored nowhere."""

from __future__ import annotations

import hashlib
from base64 import b64encode, urlsafe_b64encode
from uuid import uuid4

import pytest
from roster.v1 import management_key_pb2 as pb
from roster.v1 import management_key_service_pb2 as rpc
from roster.v1 import role_service_pb2

from tests.calling import Client, refused
from tests.conftest import Running, sql
from tests.rows import tables
from tests.rpc.key_requests import create, get, rotate

LIST_ROLES = role_service_pb2.ListRolesRequest()


def works(client: Client, secret: str) -> bool:
    """Whether the secret opens the project; if not, it is refused like one that never did."""
    caller = client.with_key(client.project_id, secret)
    try:
        with refused("UNAUTHENTICATED", "CREDENTIALS_INVALID"):
            caller.roles.ListRoles(LIST_ROLES)
    except pytest.fail.Exception:
        return True
    return False


def test_rotation_without_overlap_ends_the_old_secret_at_once(client: Client) -> None:
    """The key keeps its id and all it may do."""
    key, old = create(client, "roles:read", display_name="Backend")

    rotated, new = rotate(client, key.key_id)

    assert (works(client, old), works(client, new)) == (False, True)
    assert (rotated.key_id, rotated.display_name, rotated.scopes) == (key.key_id, "Backend", key.scopes)
    assert rotated.etag != key.etag
    assert rotated.update_time.ToNanoseconds() > key.update_time.ToNanoseconds()
    assert not rotated.HasField("previous_secret_expire_time")


def test_old_secret_works_for_the_overlap(server: Running, client: Client) -> None:
    """Both open the door until the time is over; then only the new one."""
    key, old = create(client, "roles:read")

    rotated, new = rotate(client, key.key_id, seconds=3600)

    assert (works(client, old), works(client, new)) == (True, True)
    overlap = rotated.previous_secret_expire_time.ToNanoseconds() - rotated.update_time.ToNanoseconds()
    assert overlap == 3600 * 10**9
    found = get(client, key.key_id)
    assert found.previous_secret_expire_time == rotated.previous_secret_expire_time
    sql(server.url, "UPDATE management_keys SET previous_secret_expire_time = now()")
    assert (works(client, old), works(client, new)) == (False, True)


def test_two_secrets_work_at_most(client: Client) -> None:
    """A second rotation ends the oldest, whatever its overlap was."""
    key, first = create(client, "roles:read")
    _, second = rotate(client, key.key_id, seconds=3600)

    _, third = rotate(client, key.key_id, seconds=3600)

    assert [works(client, secret) for secret in (first, second, third)] == [False, True, True]


def test_key_can_rotate_itself(client: Client) -> None:
    """And goes on with the new secret."""
    key, old = create(client, "keys:write", "roles:read")

    _, new = rotate(client.with_key(client.project_id, old), key.key_id)

    assert (works(client, old), works(client, new)) == (False, True)


@pytest.mark.parametrize(
    "overlap", [{"seconds": -1}, {"nanos": -1}, {"seconds": 604_801}, {"seconds": 604_800, "nanos": 1}]
)
def test_overlap_is_between_nothing_and_seven_days(client: Client, overlap: dict[str, int]) -> None:
    """Both ends included."""
    key, secret = create(client, "roles:read")

    with refused("INVALID_ARGUMENT", "FIELDS_INVALID") as error:
        rotate(client, key.key_id, **overlap)

    assert error.value.fields == ["overlap"]
    assert works(client, secret)
    rotate(client, key.key_id, seconds=604_800)


def stored(url: str) -> bytes:
    """Everything that any table but that of the keys themselves holds."""
    rows = [
        row
        for table in tables(url)
        if table != "management_keys"
        for row in sql(url, f"SELECT * FROM {table}")
    ]
    return b"\n".join(
        bytes(value) if isinstance(value, bytes | memoryview) else repr(value).encode()
        for row in rows
        for value in row
    )


def traces(secret: str) -> list[bytes]:
    """The forms in which a secret or its hash could be found."""
    random = secret.split("_", 2)[2]
    digest = hashlib.sha256(secret.encode()).digest()
    return [
        random.encode(),
        b64encode(secret.encode()),
        digest,
        digest.hex().encode(),
        b64encode(digest),
        urlsafe_b64encode(digest),
    ]


def test_repeats_have_no_secret_and_nothing_stores_one(server: Running, client: Client) -> None:
    """Neither the record of the request nor the event holds the secret or its hash."""
    creation = rpc.CreateManagementKeyRequest(
        management_key=pb.ManagementKey(scopes=["roles:read"]), request_id=str(uuid4())
    )
    created = client.keys.CreateManagementKey(creation)
    rotation = rpc.RotateManagementKeyRequest(key_id=created.management_key.key_id, request_id=str(uuid4()))
    rotated = client.keys.RotateManagementKey(rotation)

    again = client.keys.CreateManagementKey(creation)
    rotated_again = client.keys.RotateManagementKey(rotation)

    assert (again.management_key, again.secret) == (created.management_key, "")
    assert (rotated_again.management_key, rotated_again.secret) == (rotated.management_key, "")
    assert works(client, rotated.secret)
    everything = stored(server.url)
    assert created.management_key.key_id.encode() in everything
    for secret in (created.secret, rotated.secret):
        assert [trace for trace in traces(secret) if trace in everything] == []


def test_keys_themselves_hold_hashes_only(server: Running, client: Client) -> None:
    """The secret stands in no table at all."""
    _, secret = create(client, "roles:read")

    hashes = [bytes(value) for (value,) in sql(server.url, "SELECT secret_hash FROM management_keys")]
    assert hashlib.sha256(secret.encode()).digest() in hashes
    rows = repr(sql(server.url, "SELECT k::text FROM management_keys k"))
    assert secret.split("_", 2)[2] not in rows
    assert secret.encode().hex() not in rows
