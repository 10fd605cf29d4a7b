"""Access tokens as services in other languages take them: in Node, by `jose`, with keys from the web port."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest
from roster.v1 import role_pb2, user_pb2
from roster.v1 import role_service_pb2 as role_rpc

from server.config import Config
from server.jobs.rotating import rotate_signing_keys
from tests.calling import Client
from tests.conftest import BeginSession, Running, StartServer, sql
from tests.rpc.session_requests import add_claims, create_user, refresh, set_token_policy

JOSE = "jose@6.2.18"
SECONDS = 120.0

# Tells of every token what a service would do with it: take it, or why not.
VERIFIER = """
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from "jose"

const [url, issuer, audience, ...tokens] = process.argv.slice(2)
const keys = createRemoteJWKSet(new URL(url))
const told = []
for (const token of tokens) {
  try {
    const expected = { issuer, audience, typ: "at+jwt", algorithms: ["ES256"] }
    const { payload } = await jwtVerify(token, keys, expected)
    told.push({ claims: payload, kid: decodeProtectedHeader(token).kid })
  } catch (error) {
    told.push({ error: error.code })
  }
}
console.log(JSON.stringify(told))
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory in which Node finds `jose`."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        if os.environ.get("CI"):
            pytest.fail("there is no Node here")
        pytest.skip("there is no Node here")
    directory = tmp_path_factory.mktemp("node")
    (directory / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    (directory / "verify.js").write_text(VERIFIER, encoding="utf-8")
    quiet = ("--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts")
    install = [npm, "install", *quiet, JOSE]
    subprocess.run(install, cwd=directory, check=True, capture_output=True, timeout=SECONDS)
    return directory


class Service:
    """A service of another author, which knows where the keys are, and no more."""

    def __init__(self, project: Path, web: httpx.Client, project_id: str) -> None:
        self._project = project
        self._url = f"{web.base_url}/projects/{project_id}/.well-known/jwks.json"
        self._project_id = project_id

    def verify(self, *tokens: str, issuer: str = "", audience: str = "") -> list[dict[str, Any]]:
        """What it makes of these tokens."""
        command = [
            "node",
            "verify.js",
            self._url,
            issuer or f"urn:uuid:{self._project_id}",
            audience or self._project_id,
            *tokens,
        ]
        ended = subprocess.run(
            command, cwd=self._project, check=True, capture_output=True, text=True, timeout=SECONDS
        )
        told: list[dict[str, Any]] = json.loads(ended.stdout)
        return told


@pytest.fixture
def service(project: Path, web: httpx.Client, client: Client) -> Service:
    return Service(project, web, client.project_id)


def test_token_is_taken_with_all_that_it_says(
    client: Client, service: Service, begin_session: BeginSession
) -> None:
    """Roles, permissions and claims of one's own, from the first token on and from one of a refresh."""
    role = role_pb2.Role(name="Reader", permissions=["books:read"])
    client.roles.CreateRole(role_rpc.CreateRoleRequest(role=role))
    user = create_user(client, roles=[user_pb2.RoleGrant(name="Reader")])
    begun = begin_session(user.user_id)
    claimed = add_claims(client, begun.access_token, plan="gold")
    refreshed = refresh(client, begun.refresh_token)

    first, second, third = service.verify(begun.access_token, claimed, refreshed.access_token)

    for told in (first, second, third):
        assert told["claims"]["sub"] == user.user_id
        assert told["claims"]["sid"] == begun.session_id
        assert told["claims"]["amr"] == ["password"]
        assert told["claims"]["roles"] == ["Reader"]
        assert told["claims"]["permissions"] == ["books:read"]
    assert "plan" not in first["claims"]
    assert second["claims"]["plan"] == third["claims"]["plan"] == "gold"


def test_tampered_token_is_refused(client: Client, service: Service, begin_session: BeginSession) -> None:
    """A claim or the signature changed, the algorithm taken away."""
    token = begin_session(create_user(client).user_id).access_token
    header, claims, signature = token.split(".")
    other = begin_session(create_user(client).user_id).access_token.split(".")[1]
    last = "A" if signature[10] != "A" else "B"

    told = service.verify(
        f"{header}.{other}.{signature}",
        f"{header}.{claims}.{signature[:10]}{last}{signature[11:]}",
        f"eyJhbGciOiJub25lIn0.{claims}.",
    )

    assert [one.get("error") for one in told] == [
        "ERR_JWS_SIGNATURE_VERIFICATION_FAILED",
        "ERR_JWS_SIGNATURE_VERIFICATION_FAILED",
        "ERR_JOSE_ALG_NOT_ALLOWED",
    ]


def test_token_is_for_its_project_alone(
    client: Client, other_project: Client, service: Service, begin_session: BeginSession
) -> None:
    """Keys, issuer and audience of others do not fit."""
    token = begin_session(create_user(client).user_id).access_token
    elsewhere = begin_session(create_user(other_project).user_id, project_id=other_project.project_id)

    assert service.verify(elsewhere.access_token) == [{"error": "ERR_JWKS_NO_MATCHING_KEY"}]
    for expected in ({"issuer": "https://example.com"}, {"audience": other_project.project_id}):
        assert service.verify(token, **expected) == [{"error": "ERR_JWT_CLAIM_VALIDATION_FAILED"}]


def test_issuer_of_the_project_is_told(client: Client, service: Service, begin_session: BeginSession) -> None:
    """By the next token."""
    begun = begin_session(create_user(client).user_id)
    set_token_policy(client, issuer="https://auth.example.com")

    token = refresh(client, begun.refresh_token).access_token

    (told,) = service.verify(token, issuer="https://auth.example.com")
    assert told["claims"]["sid"] == begun.session_id


def test_rotation_goes_unnoticed(
    server: Running,
    client: Client,
    service: Service,
    config: Config,
    start_server: StartServer,
    begin_session: BeginSession,
) -> None:
    """Tokens of the key before and of the key after it are taken side by side."""
    user = create_user(client)
    before = begin_session(user.user_id)
    sql(server.url, "UPDATE signing_keys SET sign_time = sign_time - interval '90 days'")
    rotate_signing_keys(server.database, config)
    sql(server.url, "UPDATE signing_keys SET sign_time = now() WHERE expire_time IS NULL")
    with grpc.insecure_channel(start_server().address) as channel:
        anew = Client(channel, client.project_id)
        after = refresh(anew, before.refresh_token).access_token

    old, new = service.verify(before.access_token, after)

    assert old["claims"]["sid"] == new["claims"]["sid"] == before.session_id
    assert old["kid"] != new["kid"]
