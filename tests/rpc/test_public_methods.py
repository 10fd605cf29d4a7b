"""What end users call: the project suffices, and a management key does no harm."""

from __future__ import annotations

from uuid import uuid4

import grpc
import pytest
from roster.v1 import auth_service_pb2 as rpc
from roster.v1 import auth_service_pb2_grpc, project_service_pb2, role_service_pb2

from tests.calling import TIMEOUT, Client, Refused, refused
from tests.conftest import MakeKey, Running, StartServer
from tests.rpc.key_requests import create, revoke

KEYS = rpc.ListSigningKeysRequest()
WELL_FORMED = f"rk_{uuid4().hex}_{'s' * 43}"


def presented(client: Client, authorization: str) -> tuple[str, str]:
    """The code and reason of the refusal of this `authorization` at a public method."""
    stub = auth_service_pb2_grpc.AuthServiceStub(client.channel)
    with pytest.raises(grpc.RpcError) as error:
        stub.ListSigningKeys(KEYS, timeout=TIMEOUT, metadata=(("authorization", authorization),))
    told = Refused(error.value)
    return told.code, told.reason


def test_project_suffices(client: Client) -> None:
    """Without any key, in any spelling of the id."""
    keys = client.public.auth.ListSigningKeys(KEYS).signing_keys

    assert len(keys) == 1
    assert keys == client.with_key(client.project_id.upper(), "").auth.ListSigningKeys(KEYS).signing_keys


def test_key_is_accepted_as_well(client: Client, make_key: MakeKey) -> None:
    """Whatever its scopes."""
    holder = client.with_key(client.project_id, make_key("roles:read"))

    answer = holder.auth.ListSigningKeys(KEYS)

    assert client.public.auth.ListSigningKeys(KEYS) == answer


def test_key_must_be_good(client: Client) -> None:
    """One that is presented is looked at: who holds a revoked one hears of it."""
    key, secret = create(client, "roles:read")
    revoke(client, key.key_id)

    with refused("UNAUTHENTICATED", "KEY_REVOKED"):
        client.with_key(client.project_id, secret).auth.ListSigningKeys(KEYS)
    with refused("UNAUTHENTICATED", "CREDENTIALS_INVALID"):
        client.with_key(client.project_id, WELL_FORMED).auth.ListSigningKeys(KEYS)


def test_unknown_project_is_refused(client: Client) -> None:
    """As a key that nobody has."""
    with refused("UNAUTHENTICATED", "CREDENTIALS_INVALID"):
        client.with_key(str(uuid4()), "").auth.ListSigningKeys(KEYS)


def test_deleted_project_is_refused(client: Client, other_project: Client) -> None:
    """From the moment on that it is deleted."""
    other_project.public.auth.ListSigningKeys(KEYS)
    other_project.projects.DeleteProject(
        project_service_pb2.DeleteProjectRequest(project_id=other_project.project_id, force=True)
    )

    with refused("UNAUTHENTICATED", "CREDENTIALS_INVALID"):
        other_project.public.auth.ListSigningKeys(KEYS)


@pytest.mark.parametrize(
    "authorization",
    [
        "Bearer",
        "Bearer first",
        "Basic {project}",
        "{project}",
        "Bearer {project}:",
        "Bearer {project}:x",
        "Bearer {project} x",
        "Bearer :",
    ],
)
def test_malformed(client: Client, authorization: str) -> None:
    """What begins like a key must be one."""
    told = presented(client, authorization.format(project=client.project_id))

    assert told == ("UNAUTHENTICATED", "CREDENTIALS_MALFORMED")


def test_other_methods_want_a_key(start_server: StartServer, client: Client) -> None:
    """Also where the project is remembered from a public method; and not a word of scopes."""
    server = start_server(key_cache_seconds=10)
    with grpc.insecure_channel(server.address) as channel:
        caller = Client(channel, client.project_id)
        caller.auth.ListSigningKeys(KEYS)

        with refused("UNAUTHENTICATED", "CREDENTIALS_MALFORMED"):
            caller.roles.ListRoles(role_service_pb2.ListRolesRequest())


def test_project_is_remembered(start_server: StartServer, client: Client) -> None:
    """A second call looks at the database no more for it."""
    server: Running = start_server(key_cache_seconds=10)
    statements: list[str] = []
    with grpc.insecure_channel(server.address) as channel:
        caller = Client(channel, client.project_id)
        caller.auth.ListSigningKeys(KEYS)
        server.database.on_statement = statements.append

        caller.auth.ListSigningKeys(KEYS)

    assert ["signing_keys" in statement for statement in statements] == [True]
